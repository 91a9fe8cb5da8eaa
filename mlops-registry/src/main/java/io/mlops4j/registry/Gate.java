package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import java.util.Objects;

/**
 * One condition for promotion: a pure function of stored evidence. Comparisons are made in exact
 * decimal arithmetic on the numbers as they are printed, so 0.705 beats 0.700 by 0.005.
 */
public sealed interface Gate permits MetricGate, FleetGate {

  /**
   * Returns what it looks at.
   *
   * @return a metric's id, or {@code fleet}
   */
  String subject();

  /**
   * Returns what it asks for.
   *
   * @return such as {@code auc >= 0.65}
   */
  String requirement();

  /**
   * Starts a gate on a metric. Which way is better comes from the metric.
   *
   * @param metric what to look at
   * @return the kinds of gates
   */
  static OnMetric metric(Metric metric) {
    return new OnMetric(metric);
  }

  /**
   * Returns the gate that passes if every live instance that has announced itself could serve the
   * candidate: has a loader for its format, and rows with the features it reads. Fails naming each
   * instance that could not, and what it lacks; is inconclusive if there is no live instance, or
   * one that does not say what its rows are.
   *
   * @return the gate
   * @see RegisteredModel#announce
   */
  static Gate fleetCanServe() {
    return new FleetGate();
  }

  /**
   * The kinds of gates on one metric.
   *
   * @param metric what to look at
   */
  record OnMetric(Metric metric) {
    /** Checks for null. */
    public OnMetric {
      Objects.requireNonNull(metric, "metric");
    }

    /**
     * Returns the gate that passes from a value on, that value included.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate atLeast(double bound) {
      return new ValueGate(metric, ValueGate.Comparison.AT_LEAST, bound);
    }

    /**
     * Returns the gate that passes up to a value, that value included.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate atMost(double bound) {
      return new ValueGate(metric, ValueGate.Comparison.AT_MOST, bound);
    }

    /**
     * Returns the gate that passes above a value, that value excluded.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate above(double bound) {
      return new ValueGate(metric, ValueGate.Comparison.ABOVE, bound);
    }

    /**
     * Returns the gate that passes below a value, that value excluded.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate below(double bound) {
      return new ValueGate(metric, ValueGate.Comparison.BELOW, bound);
    }

    /**
     * Returns the gate that passes if the candidate is better than the champion by a margin or
     * more, on the same rows and by the same evaluator. A margin of 0 accepts an equal candidate.
     *
     * @param margin by how much, unit included
     * @return the gate
     */
    public Gate beatsChampionBy(Margin margin) {
      return new MarginGate(metric, margin);
    }
  }
}
