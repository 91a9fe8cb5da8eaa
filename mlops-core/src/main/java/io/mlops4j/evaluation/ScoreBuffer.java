package io.mlops4j.evaluation;

import java.util.Arrays;

/** A growing array of doubles: 8 to 16 bytes a score, no boxing. */
final class ScoreBuffer {
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;
  private double[] scores = new double[16];
  private int size;

  void add(double score) {
    if (size == scores.length) {
      if (size == MAX_LENGTH) {
        throw new IllegalStateException(
            "A collector holds at most " + MAX_LENGTH + " rows of a class. Sample the rows.");
      }
      scores = Arrays.copyOf(scores, (int) Math.min(MAX_LENGTH, size + (size >> 1) + 16L));
    }
    scores[size++] = score;
  }

  int size() {
    return size;
  }

  double[] copy() {
    return Arrays.copyOf(scores, size);
  }
}
