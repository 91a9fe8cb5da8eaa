package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricFamily.Needs;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How well scores tell positive rows from negative ones: computes every built-in metric of a binary
 * classifier, each when asked for.
 *
 * <p>The scores of each class are kept as one sorted primitive array: 8 bytes a row, O(n log n) to
 * build without boxing, O(n) a metric (O(log n) at a threshold). A million rows take about a fifth
 * of a second. The order of the rows has no influence on any bit of any result. Immutable,
 * thread-safe.
 */
public final class BinaryEvaluation implements Evaluation {
  /** What {@link #values()} computes, in this order. Needs scores that are probabilities. */
  public static final List<Metric> STANDARD =
      List.of(
          Metric.AUC,
          Metric.AVERAGE_PRECISION,
          Metric.LOG_LOSS,
          Metric.BRIER,
          Metric.expectedCalibrationError(10),
          Metric.accuracyAt(0.5),
          Metric.precisionAt(0.5),
          Metric.recallAt(0.5),
          Metric.f1At(0.5),
          Metric.precisionAtRecall(0.8));

  private final double[] positives;
  private final double[] negatives;
  private final OptionalLong notProbabilityIndex;
  private final double notProbability;

  /** Takes over the arrays, ascending. */
  private BinaryEvaluation(
      double[] positives,
      double[] negatives,
      OptionalLong notProbabilityIndex,
      double notProbability) {
    this.positives = positives;
    this.negatives = negatives;
    this.notProbabilityIndex = notProbabilityIndex;
    this.notProbability = notProbability;
  }

  /**
   * Returns the evaluation of these rows.
   *
   * @param scores one per row, finite; for metrics of probabilities in [0, 1]. Not kept
   * @param labels one per row, true for positive. Not kept
   * @return the evaluation; of no rows, everything is undefined
   * @throws IllegalArgumentException if the lengths differ, or a score is NaN or infinite; names
   *     the index and the value
   */
  public static BinaryEvaluation of(double[] scores, boolean[] labels) {
    if (scores.length != labels.length) {
      throw new IllegalArgumentException(
          "scores has " + scores.length + " rows, labels has " + labels.length + ".");
    }
    Collector collector = collector();
    for (int i = 0; i < scores.length; i++) {
      collector.add(scores[i], labels[i]);
    }
    return collector.evaluate();
  }

  /**
   * Returns an empty collector, for rows that arrive one by one.
   *
   * @return a collector; not thread-safe
   */
  public static Collector collector() {
    return new Collector();
  }

  /** Of scores known to be as good as those of another evaluation; ascending. */
  BinaryEvaluation like(double[] ones, double[] zeros) {
    return new BinaryEvaluation(ones, zeros, notProbabilityIndex, notProbability);
  }

  /**
   * Returns how many rows were evaluated.
   *
   * @return the number of rows
   */
  @Override
  public long rows() {
    return (long) positives.length + negatives.length;
  }

  /**
   * Returns how many of them are positive.
   *
   * @return the number of positive rows
   */
  public long positives() {
    return positives.length;
  }

  /**
   * Returns one metric.
   *
   * @param metric a built-in metric of a binary classifier
   * @return its value, or why it has none: AUC, average precision and precision at a recall need
   *     both classes, precision a row predicted positive, recall and F1 a positive row
   * @throws IllegalArgumentException if the metric is custom or one of a regression, or needs
   *     probabilities and a score is outside [0, 1]; names its index and value
   */
  @Override
  public MetricValue value(Metric metric) {
    MetricFamily family = checked(metric);
    double argument = metric.argument();
    return switch (family) {
      case AUC -> RankMetrics.auc(positives, negatives);
      case AVERAGE_PRECISION -> RankMetrics.averagePrecision(positives, negatives);
      case PRECISION_AT_RECALL -> RankMetrics.precisionAtRecall(positives, negatives, argument);
      case ACCURACY -> Confusion.at(argument, positives, negatives).accuracy();
      case PRECISION -> Confusion.at(argument, positives, negatives).precision();
      case RECALL -> Confusion.at(argument, positives, negatives).recall();
      case F1 -> Confusion.at(argument, positives, negatives).f1();
      case LOG_LOSS -> ProbabilityMetrics.logLoss(positives, negatives);
      case BRIER -> ProbabilityMetrics.brier(positives, negatives);
      case ECE_POSITIVE_CLASS ->
          ProbabilityMetrics.positiveClassError(positives, negatives, (int) argument);
      case ECE_TOP_LABEL -> ProbabilityMetrics.topLabelError(positives, negatives, (int) argument);
      default -> throw new AssertionError(family);
    };
  }

  private MetricFamily checked(Metric metric) {
    MetricFamily family = metric.family();
    if (family == null || (family.needs != Needs.SCORES && family.needs != Needs.PROBABILITIES)) {
      throw new IllegalArgumentException(
          "Metric '" + metric.id() + "' is not computed from scores and labels.");
    }
    if (family.needs == Needs.PROBABILITIES) {
      requireProbabilities(metric.id());
    }
    return family;
  }

  @Override
  public Map<Metric, MetricInterval> intervals(Collection<Metric> metrics, Confidence confidence) {
    return new BinaryIntervals(this, positives, negatives).of(metrics, confidence);
  }

  /**
   * Returns the {@link #STANDARD} metrics.
   *
   * @return metric to value, in that order, immutable
   * @throws IllegalArgumentException if a score is outside [0, 1]; ask {@link #values(Collection)}
   *     for ranking metrics then
   */
  public Map<Metric, MetricValue> values() {
    return values(STANDARD);
  }

  /**
   * Returns the ROC curve for a plot. Neighbours closer than 1/256 (sum of both rates) are merged,
   * so no rate is off by more than that; up to that resolution every threshold is a point.
   *
   * @return the curve; without points if a class is missing
   */
  public RocCurve rocCurve() {
    return RankMetrics.rocCurve(positives, negatives);
  }

  /**
   * Returns precision over recall for a plot, one point per distinct score; neighbours closer than
   * 1/256 (sum of both) are merged.
   *
   * @return the curve; without points if a class is missing
   */
  public PrecisionRecallCurve precisionRecallCurve() {
    return PrecisionRecallCurve.of(positives, negatives);
  }

  /**
   * Returns the reliability diagram of the positive class, over the bins of {@link
   * Metric#expectedCalibrationError}.
   *
   * @param bins 1 to 10,000
   * @return the bins that hold rows
   * @throws IllegalArgumentException if {@code bins} is out of range, or a score is outside [0, 1];
   *     names its index and value
   */
  public CalibrationCurve calibration(int bins) {
    if (bins < 1 || bins > MetricFamily.MAX_BINS) {
      throw new IllegalArgumentException(
          "bins: " + bins + " (expected: 1.." + MetricFamily.MAX_BINS + ")");
    }
    requireProbabilities("calibration");
    return ProbabilityMetrics.calibration(positives, negatives, bins);
  }

  /**
   * Returns the reliability diagram of the positive class over bins that hold about as many rows
   * each: their edges are quantiles of the scores, so equal scores share a bin and bins may merge.
   *
   * @param bins 1 to 10,000
   * @return the bins that hold rows
   * @throws IllegalArgumentException as {@link #calibration} does
   */
  public CalibrationCurve calibrationByQuantiles(int bins) {
    if (bins < 1 || bins > MetricFamily.MAX_BINS) {
      throw new IllegalArgumentException(
          "bins: " + bins + " (expected: 1.." + MetricFamily.MAX_BINS + ")");
    }
    requireProbabilities("calibration");
    return QuantileCalibration.of(positives, negatives, bins);
  }

  boolean areProbabilities() {
    return notProbabilityIndex.isEmpty();
  }

  private void requireProbabilities(String who) {
    if (notProbabilityIndex.isPresent()) {
      throw new IllegalArgumentException(
          "scores["
              + notProbabilityIndex.getAsLong()
              + "]: "
              + notProbability
              + " (expected: 0..1, because "
              + who
              + " needs probabilities; AUC and other ranking metrics take any finite score)");
    }
  }

  /** Takes scores and labels one by one, in any order. Not thread-safe. */
  public static final class Collector {
    private final ScoreBuffer positives = new ScoreBuffer();
    private final ScoreBuffer negatives = new ScoreBuffer();
    private OptionalLong notProbabilityIndex = OptionalLong.empty();
    private double notProbability;

    private Collector() {}

    /**
     * Adds a row. Amortised O(1), no boxing.
     *
     * @param score finite
     * @param label true for positive
     * @throws IllegalArgumentException if the score is NaN or infinite; names the row, counted from
     *     0, and the value. The row is not added
     */
    public void add(double score, boolean label) {
      if (!Double.isFinite(score)) {
        throw new IllegalArgumentException(
            "scores[" + rows() + "]: " + score + " (expected: a finite number)");
      }
      if (notProbabilityIndex.isEmpty() && (score < 0 || score > 1)) {
        notProbabilityIndex = OptionalLong.of(rows());
        notProbability = score;
      }
      // A negative zero sorts below zero, but is no lower score.
      (label ? positives : negatives).add(score + 0.0);
    }

    /**
     * Returns how many rows were added.
     *
     * @return the number of rows
     */
    public long rows() {
      return (long) positives.size() + negatives.size();
    }

    /**
     * Returns the evaluation of the rows added so far; more may follow.
     *
     * @return a snapshot
     */
    public BinaryEvaluation evaluate() {
      double[] ones = positives.copy();
      double[] zeros = negatives.copy();
      Arrays.sort(ones);
      Arrays.sort(zeros);
      return new BinaryEvaluation(ones, zeros, notProbabilityIndex, notProbability);
    }
  }
}
