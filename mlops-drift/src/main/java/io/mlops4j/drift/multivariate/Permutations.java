package io.mlops4j.drift.multivariate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How often rows that are dealt out by chance into two groups differ as much as the two groups do.
 * The answer counts the observed split among the shuffled ones (Phipson and Smyth 2010): with
 * {@code B} of them, rows of one kind have a p-value of at most {@code k / (B + 1)} with a
 * probability of at most {@code k / (B + 1)}, exactly, whatever their distribution.
 *
 * @param pValue {@code (1 + as large or larger) / (1 + permutations)}, never 0
 * @param byChance what an observed value must exceed to have a p-value of at most alpha
 */
record Permutations(double pValue, double byChance) {

  /**
   * Deals {@code total} numbered rows again and again.
   *
   * @param observed the statistic as it is
   * @param rounding differences up to this are none: two splits that are equal by their values must
   *     not differ by the order in which these were added
   * @param first how many rows are in the first group
   * @param statistic of the rows in the first group, whose numbers are in rising order
   */
  static Permutations of(
      double observed,
      double rounding,
      int first,
      int total,
      int permutations,
      double alpha,
      long seed,
      ToDoubleFunction<int[]> statistic) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[total];
    Arrays.setAll(order, i -> i);
    double[] values = new double[permutations];
    int reached = 0;
    for (int round = 0; round < permutations; round++) {
      for (int i = 0; i < first; i++) {
        int other = i + random.nextInt(total - i);
        int held = order[i];
        order[i] = order[other];
        order[other] = held;
      }
      int[] group = Arrays.copyOf(order, first);
      Arrays.sort(group);
      values[round] = statistic.applyAsDouble(group);
      reached += values[round] >= observed - rounding ? 1 : 0;
    }
    Arrays.sort(values);
    int allowed = (int) Math.floor(alpha * (permutations + 1) + 1e-9) - 1;
    double byChance = values[permutations - 1 - allowed] + rounding;
    return new Permutations((1.0 + reached) / (1.0 + permutations), byChance);
  }
}
