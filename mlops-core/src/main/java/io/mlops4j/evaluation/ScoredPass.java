package io.mlops4j.evaluation;

import io.mlops4j.core.MlopsException;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One pass over rows: answers, truth and slice of each, in plain arrays. Not thread-safe. */
final class ScoredPass<T> {
  private static final int BATCH = 1024;

  private final EvaluationTask<T> task;
  private final Contender<T> model;
  private final @Nullable Contender<T> champion;
  private final RowFingerprint.Collector<T> fingerprint;
  private final List<SliceCodes<T>> slices = new ArrayList<>();
  private final List<Fairness<T>> fairness;
  private final List<SliceCodes<T>> attributes = new ArrayList<>();
  private final QueryCodes queries = new QueryCodes();
  private final LongConsumer progress;
  private Answers.Scores scores = new Answers.Scores(new double[0], new double[0]);
  private Answers.Scores rivals = scores;
  private double[] truth = new double[0];

  ScoredPass(
      EvaluationTask<T> task,
      Contender<T> model,
      @Nullable Contender<T> champion,
      RowFingerprint.Collector<T> fingerprint,
      List<Slicing<T>> slicings,
      List<Fairness<T>> fairness,
      LongConsumer progress) {
    this.task = task;
    this.model = model;
    this.champion = champion;
    this.fingerprint = fingerprint;
    this.fairness = fairness;
    this.progress = progress;
    slicings.forEach(slicing -> slices.add(slicing.start()));
    fairness.forEach(groups -> attributes.add(groups.groups().start()));
  }

  void run(LabeledDataset<T> rows) {
    var first = new Answers<>(task, model);
    var second = champion == null ? null : new Answers<>(task, champion);
    var labels = new ScoreBuffer();
    double[] facts = new double[BATCH];
    try (Stream<Labeled<T>> stream = rows.stream()) {
      Iterator<Labeled<T>> iterator = stream.iterator();
      List<T> batch = new ArrayList<>(BATCH);
      while (iterator.hasNext()) {
        batch.clear();
        while (batch.size() < BATCH && iterator.hasNext()) {
          Labeled<T> row = iterator.next();
          facts[batch.size()] = label(row.label(), labels.size());
          labels.add(row.label());
          batch.add(row.row());
          note(row);
        }
        double[] known = Arrays.copyOf(facts, batch.size());
        first.ask(batch, known);
        if (second != null) {
          second.ask(batch, known);
        }
        progress.accept(labels.size());
      }
    }
    scores = first.scores();
    rivals = second == null ? rivals : second.scores();
    truth = labels.copy();
  }

  private void note(Labeled<T> row) {
    fingerprint.add(row.row(), row.label());
    slices.forEach(codes -> codes.add(row.row()));
    attributes.forEach(codes -> codes.add(row.row()));
    if (task.query() != null) {
      queries.add(task.query().apply(row.row()));
    }
  }

  private double label(double label, int row) {
    String refusal = task.refusal(label);
    if (refusal != null) {
      throw new MlopsException("Row " + row + " " + refusal);
    }
    return label;
  }

  RowFingerprint fingerprint() {
    return fingerprint.fingerprint();
  }

  Evaluation evaluation() {
    return evaluation(scores);
  }

  private Evaluation evaluation(Answers.Scores of) {
    return task.is(EvaluationTask.Kind.RANKING)
        ? queries.evaluation(of.values(), truth, IntStream.range(0, truth.length).toArray())
        : evaluation(of, truth);
  }

  private Evaluation evaluation(Answers.Scores of, double[] facts) {
    return switch (task.kind()) {
      case BINARY -> BinaryEvaluation.of(of.values(), labels(facts));
      case CLASSES -> classes(of, facts);
      default -> RegressionEvaluation.measured(of.values(), facts);
    };
  }

  private MulticlassEvaluation classes(Answers.Scores of, double[] facts) {
    int[] known = Arrays.stream(facts).mapToInt(v -> (int) v).toArray();
    return MulticlassEvaluation.measured(task.classes(), of.classes(), known, of.surprises());
  }

  Evaluation evaluation(int[] rows) {
    return task.is(EvaluationTask.Kind.RANKING)
        ? queries.evaluation(scores.values(), truth, rows)
        : evaluation(scores.of(rows), Answers.taken(truth, rows));
  }

  SliceCodes<T> slices(int slicing) {
    return slices.get(slicing);
  }

  List<FairnessResult> fairness(double level) {
    List<FairnessResult> results = new ArrayList<>();
    for (int f = 0; f < fairness.size(); f++) {
      results.add(
          FairnessAudit.of(
              fairness.get(f), attributes.get(f), scores.values(), labels(truth), level));
    }
    return results;
  }

  PairedComparison comparison(
      Contender<T> other, double threshold, Collection<Metric> metrics, Confidence confidence) {
    return switch (task.kind()) {
      case BINARY ->
          PairedComparison.binary(
              other.version(),
              other.digest(),
              scores.values(),
              rivals.values(),
              labels(truth),
              threshold,
              metrics,
              confidence);
      case REGRESSION ->
          PairedComparison.regression(
              other.version(),
              other.digest(),
              scores.values(),
              rivals.values(),
              truth,
              metrics,
              confidence);
      case CLASSES -> {
        MulticlassEvaluation first = classes(scores, truth);
        yield new PairedComparison(
            other.version(),
            other.digest(),
            truth.length,
            first.against(classes(rivals, truth), metrics, confidence),
            Optional.empty());
      }
      case RANKING -> {
        RankingEvaluation first = (RankingEvaluation) evaluation(scores);
        RankingEvaluation second = (RankingEvaluation) evaluation(rivals);
        yield new PairedComparison(
            other.version(),
            other.digest(),
            first.rows(),
            first.against(second, metrics, confidence),
            Optional.empty());
      }
    };
  }

  private static boolean[] labels(double[] facts) {
    boolean[] labels = new boolean[facts.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = facts[i] == 1;
    }
    return labels;
  }
}
