package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import java.math.BigDecimal;

/** A bound on the candidate's own value. */
record ValueGate(Metric of, Comparison comparison, double bound) implements MetricGate {
  ValueGate {
    requireBound(bound);
  }

  static void requireBound(double bound) {
    if (!Double.isFinite(bound)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: finite)");
    }
  }

  boolean holds(double value) {
    return comparison.holds(value, bound);
  }

  /** The value for people. */
  String shown(double value) {
    return comparison.observed(value, bound);
  }

  @Override
  public String requirement() {
    return of.id() + " " + comparison.shown(bound);
  }

  enum Comparison {
    AT_LEAST(">="),
    AT_MOST("<="),
    ABOVE(">"),
    BELOW("<");

    private final String symbol;

    Comparison(String symbol) {
      this.symbol = symbol;
    }

    /** In exact decimals. */
    boolean holds(double value, double bound) {
      int order = BigDecimal.valueOf(value).compareTo(BigDecimal.valueOf(bound));
      return switch (this) {
        case AT_LEAST -> order >= 0;
        case AT_MOST -> order <= 0;
        case ABOVE -> order > 0;
        case BELOW -> order < 0;
      };
    }

    /** Whether a value is nearer to failing than another. */
    boolean nearer(double value, double than) {
      return (this == AT_LEAST || this == ABOVE) ? value < than : value > than;
    }

    /** Such as {@code >= 0.5}. */
    String shown(double bound) {
      return symbol + " " + BigDecimal.valueOf(bound).toPlainString();
    }

    /** A value for people, on its own side of the bound. */
    String observed(double value, double bound) {
      return GateEvaluation.shortened(BigDecimal.valueOf(value), BigDecimal.valueOf(bound));
    }
  }
}
