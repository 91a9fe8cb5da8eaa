package io.mlops4j.evaluation;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.data.RowFingerprint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model over labeled rows and reports metrics with intervals, slices, fairness and a
 * comparison with the champion. Immutable, thread-safe if the models are.
 *
 * <p>Rows are read in batches and none is kept: what stays is the answer, the truth and the slice
 * of each, with the arrays of one metric at a time about 100 bytes a row. Nothing is drawn from a
 * clock or a random device: same rows, same report.
 *
 * @param <T> the row type
 */
public final class Evaluator<T> {
  private static final int CALIBRATION_BINS = 10;

  private final EvaluationTask<T> task;
  private final @Nullable RowId<T> rowId;
  private final List<Metric> metrics;
  private final Confidence confidence;
  private final List<Slicing<T>> slicings;
  private final List<Fairness<T>> fairness;
  private final double churnThreshold;
  private final LongConsumer progress;
  private final @Nullable ObjectStore cache;

  private Evaluator(Builder<T> b) {
    task = b.task;
    rowId = b.rowId;
    metrics = List.copyOf(b.metrics);
    confidence = b.confidence;
    slicings = List.copyOf(b.slicings);
    fairness = List.copyOf(b.fairness);
    churnThreshold = b.churnThreshold;
    progress = b.progress;
    cache = b.cache;
  }

  /**
   * Starts an evaluator of binary classifiers: labels are 0 and 1, answers are scores.
   *
   * @param <T> the row type
   * @return a builder with {@link BinaryEvaluation#STANDARD} metrics
   */
  public static <T> Builder<T> binary() {
    return new Builder<>(EvaluationTask.of(EvaluationTask.Kind.BINARY), BinaryEvaluation.STANDARD);
  }

  /**
   * Starts an evaluator of regressions.
   *
   * @param <T> the row type
   * @return a builder with {@link RegressionEvaluation#STANDARD} metrics
   */
  public static <T> Builder<T> regression() {
    return new Builder<>(
        EvaluationTask.of(EvaluationTask.Kind.REGRESSION), RegressionEvaluation.STANDARD);
  }

  /**
   * Starts an evaluator of classifiers of several classes: labels are 0, 1, 2, …, answers are
   * {@link io.mlops4j.core.ClassProbabilities} in the order of the classes.
   *
   * @param classes their names, at least two, each once
   * @param <T> the row type
   * @return a builder with {@link MulticlassEvaluation#STANDARD} metrics and log loss
   * @throws IllegalArgumentException if there are not two classes, or a name occurs twice
   */
  public static <T> Builder<T> multiclass(List<String> classes) {
    List<String> names = MulticlassEvaluation.names(classes);
    List<Metric> metrics = new ArrayList<>(MulticlassEvaluation.STANDARD);
    metrics.add(Metric.MULTICLASS_LOG_LOSS);
    return new Builder<>(new EvaluationTask<>(EvaluationTask.Kind.CLASSES, names, null), metrics);
  }

  /**
   * Starts an evaluator of rankings: rows are items, labels are relevances of 0 or more, answers
   * are scores. A slice ranks its own items only, within each query.
   *
   * @param query which query an item belongs to
   * @param <T> the row type
   * @return a builder with {@link RankingEvaluation#STANDARD} metrics
   */
  public static <T> Builder<T> ranking(Function<? super T, String> query) {
    return new Builder<>(
        new EvaluationTask<>(EvaluationTask.Kind.RANKING, List.of(), query),
        RankingEvaluation.STANDARD);
  }

  /** What tells rows apart beside their content. */
  private record RowId<T>(String name, Function<? super T, String> of) {}

  /**
   * Returns the report of one model.
   *
   * @param model what to evaluate
   * @param rows with the truth; read twice, once for the digest
   * @param at when
   * @return the report; with a cache, the one stored before if model, data, evaluator and
   *     configuration are the same
   * @throws MlopsException if the model answers with another number of rows, or a label or answer
   *     cannot be; names the row, never a value
   */
  public EvaluationReport evaluate(Contender<T> model, LabeledDataset<T> rows, Instant at) {
    return cached(model, null, rows, at);
  }

  /**
   * Returns the report of a candidate, with its comparison with a champion on the same rows.
   *
   * @param candidate what to evaluate
   * @param champion what to compare it with
   * @param rows with the truth; read twice, once for the digest
   * @param at when
   * @return the candidate's report
   * @throws MlopsException as {@link #evaluate}
   */
  public EvaluationReport compare(
      Contender<T> candidate, Contender<T> champion, LabeledDataset<T> rows, Instant at) {
    return cached(candidate, champion, rows, at);
  }

  private EvaluationReport cached(
      Contender<T> model, @Nullable Contender<T> champion, LabeledDataset<T> rows, Instant at) {
    String data = rows.digest();
    if (cache == null) {
      return measured(model, champion, rows, data, at);
    }
    String rival = champion == null ? "" : champion.version() + " " + champion.digest();
    String key =
        "evaluations/"
            + digest(
                List.of(
                    model.version(),
                    model.digest(),
                    rival,
                    data,
                    EvaluationReport.EVALUATOR_VERSION,
                    configDigest()));
    Optional<byte[]> stored = cache.get(key);
    if (stored.isPresent()) {
      return EvaluationReport.fromJson(stored.get());
    }
    EvaluationReport report = measured(model, champion, rows, data, at);
    cache.putIfAbsent(key, report.toJson());
    return report;
  }

  private EvaluationReport measured(
      Contender<T> model,
      @Nullable Contender<T> champion,
      LabeledDataset<T> rows,
      String digest,
      Instant at) {
    ScoredPass<T> pass =
        new ScoredPass<>(
            task,
            model,
            champion,
            rowId == null
                ? RowFingerprint.content(rows.schema())
                : RowFingerprint.ids(rowId.name(), rowId.of()),
            slicings,
            fairness,
            progress);
    pass.run(rows);
    Evaluation evaluation = pass.evaluation();
    EvaluationDetails plain = details(evaluation, evaluation.intervals(metrics, confidence));
    EvaluationDetails details =
        new EvaluationDetails(
            Optional.of(model.digest()),
            Optional.of(configDigest()),
            plain.intervals(),
            slices(pass),
            pass.fairness(confidence.level()),
            champion == null
                ? List.of()
                : List.of(pass.comparison(champion, churnThreshold, metrics, confidence)),
            plain.roc(),
            plain.precisionRecall(),
            plain.calibration(),
            Optional.of(pass.fingerprint()));
    return new EvaluationReport(
        model.version(),
        rows.name(),
        digest,
        evaluation.rows(),
        EvaluationReport.positives(evaluation),
        evaluation.values(metrics),
        EvaluationReport.evaluator(evaluation),
        EvaluationReport.EVALUATOR_VERSION,
        at,
        details);
  }

  /** Intervals, and the curves of probabilities. */
  static EvaluationDetails details(Evaluation evaluation, Map<Metric, MetricInterval> intervals) {
    EvaluationDetails none = EvaluationDetails.NONE;
    boolean curves = evaluation instanceof BinaryEvaluation;
    BinaryEvaluation scores = curves ? (BinaryEvaluation) evaluation : null;
    return new EvaluationDetails(
        Optional.empty(),
        Optional.empty(),
        intervals,
        List.of(),
        List.of(),
        List.of(),
        scores == null ? none.roc() : scores.rocCurve(),
        scores == null ? none.precisionRecall() : scores.precisionRecallCurve(),
        scores == null || !scores.areProbabilities()
            ? none.calibration()
            : scores.calibration(CALIBRATION_BINS));
  }

  private List<SliceResult> slices(ScoredPass<T> pass) {
    List<SliceResult> results = new ArrayList<>();
    for (int s = 0; s < slicings.size(); s++) {
      Slicing<T> slicing = slicings.get(s);
      pass.slices(s)
          .members()
          .forEach((name, rows) -> results.add(slice(pass, slicing, name, rows)));
    }
    return results;
  }

  private SliceResult slice(ScoredPass<T> pass, Slicing<T> slicing, String name, int[] rows) {
    Evaluation evaluation = pass.evaluation(rows);
    OptionalLong positives = EvaluationReport.positives(evaluation);
    if (rows.length < slicing.minRows()) {
      Map<Metric, MetricValue> none = new LinkedHashMap<>();
      var why =
          new MetricValue.Undefined(
              "Slice '"
                  + name
                  + "' has "
                  + rows.length
                  + " rows; slices need "
                  + slicing.minRows()
                  + ".");
      metrics.forEach(metric -> none.put(metric, why));
      return new SliceResult(slicing.name(), name, rows.length, positives, none, Map.of());
    }
    return new SliceResult(
        slicing.name(),
        name,
        rows.length,
        positives,
        evaluation.values(metrics),
        evaluation.intervals(metrics, confidence));
  }

  private String configDigest() {
    List<String> parts = new ArrayList<>();
    parts.add(task.identity());
    metrics.forEach(metric -> parts.add(metric.id()));
    parts.add(confidence.toString());
    slicings.forEach(slicing -> parts.add(slicing.identity()));
    fairness.forEach(measure -> parts.add(measure.identity()));
    parts.add(Decimals.text(churnThreshold));
    if (rowId != null) {
      parts.add("rows by " + rowId.name());
    }
    return digest(parts);
  }

  /** Of texts whose borders count. */
  private static String digest(List<String> parts) {
    var array = Json.object().putArray("parts");
    parts.forEach(array::add);
    return Digests.sha256(Json.canonical(array));
  }

  /**
   * An evaluator to be.
   *
   * @param <T> the row type
   */
  public static final class Builder<T> {
    private final EvaluationTask<T> task;
    private @Nullable RowId<T> rowId;
    private List<Metric> metrics;
    private Confidence confidence = Confidence.withDefaults();
    private final List<Slicing<T>> slicings = new ArrayList<>();
    private final List<Fairness<T>> fairness = new ArrayList<>();
    private double churnThreshold = 0.5;
    private LongConsumer progress = rows -> {};
    private @Nullable ObjectStore cache;

    private Builder(EvaluationTask<T> task, List<Metric> metrics) {
      this.task = task;
      this.metrics = metrics;
    }

    /**
     * Sets what to measure.
     *
     * @param chosen built-in metrics of the task, in the order to show them
     * @return this
     */
    public Builder<T> metrics(Metric... chosen) {
      metrics = List.of(chosen);
      return this;
    }

    /**
     * Sets level, resamples and seed of the intervals.
     *
     * @param chosen what to use instead of {@link Confidence#withDefaults}
     * @return this
     */
    public Builder<T> confidence(Confidence chosen) {
      confidence = chosen;
      return this;
    }

    /**
     * Adds slices.
     *
     * @param slicing how rows are divided
     * @return this
     */
    public Builder<T> slices(Slicing<T> slicing) {
      slicings.add(slicing);
      return this;
    }

    /**
     * Adds fairness between groups.
     *
     * @param groups which groups, and which decision is the favourable one
     * @return this
     * @throws IllegalArgumentException if the evaluator is not one of binary classifiers
     */
    public Builder<T> fairness(Fairness<T> groups) {
      if (!task.is(EvaluationTask.Kind.BINARY)) {
        throw new IllegalArgumentException(
            groups + " needs a binary classifier; this evaluator is one of " + task + ".");
      }
      fairness.add(groups);
      return this;
    }

    /**
     * Sets from which score on a decision is positive, for the churn of a comparison.
     *
     * @param threshold finite; 0.5 unless set
     * @return this
     */
    public Builder<T> churnAt(double threshold) {
      churnThreshold = threshold;
      return this;
    }

    /**
     * Sets who is told how far a pass is.
     *
     * @param listener gets the number of rows done, every batch of 1,024 rows and at the end, on
     *     the evaluating thread
     * @return this
     */
    public Builder<T> progress(LongConsumer listener) {
      progress = listener;
      return this;
    }

    /**
     * Sets what tells rows apart, for data in which different rows may hold the same values: the
     * report's fingerprint of the rows is by it. Give the training rows' fingerprint the same id.
     *
     * @param name what the id is called
     * @param id a row's id
     * @return this
     */
    public Builder<T> rowsBy(String name, Function<? super T, String> id) {
      rowId = new RowId<>(name, id);
      return this;
    }

    /**
     * Sets where reports are kept, so that nothing is evaluated twice.
     *
     * @param store reports are written below {@code evaluations/}
     * @return this
     */
    public Builder<T> cachedIn(ObjectStore store) {
      cache = store;
      return this;
    }

    /**
     * Returns the evaluator.
     *
     * @return the evaluator
     * @throws IllegalArgumentException if there is no metric, or two slicings or attributes share a
     *     name
     */
    public Evaluator<T> build() {
      if (metrics.isEmpty()) {
        throw new IllegalArgumentException("metrics: none (expected: at least one)");
      }
      requireDistinct("slices", slicings.stream().map(Slicing::name).toList());
      requireDistinct("fairness", fairness.stream().map(f -> f.groups().name()).toList());
      return new Evaluator<>(this);
    }

    private static void requireDistinct(String what, List<String> names) {
      if (names.stream().distinct().count() < names.size()) {
        throw new IllegalArgumentException(what + ": " + names + " (expected: each name once)");
      }
    }
  }
}
