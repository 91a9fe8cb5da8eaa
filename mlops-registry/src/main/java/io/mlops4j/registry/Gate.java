package io.mlops4j.registry;

import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.stats.Correction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One condition for promotion: a pure function of stored evidence. Comparisons are made in exact
 * decimal arithmetic on the numbers as they are printed, so 0.705 beats 0.700 by 0.005.
 */
public sealed interface Gate permits MetricGate, EvidenceGate, FleetGate {

  /**
   * Returns what it looks at.
   *
   * @return such as a metric's id, {@code disparate-impact by sex} or {@code fleet}
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
   * Starts a gate on how differently groups are treated. Inconclusive if a group has fewer than 30
   * rows, or the measure is undefined.
   *
   * @param attribute what the groups are by, such as {@code sex}
   * @param measure what to look at
   * @return the kinds of gates
   */
  static OnFairness fairness(String attribute, FairnessMeasure measure) {
    return new OnFairness(attribute, measure, OnFairness.USUAL_GROUP);
  }

  /**
   * Returns the gate that passes if at least one metric of a family is significantly better than
   * the champion's on the same rows, and none significantly worse; fails if one is worse; is
   * inconclusive if there is no significant difference, or a metric was not compared.
   *
   * @param correction of the p-values over the family, such as {@link Correction#HOLM} or {@link
   *     Correction#BENJAMINI_HOCHBERG}
   * @param alpha above 0 and below 1
   * @param first a metric
   * @param more further ones, each once
   * @return the gate
   */
  static Gate significantlyBetter(
      Correction correction, double alpha, Metric first, Metric... more) {
    List<Metric> family = new ArrayList<>(List.of(more));
    family.add(0, first);
    return new SignificanceGate(family, correction, alpha);
  }

  /**
   * Returns the gate that passes if at most a share of the champion's decisions changes, on the
   * same rows and at the threshold of the comparison.
   *
   * @param share 0 to 1, that share included
   * @return the gate
   */
  static Gate churnAtMost(double share) {
    return new ChurnGate(share);
  }

  /**
   * The kinds of gates on one fairness measure.
   *
   * @param attribute what the groups are by
   * @param measure what to look at
   * @param minGroupSize with a smaller group the gate is inconclusive, at least 1
   */
  record OnFairness(String attribute, FairnessMeasure measure, long minGroupSize) {
    private static final long USUAL_GROUP = 30;

    /** Checks for null and the range. */
    public OnFairness {
      Objects.requireNonNull(attribute, "attribute");
      Objects.requireNonNull(measure, "measure");
      if (minGroupSize < 1) {
        throw new IllegalArgumentException(
            "minGroupSize: " + minGroupSize + " (expected: at least 1)");
      }
    }

    /**
     * Returns a copy with another least size of every group.
     *
     * @param rows at least 1
     * @return the copy
     */
    public OnFairness withMinGroupSize(long rows) {
      return new OnFairness(attribute, measure, rows);
    }

    /**
     * Returns the gate that passes from a value on, that value included.
     *
     * @param bound finite; 0.8 of the disparate impact is the four-fifths rule
     * @return the gate
     */
    public Gate atLeast(double bound) {
      return gate(ValueGate.Comparison.AT_LEAST, bound, false);
    }

    /**
     * Returns the gate that passes up to a value, that value included.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate atMost(double bound) {
      return gate(ValueGate.Comparison.AT_MOST, bound, false);
    }

    /**
     * Returns the gate that passes if the whole interval is at least a value, fails if none of it
     * is, and is inconclusive in between.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate surelyAtLeast(double bound) {
      return gate(ValueGate.Comparison.AT_LEAST, bound, true);
    }

    /**
     * Returns the gate that passes if the whole interval is at most a value, fails if none of it
     * is, and is inconclusive in between.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate surelyAtMost(double bound) {
      return gate(ValueGate.Comparison.AT_MOST, bound, true);
    }

    private Gate gate(ValueGate.Comparison comparison, double bound, boolean surely) {
      return new FairnessGate(attribute, measure, minGroupSize, comparison, bound, surely);
    }
  }

  /**
   * The kinds of gates on one metric on slices.
   *
   * @param metric what to look at
   * @param slice one slice, or the slicing whose every slice is looked at
   * @param every whether it is the slicing
   */
  record OnSlice(Metric metric, String slice, boolean every) {
    /** Checks for null. */
    public OnSlice {
      Objects.requireNonNull(metric, "metric");
      Objects.requireNonNull(slice, "slice");
    }

    /**
     * Returns the gate that passes from a value on, that value included.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate atLeast(double bound) {
      return gate(ValueGate.Comparison.AT_LEAST, bound);
    }

    /**
     * Returns the gate that passes up to a value, that value included.
     *
     * @param bound finite
     * @return the gate
     */
    public Gate atMost(double bound) {
      return gate(ValueGate.Comparison.AT_MOST, bound);
    }

    private Gate gate(ValueGate.Comparison comparison, double bound) {
      return every
          ? new EverySliceGate(metric, slice, comparison, bound)
          : new SliceGate(metric, slice, comparison, bound);
    }
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

    /**
     * Returns the gate that passes if the rows show that the candidate is not worse than the
     * champion by more than a margin: the whole interval of their difference on the same rows lies
     * within it. Fails if none of it does, and is inconclusive in between.
     *
     * @param margin by how much it may be worse, unit included
     * @return the gate
     */
    public Gate notInferiorBy(Margin margin) {
      return new NonInferiorityGate(metric, margin);
    }

    /**
     * Starts a gate on one slice. Inconclusive if the slice is missing or too small.
     *
     * @param name such as {@code origin=ORD}
     * @return the kinds of gates
     */
    public OnSlice onSlice(String name) {
      return new OnSlice(metric, name, false);
    }

    /**
     * Starts a gate on every slice of a slicing. Fails if one fails; inconclusive if one is too
     * small or undefined, and if there is none.
     *
     * @param slicing such as {@code origin}
     * @return the kinds of gates
     */
    public OnSlice onEverySliceBy(String slicing) {
      return new OnSlice(metric, slicing, true);
    }
  }
}
