package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import io.mlops4j.stats.TwoSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** Two binary classifiers on the same rows. Each row costs 32 bytes beside its scores. */
final class PairedScores {
  private final double[] candidate;
  private final double[] champion;
  private final boolean[] labels;
  private final BinaryEvaluation first;
  private final BinaryEvaluation second;

  PairedScores(double[] candidate, double[] champion, boolean[] labels) {
    this.candidate = candidate;
    this.champion = champion;
    this.labels = labels;
    this.first = BinaryEvaluation.of(candidate, labels);
    this.second = BinaryEvaluation.of(champion, labels);
  }

  Map<Metric, PairedDifference> differences(Collection<Metric> metrics, Confidence confidence) {
    List<Metric> drawn =
        metrics.stream()
            .filter(m -> m.family() != MetricFamily.AUC && m.family() != MetricFamily.ACCURACY)
            .toList();
    Map<Metric, PairedDifference> rest = drawn.isEmpty() ? Map.of() : drawn(drawn, confidence);
    Map<Metric, PairedDifference> differences = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      PairedDifference known = rest.get(metric);
      if (known != null) {
        differences.put(metric, known);
      } else if (metric.family() == MetricFamily.AUC) {
        differences.put(metric, deLong(metric, confidence.level()));
      } else {
        differences.put(metric, mcNemar(metric, confidence.level()));
      }
    }
    return differences;
  }

  Optional<Churn> churn(double threshold) {
    long up = 0;
    long down = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean now = candidate[i] >= threshold;
      boolean before = champion[i] >= threshold;
      up += now && !before ? 1 : 0;
      down += before && !now ? 1 : 0;
    }
    return labels.length == 0
        ? Optional.empty()
        : Optional.of(new Churn(threshold, labels.length, up, down));
  }

  private PairedDifference deLong(Metric metric, double level) {
    MetricValue one = first.value(metric);
    MetricValue two = second.value(metric);
    if (one.number().isEmpty()) {
      return undefined(one, two, ((MetricValue.Undefined) one).reason());
    }
    double[][] a = components(candidate);
    double[][] b = components(champion);
    double variance = 0;
    for (int side = 0; side < 2; side++) {
      int n = a[side].length;
      double both = DeLong.covariance(a[side], b[side]);
      variance +=
          (DeLong.covariance(a[side], a[side]) + DeLong.covariance(b[side], b[side]) - 2 * both)
              / n;
    }
    double difference = one.number().orElseThrow() - two.number().orElseThrow();
    if (variance > 0) {
      var d =
          TwoSample.difference(difference, Math.sqrt(variance), Double.POSITIVE_INFINITY, level);
      Interval range =
          new Interval(Math.max(-1, d.interval().low()), Math.min(1, d.interval().high()), level);
      return new PairedDifference(
          one, two, Optional.of(range), OptionalDouble.of(d.pValue()), "DeLong");
    }
    return variance == 0 && difference == 0 && Arrays.deepEquals(a, b)
        ? new PairedDifference(
            one,
            two,
            Optional.of(new Interval(0, 0, level)),
            OptionalDouble.of(1),
            "DeLong: both rank these rows alike")
        : undefined(one, two, "DeLong's variance cannot be told from these rows.");
  }

  /** DeLong's structural components of positives and negatives, in the order of the rows. */
  private double[][] components(double[] scores) {
    int[] ones = sorted(scores, true);
    int[] zeros = sorted(scores, false);
    double[] positives = at(scores, ones);
    double[] negatives = at(scores, zeros);
    double[][] result = {DeLong.shares(positives, negatives), DeLong.shares(negatives, positives)};
    return new double[][] {inRowOrder(result[0], ones), inRowOrder(result[1], zeros)};
  }

  private static double[] inRowOrder(double[] values, int[] rows) {
    double[] result = new double[values.length];
    long[] keys = new long[values.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = ((long) rows[i] << 32) | i;
    }
    Arrays.sort(keys);
    for (int i = 0; i < keys.length; i++) {
      result[i] = values[(int) keys[i]];
    }
    return result;
  }

  private static double[] at(double[] scores, int[] rows) {
    double[] result = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      result[i] = scores[rows[i]] + 0.0;
    }
    return result;
  }

  /** The rows of one class by ascending score. */
  private int[] sorted(double[] scores, boolean label) {
    return IntStream.range(0, labels.length)
        .filter(i -> labels[i] == label)
        .boxed()
        .sorted((i, j) -> Double.compare(scores[i] + 0.0, scores[j] + 0.0))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private PairedDifference mcNemar(Metric metric, double level) {
    MetricValue one = first.value(metric);
    MetricValue two = second.value(metric);
    double threshold = metric.argument();
    int won = 0;
    int lost = 0;
    for (int i = 0; i < labels.length; i++) {
      boolean now = (candidate[i] >= threshold) == labels[i];
      boolean before = (champion[i] >= threshold) == labels[i];
      won += now && !before ? 1 : 0;
      lost += before && !now ? 1 : 0;
    }
    return mcNemar(one, two, won, lost, labels.length, level);
  }

  static PairedDifference mcNemar(
      MetricValue one, MetricValue two, int won, int lost, int rows, double level) {
    if (one.number().isEmpty()) {
      return undefined(one, two, ((MetricValue.Undefined) one).reason());
    }
    return new PairedDifference(
        one,
        two,
        Optional.of(agrestiMin(won, lost, rows, level)),
        OptionalDouble.of(mcNemarPValue(won, lost)),
        "McNemar, exact: " + won + " won, " + lost + " lost");
  }

  static double mcNemarPValue(int won, int lost) {
    int n = won + lost;
    return n == 0
        ? 1
        : Math.min(
            1, 2 * BinomialDistribution.of(n, 0.5).cumulativeProbability(Math.min(won, lost)));
  }

  /** Half a row is added to each of the four cells, so that no disagreement is not certainty. */
  private static Interval agrestiMin(int won, int lost, int rows, double level) {
    double n = rows + 2.0;
    double d = (won - lost) / n;
    double z = TwoSample.critical(1 - level, Double.POSITIVE_INFINITY);
    double half = z * Math.sqrt(Math.max(0, (won + lost + 1) / n - d * d) / n);
    return new Interval(Math.max(-1, d - half), Math.min(1, d + half), level);
  }

  private static PairedDifference undefined(MetricValue one, MetricValue two, String why) {
    return new PairedDifference(one, two, Optional.empty(), OptionalDouble.empty(), why);
  }

  private Map<Metric, PairedDifference> drawn(List<Metric> metrics, Confidence confidence) {
    int[][] orders = {
      sorted(candidate, true), sorted(candidate, false),
      sorted(champion, true), sorted(champion, false)
    };
    return PairedBootstrap.of(
        new ArrayList<>(metrics),
        labels.length,
        confidence,
        first,
        second,
        counts ->
            first.like(
                repeated(candidate, orders[0], counts), repeated(candidate, orders[1], counts)),
        counts ->
            second.like(
                repeated(champion, orders[2], counts), repeated(champion, orders[3], counts)));
  }

  private static double[] repeated(double[] scores, int[] order, int[] counts) {
    int size = 0;
    for (int row : order) {
      size += counts[row];
    }
    double[] result = new double[size];
    int at = 0;
    for (int row : order) {
      for (int k = counts[row]; k > 0; k--) {
        result[at++] = scores[row] + 0.0;
      }
    }
    return result;
  }
}
