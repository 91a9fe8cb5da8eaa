package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How often a classifier of several classes is right, class by class. 12 bytes a row, O(n) a
 * metric. Immutable, thread-safe.
 *
 * <p>A class nobody predicted has no precision, and one that never occurs no recall: an average
 * over them is undefined and says which class, where scikit-learn counts 0.
 */
public final class MulticlassEvaluation implements Evaluation {
  /** What a report shows unless told otherwise; log loss only of probabilities. */
  public static final List<Metric> STANDARD =
      List.of(
          Metric.MULTICLASS_ACCURACY,
          Metric.multiclassF1(Averaging.MACRO),
          Metric.multiclassF1(Averaging.WEIGHTED),
          Metric.multiclassPrecision(Averaging.MACRO),
          Metric.multiclassRecall(Averaging.MACRO));

  static final double SUM_TOLERANCE = 1e-6;

  private final List<String> classes;
  private final int[] predicted;
  private final int[] truth;
  private final double @Nullable [] surprises;

  private MulticlassEvaluation(
      List<String> classes, int[] predicted, int[] truth, double @Nullable [] surprises) {
    this.classes = classes;
    this.predicted = predicted;
    this.truth = truth;
    this.surprises = surprises;
  }

  /** Of arrays that are checked already and not copied; of probabilities if there are surprises. */
  static MulticlassEvaluation measured(
      List<String> classes, int[] predicted, int[] truth, double[] surprises) {
    return new MulticlassEvaluation(
        classes, predicted, truth, surprises.length == truth.length ? surprises : null);
  }

  /** Accuracy by McNemar's exact test, everything else by the paired bootstrap. */
  Map<Metric, PairedDifference> against(
      MulticlassEvaluation champion, Collection<Metric> metrics, Confidence confidence) {
    List<Metric> drawn = metrics.stream().filter(m -> !isAccuracy(m)).toList();
    Map<Metric, PairedDifference> rest =
        PairedBootstrap.of(
            drawn, truth.length, confidence, this, champion, this::resampled, champion::resampled);
    Map<Metric, PairedDifference> differences = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      PairedDifference known = rest.get(metric);
      differences.put(
          metric, known == null ? mcNemar(champion, metric, confidence.level()) : known);
    }
    return differences;
  }

  private PairedDifference mcNemar(MulticlassEvaluation champion, Metric metric, double level) {
    int won = 0;
    int lost = 0;
    for (int i = 0; i < truth.length; i++) {
      boolean now = predicted[i] == truth[i];
      boolean before = champion.predicted[i] == truth[i];
      won += now && !before ? 1 : 0;
      lost += before && !now ? 1 : 0;
    }
    return PairedScores.mcNemar(
        value(metric), champion.value(metric), won, lost, truth.length, level);
  }

  /**
   * Returns the evaluation of predicted classes.
   *
   * @param classes their names, at least two, each once
   * @param predicted one index into {@code classes} a row. Not kept
   * @param truth one index into {@code classes} a row. Not kept
   * @return the evaluation; log loss is refused
   * @throws IllegalArgumentException if the lengths differ or an index is out of range; names it
   */
  public static MulticlassEvaluation of(List<String> classes, int[] predicted, int[] truth) {
    List<String> names = names(classes);
    if (predicted.length != truth.length) {
      throw new IllegalArgumentException(
          "predicted has " + predicted.length + " rows, truth has " + truth.length + ".");
    }
    for (int i = 0; i < truth.length; i++) {
      requireClass("predicted", i, predicted[i], names.size());
      requireClass("truth", i, truth[i], names.size());
    }
    return new MulticlassEvaluation(names, predicted.clone(), truth.clone(), null);
  }

  /**
   * Returns the evaluation of probabilities; the most probable class is the predicted one, of equal
   * ones the first.
   *
   * @param classes their names, at least two, each once
   * @param probabilities {@code [n][classes]}, each row summing to 1 within 1e-6. Not kept
   * @param truth one index into {@code classes} a row. Not kept
   * @return the evaluation
   * @throws IllegalArgumentException if the sizes differ, an index is out of range, or a row is no
   *     distribution; names the row
   */
  public static MulticlassEvaluation of(
      List<String> classes, double[][] probabilities, int[] truth) {
    List<String> names = names(classes);
    if (probabilities.length != truth.length) {
      throw new IllegalArgumentException(
          "probabilities has " + probabilities.length + " rows, truth has " + truth.length + ".");
    }
    int[] predicted = new int[truth.length];
    double[] surprises = new double[truth.length];
    for (int i = 0; i < truth.length; i++) {
      requireClass("truth", i, truth[i], names.size());
      predicted[i] = mostProbable(probabilities[i], i, names.size());
      surprises[i] = ProbabilityMetrics.surprise(probabilities[i][truth[i]]);
    }
    return new MulticlassEvaluation(names, predicted, truth.clone(), surprises);
  }

  private static int mostProbable(double[] row, int at, int classes) {
    double sum = 0;
    int best = 0;
    for (int c = 0; c < row.length; c++) {
      if (!(row[c] >= 0 && row[c] <= 1)) {
        throw new IllegalArgumentException(
            "probabilities[" + at + "][" + c + "]: " + row[c] + " (expected: 0..1)");
      }
      sum += row[c];
      best = row[c] > row[best] ? c : best;
    }
    if (row.length != classes || Math.abs(sum - 1) > SUM_TOLERANCE) {
      throw new IllegalArgumentException(
          "probabilities["
              + at
              + "]: "
              + row.length
              + " numbers that sum to "
              + sum
              + " (expected: "
              + classes
              + " that sum to 1)");
    }
    return best;
  }

  /**
   * Returns the names of the classes.
   *
   * @return in the order of the indices
   */
  public List<String> classes() {
    return classes;
  }

  @Override
  public long rows() {
    return truth.length;
  }

  /**
   * Returns how often each class was predicted for each.
   *
   * @return {@code [truth][predicted]} counts, a copy
   */
  public long[][] confusion() {
    long[][] counts = new long[classes.size()][classes.size()];
    for (int i = 0; i < truth.length; i++) {
      counts[truth[i]][predicted[i]]++;
    }
    return counts;
  }

  @Override
  public MetricValue value(Metric metric) {
    MetricFamily family = checked(metric);
    if (truth.length == 0) {
      return new Undefined("A metric of classes needs rows; there are none.");
    }
    if (family == MetricFamily.MULTICLASS_LOG_LOSS) {
      var sum = new CompensatedSum();
      for (double surprise : surprises()) {
        sum.add(surprise);
      }
      return new Defined(sum.value() / truth.length, truth.length);
    }
    return isAccuracy(metric)
        ? new Defined(right() / (double) truth.length, truth.length)
        : ClassAverage.of(metric, classes, confusion());
  }

  @Override
  public Map<Metric, MetricInterval> intervals(Collection<Metric> metrics, Confidence confidence) {
    List<Metric> drawn = new ArrayList<>();
    Map<Metric, Optional<MetricInterval>> known = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      boolean defined = value(metric).number().isPresent();
      if (defined && isAccuracy(metric)) {
        known.put(metric, Formulas.ofRatio(right(), truth.length, confidence.level()));
      } else if (defined && metric.family() == MetricFamily.MULTICLASS_LOG_LOSS) {
        var losses = new Formulas.Losses().addAll(surprises(), surprise -> surprise);
        known.put(metric, Formulas.ofMean(losses, 0, confidence.level()));
      } else if (defined) {
        drawn.add(metric);
      }
    }
    Map<Metric, MetricInterval> rest =
        Bootstrap.intervals(drawn, truth.length, confidence, this::resampled);
    Map<Metric, MetricInterval> intervals = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      known
          .getOrDefault(metric, Optional.ofNullable(rest.get(metric)))
          .ifPresent(interval -> intervals.put(metric, interval));
    }
    return intervals;
  }

  private MulticlassEvaluation resampled(int[] counts) {
    int[] answers = new int[truth.length];
    int[] facts = new int[truth.length];
    double[] drawn = surprises == null ? null : new double[truth.length];
    int at = 0;
    for (int i = 0; i < truth.length; i++) {
      for (int k = counts[i]; k > 0; k--) {
        if (drawn != null && surprises != null) {
          drawn[at] = surprises[i];
        }
        answers[at] = predicted[i];
        facts[at++] = truth[i];
      }
    }
    return new MulticlassEvaluation(classes, answers, facts, drawn);
  }

  private double[] surprises() {
    if (surprises == null) {
      throw new IllegalArgumentException(
          "Metric 'multiclass-log-loss' needs probabilities; only predicted classes are known.");
    }
    return surprises;
  }

  private long right() {
    long right = 0;
    for (int i = 0; i < truth.length; i++) {
      right += truth[i] == predicted[i] ? 1 : 0;
    }
    return right;
  }

  /** With one class a row, all micro averages are the accuracy. */
  private static boolean isAccuracy(Metric metric) {
    MetricFamily family = metric.family();
    boolean averaged =
        family != MetricFamily.MULTICLASS_ACCURACY && family != MetricFamily.MULTICLASS_LOG_LOSS;
    return averaged ? Averaging.MICRO.isOf(metric) : family == MetricFamily.MULTICLASS_ACCURACY;
  }

  private static MetricFamily checked(Metric metric) {
    MetricFamily family = metric.family();
    if (family == null || family.needs != MetricFamily.Needs.CLASSES) {
      throw new IllegalArgumentException(
          "Metric '" + metric.id() + "' is not computed from classes.");
    }
    return family;
  }

  static List<String> names(List<String> classes) {
    if (classes.size() < 2 || new HashSet<>(classes).size() < classes.size()) {
      throw new IllegalArgumentException(
          "classes: " + classes + " (expected: at least two, each once)");
    }
    return List.copyOf(classes);
  }

  private static void requireClass(String what, int row, int index, int classes) {
    if (index < 0 || index >= classes) {
      throw new IllegalArgumentException(
          what + "[" + row + "]: " + index + " (expected: 0.." + (classes - 1) + ")");
    }
  }

  @Override
  public String toString() {
    return "MulticlassEvaluation of "
        + truth.length
        + " rows, classes "
        + Arrays.toString(classes.toArray());
  }
}
