package io.mlops4j.evaluation;

import io.mlops4j.core.MlopsException;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One pass over rows: answers, truth and slice of each, in plain arrays. Not thread-safe. */
final class ScoredPass<T> {
  private static final int BATCH = 1024;

  private final boolean binary;
  private final Contender<T> model;
  private final @Nullable Contender<T> champion;
  private final List<SliceCodes<T>> slices = new ArrayList<>();
  private final List<Fairness<T>> fairness;
  private final List<SliceCodes<T>> attributes = new ArrayList<>();
  private final LongConsumer progress;
  private double[] scores = new double[0];
  private double[] rivals = new double[0];
  private double[] truth = new double[0];

  ScoredPass(
      boolean binary,
      Contender<T> model,
      @Nullable Contender<T> champion,
      List<Slicing<T>> slicings,
      List<Fairness<T>> fairness,
      LongConsumer progress) {
    this.binary = binary;
    this.model = model;
    this.champion = champion;
    this.fairness = fairness;
    this.progress = progress;
    slicings.forEach(slicing -> slices.add(slicing.start()));
    fairness.forEach(groups -> attributes.add(groups.groups().start()));
  }

  void run(LabeledDataset<T> rows) {
    var first = new ScoreBuffer();
    var second = new ScoreBuffer();
    var labels = new ScoreBuffer();
    try (Stream<Labeled<T>> stream = rows.stream()) {
      Iterator<Labeled<T>> iterator = stream.iterator();
      List<T> batch = new ArrayList<>(BATCH);
      while (iterator.hasNext()) {
        batch.clear();
        while (batch.size() < BATCH && iterator.hasNext()) {
          Labeled<T> row = iterator.next();
          batch.add(row.row());
          labels.add(label(row.label(), labels.size()));
          slices.forEach(codes -> codes.add(row.row()));
          attributes.forEach(codes -> codes.add(row.row()));
        }
        answer(model, batch, first);
        if (champion != null) {
          answer(champion, batch, second);
        }
        progress.accept(labels.size());
      }
    }
    scores = first.copy();
    rivals = second.copy();
    truth = labels.copy();
  }

  private double label(double label, int row) {
    if (binary && label != 0 && label != 1) {
      throw new MlopsException(
          "Row " + row + " has a label other than 0 and 1; a binary evaluation needs those.");
    }
    return label;
  }

  private static <T> void answer(Contender<T> contender, List<T> batch, ScoreBuffer to) {
    List<Double> answers = contender.model().predict(List.copyOf(batch));
    if (answers.size() != batch.size()) {
      throw new MlopsException(
          contender.version()
              + " gave "
              + answers.size()
              + " answers for "
              + batch.size()
              + " rows.");
    }
    for (Double answer : answers) {
      if (answer == null || !Double.isFinite(answer)) {
        throw new MlopsException(
            contender.version()
                + " gave no finite answer for row "
                + to.size()
                + ". A model that fails a row cannot be measured.");
      }
      to.add(answer);
    }
  }

  Evaluation evaluation() {
    return binary
        ? BinaryEvaluation.of(scores, labels())
        : RegressionEvaluation.measured(scores, truth);
  }

  Evaluation evaluation(int[] rows) {
    double[] chosen = new double[rows.length];
    double[] facts = new double[rows.length];
    var collector = BinaryEvaluation.collector();
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = scores[rows[i]];
      facts[i] = truth[rows[i]];
      if (binary) {
        collector.add(chosen[i], facts[i] == 1);
      }
    }
    return binary ? collector.evaluate() : RegressionEvaluation.measured(chosen, facts);
  }

  SliceCodes<T> slices(int slicing) {
    return slices.get(slicing);
  }

  List<FairnessResult> fairness(double level) {
    List<FairnessResult> results = new ArrayList<>();
    for (int f = 0; f < fairness.size(); f++) {
      results.add(FairnessAudit.of(fairness.get(f), attributes.get(f), scores, labels(), level));
    }
    return results;
  }

  PairedComparison comparison(
      Contender<T> other, double threshold, Collection<Metric> metrics, Confidence confidence) {
    return binary
        ? PairedComparison.binary(
            other.version(),
            other.digest(),
            scores,
            rivals,
            labels(),
            threshold,
            metrics,
            confidence)
        : PairedComparison.regression(
            other.version(), other.digest(), scores, rivals, truth, metrics, confidence);
  }

  private boolean[] labels() {
    boolean[] labels = new boolean[truth.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = truth[i] == 1;
    }
    return labels;
  }
}
