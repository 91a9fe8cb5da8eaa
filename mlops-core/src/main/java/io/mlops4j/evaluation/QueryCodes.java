package io.mlops4j.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Which query each row of a pass belongs to: 4 bytes a row. Not thread-safe. */
final class QueryCodes {
  private final Map<String, Integer> codes = new HashMap<>();
  private int[] rows = new int[16];
  private int size;

  void add(String query) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, size + (size >> 1) + 16);
    }
    Integer known = codes.putIfAbsent(query, codes.size());
    rows[size++] = known == null ? codes.size() - 1 : known;
  }

  /** The rankings of some rows, queries in the order of their first row. */
  RankingEvaluation evaluation(double[] scores, double[] truth, int[] chosen) {
    int[] lengths = new int[codes.size()];
    for (int row : chosen) {
      lengths[rows[row]]++;
    }
    double[][] scoresOf = new double[lengths.length][];
    double[][] truthOf = new double[lengths.length][];
    for (int q = 0; q < lengths.length; q++) {
      scoresOf[q] = new double[lengths[q]];
      truthOf[q] = new double[lengths[q]];
    }
    int[] at = new int[lengths.length];
    for (int row : chosen) {
      int q = rows[row];
      scoresOf[q][at[q]] = scores[row];
      truthOf[q][at[q]++] = truth[row];
    }
    var collector = RankingEvaluation.collector();
    for (int q = 0; q < lengths.length; q++) {
      if (lengths[q] > 0) {
        collector.add(scoresOf[q], truthOf[q]);
      }
    }
    return collector.evaluate();
  }
}
