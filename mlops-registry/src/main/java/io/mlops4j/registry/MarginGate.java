package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;

/** A distance to the champion. The same for a metric and for its negation the other way round. */
record MarginGate(Metric of, Margin margin) implements MetricGate {
  /** Below this magnitude of the champion a part of it means nothing. */
  static final double SMALLEST_BASE = 1e-9;

  MarginGate {
    Objects.requireNonNull(margin, "margin");
  }

  /** By how much the candidate is better. */
  BigDecimal gain(double candidate, double champion) {
    BigDecimal difference = BigDecimal.valueOf(candidate).subtract(BigDecimal.valueOf(champion));
    return of.direction() == Metric.Direction.HIGHER_IS_BETTER ? difference : difference.negate();
  }

  /** The gain asked for, or empty if it is not defined against this champion. */
  Optional<BigDecimal> requiredGain(double champion) {
    if (margin instanceof Margin.Absolute absolute) {
      return Optional.of(BigDecimal.valueOf(absolute.points()));
    }
    double fraction = ((Margin.Relative) margin).fraction();
    return Math.abs(champion) < SMALLEST_BASE
        ? Optional.empty()
        : Optional.of(BigDecimal.valueOf(champion).abs().multiply(BigDecimal.valueOf(fraction)));
  }

  @Override
  public String requirement() {
    return of.id() + " better than the champion's by at least " + margin;
  }
}
