package io.mlops4j.evaluation;

import io.mlops4j.stats.Interval;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far apart two models are in one metric on the same rows.
 *
 * @param candidate the candidate's value
 * @param champion the champion's value
 * @param interval of candidate less champion; empty if the rows cannot tell
 * @param pValue two-sided, for no difference; empty if the rows cannot tell
 * @param method how both were computed, or why they could not be
 */
public record PairedDifference(
    MetricValue candidate,
    MetricValue champion,
    Optional<Interval> interval,
    OptionalDouble pValue,
    String method) {
  /** Checks the ranges. */
  public PairedDifference {
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(interval, "interval");
    if (pValue.isPresent() && !(pValue.getAsDouble() >= 0 && pValue.getAsDouble() <= 1)) {
      throw new IllegalArgumentException("pValue: " + pValue.getAsDouble() + " (expected: 0..1)");
    }
    if (method.isBlank()) {
      throw new IllegalArgumentException("method: blank (expected: how, or why not)");
    }
  }

  /**
   * Returns candidate less champion.
   *
   * @return in the metric's unit; empty if either is undefined
   */
  public OptionalDouble value() {
    return candidate.number().isPresent() && champion.number().isPresent()
        ? OptionalDouble.of(candidate.number().getAsDouble() - champion.number().getAsDouble())
        : OptionalDouble.empty();
  }
}
