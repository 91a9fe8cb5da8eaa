package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import java.math.BigDecimal;

/** A bound on the candidate's own value. */
record ValueGate(Metric of, Comparison comparison, double bound) implements MetricGate {
  ValueGate {
    if (!Double.isFinite(bound)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: finite)");
    }
  }

  boolean holds(double value) {
    int order = BigDecimal.valueOf(value).compareTo(BigDecimal.valueOf(bound));
    return switch (comparison) {
      case AT_LEAST -> order >= 0;
      case AT_MOST -> order <= 0;
      case ABOVE -> order > 0;
      case BELOW -> order < 0;
    };
  }

  /** The value for people. */
  String shown(double value) {
    return GateEvaluation.shortened(BigDecimal.valueOf(value), BigDecimal.valueOf(bound));
  }

  @Override
  public String requirement() {
    return of.id() + " " + comparison.symbol + " " + BigDecimal.valueOf(bound).toPlainString();
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
  }
}
