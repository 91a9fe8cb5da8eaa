package io.mlops4j.experiments;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * A self-test on your own ids: do several experiments assign independently of each other? Run it in
 * a test with a sample of real ids, and again when layers change.
 *
 * <p>For each pair of experiments, a chi-square test of independence of their arms over the units
 * that are in both; p-values are corrected for the number of pairs by Bonferroni. Source: Pearson
 * (1900).
 */
public final class Orthogonality {
  private static final double LEVEL = 0.001;

  /** Below this expectation the chi-square approximation is not to be trusted. */
  private static final double LEAST_EXPECTED = 5;

  private Orthogonality() {}

  /**
   * Returns the check. It fails by chance for one set of independent experiments in 1,000.
   *
   * @param experiments at least two
   * @param units distinct ids, best some 10,000 or more
   * @return passes if no pair is dependent; fails naming the worst; no data if no pair has 5
   *     expected units in every cell
   */
  public static Check check(
      Collection<? extends Experiment<?>> experiments, Collection<String> units) {
    List<Experiment<?>> all = Elements.list("experiments", experiments);
    List<String> ids = Elements.list("units", units);
    if (all.size() < 2) {
      throw new IllegalArgumentException(
          "experiments: " + all.size() + " (expected: at least 2 to compare)");
    }
    return new Check() {
      @Override
      public String name() {
        return "orthogonality";
      }

      @Override
      public Outcome evaluate() {
        return outcome(all, ids);
      }
    };
  }

  private static Check.Outcome outcome(List<Experiment<?>> all, List<String> ids) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        double p = pValue(counts(all.get(j), all.get(i), ids));
        if (!Double.isNaN(p)) {
          pairs.add(new Pair(all.get(j).name(), all.get(i).name(), p));
        }
      }
    }
    if (pairs.isEmpty()) {
      return new Check.NoData(
          "No two of "
              + all.size()
              + " experiments share enough of "
              + ids.size()
              + " units to compare.");
    }
    Pair worst = pairs.get(0);
    for (Pair pair : pairs) {
      worst = pair.p < worst.p ? pair : worst;
    }
    double corrected = Math.min(1, worst.p * pairs.size());
    String numbers =
        String.format(
            Locale.ROOT,
            "%d pairs over %d units; least p %.3g ('%s', '%s'), corrected %.3g",
            pairs.size(),
            ids.size(),
            worst.p,
            worst.first,
            worst.second,
            corrected);
    return corrected < LEVEL
        ? new Check.Fail("Experiments are not independent: " + numbers + ".")
        : new Check.Pass("No dependence between experiments: " + numbers + ".");
  }

  private record Pair(String first, String second, double p) {}

  private static long[][] counts(Experiment<?> first, Experiment<?> second, List<String> ids) {
    long[][] counts = new long[first.arms().size()][second.arms().size()];
    for (String id : ids) {
      int row = first.armIndex(id);
      int column = second.armIndex(id);
      if (row != Experiment.NOT_IN && column != Experiment.NOT_IN) {
        counts[row][column]++;
      }
    }
    return counts;
  }

  /** The p-value of Pearson's test, or NaN if a cell of arms that have units expects too few. */
  static double pValue(long[][] counts) {
    long[] rows = new long[counts.length];
    long[] columns = new long[counts[0].length];
    long total = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        rows[i] += counts[i][j];
        columns[j] += counts[i][j];
        total += counts[i][j];
      }
    }
    double statistic = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        if (rows[i] == 0 || columns[j] == 0) {
          continue;
        }
        double expected = (double) rows[i] * columns[j] / total;
        if (expected < LEAST_EXPECTED) {
          return Double.NaN;
        }
        statistic += (counts[i][j] - expected) * (counts[i][j] - expected) / expected;
      }
    }
    int freedom = (used(rows) - 1) * (used(columns) - 1);
    return freedom < 1
        ? Double.NaN
        : ChiSquaredDistribution.of(freedom).survivalProbability(statistic);
  }

  private static int used(long[] sums) {
    int used = 0;
    for (long sum : sums) {
      used += sum > 0 ? 1 : 0;
    }
    return used;
  }
}
