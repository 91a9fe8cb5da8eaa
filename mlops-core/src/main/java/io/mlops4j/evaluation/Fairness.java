package io.mlops4j.evaluation;

import io.mlops4j.core.Schema;
import java.util.Optional;

/**
 * Which groups a binary classifier shall treat alike, and which decision is the favourable one.
 * Immutable.
 *
 * @param <T> the row type
 */
public final class Fairness<T> {
  private static final long DEFAULT_MIN_GROUP = 30;

  private final Slicing<T> groups;
  private final double threshold;
  private final boolean above;
  private final long minGroupSize;
  private final Optional<String> reference;

  private Fairness(
      Slicing<T> groups,
      double threshold,
      boolean above,
      long minGroupSize,
      Optional<String> reference) {
    if (!Double.isFinite(threshold)) {
      throw new IllegalArgumentException("threshold: " + threshold + " (expected: finite)");
    }
    if (minGroupSize < 1) {
      throw new IllegalArgumentException(
          "minGroupSize: " + minGroupSize + " (expected: at least 1)");
    }
    this.groups = groups;
    this.threshold = threshold;
    this.above = above;
    this.minGroupSize = minGroupSize;
    this.reference = reference;
  }

  /**
   * Returns fairness between the values of a categorical feature, or the ranges of a numeric one;
   * favourable is a score of at least 0.5, groups need 30 rows.
   *
   * @param schema what the rows are
   * @param feature its name
   * @param edges as for {@link Slicing#by}
   * @param <T> the row type
   * @return what to measure
   * @throws IllegalArgumentException as {@link Slicing#by}
   */
  public static <T> Fairness<T> by(Schema<T> schema, String feature, double... edges) {
    return new Fairness<>(
        Slicing.by(schema, feature, edges), 0.5, true, DEFAULT_MIN_GROUP, Optional.empty());
  }

  /**
   * Returns a copy whose favourable decision is a high score, and favourable outcome the positive
   * label.
   *
   * @param score the least favourable score, finite
   * @return the copy
   */
  public Fairness<T> selectedAtLeast(double score) {
    return new Fairness<>(groups, score, true, minGroupSize, reference);
  }

  /**
   * Returns a copy whose favourable decision is a low score, and favourable outcome the negative
   * label: for a model that predicts a risk.
   *
   * @param score the least unfavourable score, finite
   * @return the copy
   */
  public Fairness<T> selectedBelow(double score) {
    return new Fairness<>(groups, score, false, minGroupSize, reference);
  }

  /**
   * Returns a copy with another minimum.
   *
   * @param rows at least 1; over a group with fewer rows every measure is undefined
   * @return the copy
   */
  public Fairness<T> withMinGroupSize(long rows) {
    return new Fairness<>(groups, threshold, above, rows, reference);
  }

  /**
   * Returns a copy with a reference for the disparate impact.
   *
   * @param group such as {@code sex=male}
   * @return the copy
   */
  public Fairness<T> withReference(String group) {
    return new Fairness<>(groups, threshold, above, minGroupSize, Optional.of(group));
  }

  Slicing<T> groups() {
    return groups;
  }

  long minGroupSize() {
    return minGroupSize;
  }

  Optional<String> reference() {
    return reference;
  }

  boolean selects(double score) {
    return above == (score >= threshold);
  }

  boolean favourable(boolean label) {
    return above == label;
  }

  /** The probability of the favourable outcome. */
  double promise(double score) {
    return above ? score : 1 - score;
  }

  String decision() {
    return (above ? "score >= " : "score < ") + Decimals.text(threshold);
  }

  String identity() {
    return groups.identity()
        + ", "
        + decision()
        + ", groups of "
        + minGroupSize
        + reference.map(r -> ", against " + r).orElse("");
  }

  @Override
  public String toString() {
    return "Fairness " + identity();
  }
}
