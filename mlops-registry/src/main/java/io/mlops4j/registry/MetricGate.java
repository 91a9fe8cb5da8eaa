package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;

/** A gate on a metric of the candidate's evaluation. */
sealed interface MetricGate extends Gate permits ValueGate, MarginGate {

  /** What it looks at. */
  Metric of();

  @Override
  default String subject() {
    return of().id();
  }
}
