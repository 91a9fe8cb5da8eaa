package io.mlops4j.core;

import java.util.List;

/**
 * Reference counts of parts of the training rows, over the same cells as all of them: the slots of
 * a season, or segments. Not changed once a baseline holds it.
 */
final class Strata {
  private final long[] rows;
  private final long[][][] counts;

  /** Takes counts by stratum, feature and cell. */
  Strata(long[] rows, long[][][] counts) {
    this.rows = rows;
    this.counts = counts;
  }

  static Strata empty(int strata, List<FeatureCells> features) {
    long[][][] counts = new long[strata][features.size()][];
    for (long[][] stratum : counts) {
      for (int i = 0; i < stratum.length; i++) {
        stratum[i] = new long[features.get(i).size()];
      }
    }
    return new Strata(new long[strata], counts);
  }

  /** Counts a row, given the cell of each feature. */
  void add(int stratum, int[] cells) {
    rows[stratum]++;
    for (int i = 0; i < cells.length; i++) {
      counts[stratum][i][cells[i]]++;
    }
  }

  /** Adds what another one counted in a stratum. */
  void plus(int stratum, Strata other, int from) {
    rows[stratum] += other.rows[from];
    for (int i = 0; i < counts[stratum].length; i++) {
      for (int c = 0; c < counts[stratum][i].length; c++) {
        counts[stratum][i][c] += other.counts[from][i][c];
      }
    }
  }

  int size() {
    return rows.length;
  }

  int features() {
    return counts.length == 0 ? 0 : counts[0].length;
  }

  long rows(int stratum) {
    return rows[stratum];
  }

  long[] counts(int stratum, int feature) {
    return counts[stratum][feature].clone();
  }

  /**
   * What training rows would look like if they came in the given proportions: the weighted mean of
   * the strata's shares, times Kish's effective size of such an estimate. A stratum that training
   * did not see is taken to be like all rows.
   *
   * @see <a href="https://doi.org/10.1002/bimj.19680100122">Kish (1965), chapter 11.7</a>
   */
  long[] mixed(int feature, long[] weights, long[] all) {
    double total = 0;
    for (long weight : weights) {
      total += weight;
    }
    double everything = 0;
    for (long count : all) {
      everything += count;
    }
    double[] shares = new double[all.length];
    double inverse = 0;
    for (int s = 0; s < rows.length; s++) {
      if (weights[s] > 0) {
        double weight = weights[s] / total;
        long[] from = rows[s] > 0 ? counts[s][feature] : all;
        double size = rows[s] > 0 ? rows[s] : everything;
        inverse += weight * weight / size;
        for (int i = 0; i < shares.length; i++) {
          shares[i] += weight * from[i] / size;
        }
      }
    }
    if (total == 0 || everything == 0) {
      return all.clone();
    }
    long[] result = new long[shares.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.round(shares[i] / inverse);
    }
    return result;
  }
}
