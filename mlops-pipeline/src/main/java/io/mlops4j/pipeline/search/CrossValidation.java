package io.mlops4j.pipeline.search;

import io.mlops4j.core.Elements;
import java.util.List;

/**
 * Scores of folds.
 *
 * @param scores one per fold
 */
public record CrossValidation(List<Double> scores) {
  /** Copies the list. */
  public CrossValidation {
    scores = Elements.list("scores", scores);
    if (scores.isEmpty()) {
      throw new IllegalArgumentException("scores: none (expected: one per fold)");
    }
  }

  /**
   * Returns the mean over the folds.
   *
   * @return NaN if a score is
   */
  public double mean() {
    return scores.stream().mapToDouble(Double::doubleValue).sum() / scores.size();
  }

  /**
   * Returns how much scores differ from fold to fold: the sample standard deviation. It is no
   * standard error of the mean: folds share training rows (<a
   * href="https://jmlr.org/papers/v5/grandvalet04a.html">Bengio and Grandvalet 2004</a>).
   *
   * @return NaN for one fold
   */
  public double standardDeviation() {
    double mean = mean();
    double squares = scores.stream().mapToDouble(score -> (score - mean) * (score - mean)).sum();
    return Math.sqrt(squares / (scores.size() - 1));
  }
}
