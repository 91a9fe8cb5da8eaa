package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request, the answer it gets and what turns out to be true. Immutable; regressions make other
 * ones of it.
 *
 * @param at when it was asked
 * @param unit who asked
 * @param row the features, or null for recorded traffic without rows
 * @param answer what the model says
 * @param label what turns out to be true; NaN if nobody ever knows
 * @param labelAfter how long after the request the label becomes known, or null if it never does
 * @param latency from call to answer
 * @param failed whether the request ends with an exception instead
 * @param <I> one input row
 */
public record SimulatedRequest<I>(
    Instant at,
    String unit,
    @Nullable I row,
    double answer,
    double label,
    @Nullable Duration labelAfter,
    Duration latency,
    boolean failed) {

  /** Checks for nulls, and that what is reported can be. */
  public SimulatedRequest {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(latency, "latency");
    if (latency.isNegative()) {
      throw new IllegalArgumentException("latency: " + latency + " (expected: 0 or more)");
    }
    if (labelAfter != null && (labelAfter.isNegative() || !Double.isFinite(label))) {
      throw new IllegalArgumentException(
          "label " + label + " after " + labelAfter + " (expected: finite, 0 or more)");
    }
  }

  /**
   * Returns this request with another row; the answer stays.
   *
   * @param other the features
   * @return a copy
   */
  public SimulatedRequest<I> withRow(@Nullable I other) {
    return new SimulatedRequest<>(at, unit, other, answer, label, labelAfter, latency, failed);
  }

  /**
   * Returns this request with another answer.
   *
   * @param other what the model says instead
   * @return a copy
   */
  public SimulatedRequest<I> withAnswer(double other) {
    return new SimulatedRequest<>(at, unit, row, other, label, labelAfter, latency, failed);
  }

  /**
   * Returns this request with another truth.
   *
   * @param other what turns out to be true instead
   * @return a copy
   */
  public SimulatedRequest<I> withLabel(double other) {
    return new SimulatedRequest<>(at, unit, row, answer, other, labelAfter, latency, failed);
  }

  /**
   * Returns this request with a label that becomes known at another time.
   *
   * @param other after the request; null for never
   * @return a copy
   */
  public SimulatedRequest<I> withLabelAfter(@Nullable Duration other) {
    return new SimulatedRequest<>(at, unit, row, answer, label, other, latency, failed);
  }

  /**
   * Returns this request with another latency.
   *
   * @param other 0 or more
   * @return a copy
   */
  public SimulatedRequest<I> withLatency(Duration other) {
    return new SimulatedRequest<>(at, unit, row, answer, label, labelAfter, other, failed);
  }

  /**
   * Returns this request as one that ends with an exception.
   *
   * @return a copy
   */
  public SimulatedRequest<I> withFailure() {
    return new SimulatedRequest<>(at, unit, row, answer, label, labelAfter, latency, true);
  }

  SimulatedRequest<I> at(Instant other) {
    return new SimulatedRequest<>(other, unit, row, answer, label, labelAfter, latency, failed);
  }
}
