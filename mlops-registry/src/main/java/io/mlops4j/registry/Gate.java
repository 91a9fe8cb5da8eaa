package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.stats.Correction;
import java.time.Duration;
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
    Objects.requireNonNull(more, "more");
    Objects.requireNonNull(first, "first");
    List<Metric> family = new ArrayList<>(Elements.list("more", more));
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
   * Returns the gate that passes if the newest recorded check of a name did. The check was made
   * when it was recorded; the gate only reads what it said. One that could not be made is an ERROR,
   * one without data, or none at all, inconclusive.
   *
   * @param name the check's name
   * @return the gate
   * @see RegisteredModel#recordCheck
   */
  static Gate check(String name) {
    return new CheckGate(name, false);
  }

  /**
   * Returns the gate that passes if the training data of the version was validated: the newest
   * check {@link CheckEvidence#DATA_VALIDATION} passed, and is about the data the lineage names.
   *
   * @return the gate
   */
  static Gate dataValidated() {
    return new CheckGate(CheckEvidence.DATA_VALIDATION, true);
  }

  /**
   * Returns the gate that passes if the version could be made again from its lineage: the newest
   * check {@link CheckEvidence#REPRODUCIBILITY} passed.
   *
   * @return the gate
   */
  static Gate reproducible() {
    return new CheckGate(CheckEvidence.REPRODUCIBILITY, false);
  }

  /**
   * Returns the gate that passes if the version's golden rows were answered within their tolerance:
   * the newest check {@link CheckEvidence#GOLDEN_ROWS} passed.
   *
   * @return the gate
   */
  static Gate goldenRowsReplayed() {
    return new CheckGate(CheckEvidence.GOLDEN_ROWS, false);
  }

  /**
   * Returns the gate that passes if the candidate reads no feature that the champion does not read;
   * without encodings, if their signatures are equal.
   *
   * @return the gate
   */
  static Gate signatureCompatible() {
    return new SignatureGate();
  }

  /**
   * Starts a gate on how fast the version answers. The machine's noise counts: a time that holds
   * only by luck is inconclusive.
   *
   * @param percentile of the calls
   * @return the kinds of gates
   */
  static OnLatency latency(LatencyReport.Percentile percentile) {
    return new OnLatency(percentile);
  }

  /**
   * The kinds of gates on a latency.
   *
   * @param percentile of the calls
   */
  record OnLatency(LatencyReport.Percentile percentile) {
    /** Checks for null. */
    public OnLatency {
      Objects.requireNonNull(percentile, "percentile");
    }

    /**
     * Returns the gate that passes if the percentile, with the noise added, is at most a time.
     *
     * @param bound above 0
     * @return the gate
     */
    public Gate atMost(Duration bound) {
      Objects.requireNonNull(bound, "bound");
      return LatencyGate.within(percentile, bound);
    }

    /**
     * Returns the gate that passes if the percentile, with the noise added, is at most a factor of
     * the champion's, measured beside it in turns.
     *
     * @param factor above 0; 1.1 lets it be 10 % slower
     * @return the gate
     */
    public Gate atMostTimesTheChampions(double factor) {
      return new LatencyGate(percentile, true, factor);
    }
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

    /**
     * Returns the gate that passes if the candidate is not less fair than the champion by more than
     * a margin, on the same rows and for the same decision.
     *
     * @param margin by how much it may be less fair, unit included
     * @return the gate
     */
    public Gate notWorseThanChampionBy(Margin margin) {
      Objects.requireNonNull(margin, "margin");
      return new FairnessMarginGate(attribute, measure, minGroupSize, new Closeness(margin, false));
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
   * @param leastRows how many rows a slice needs; 0 for the policy's {@code minRows}
   */
  record OnSlice(Metric metric, String slice, boolean every, long leastRows) {
    /** Checks for null and the range. */
    public OnSlice {
      Objects.requireNonNull(metric, "metric");
      Objects.requireNonNull(slice, "slice");
      if (leastRows < 0) {
        throw new IllegalArgumentException(
            "leastRows: " + leastRows + " (expected: 0 for the policy's, or more)");
      }
    }

    /**
     * Returns a copy with another least size of the slices than the policy's {@code minRows}.
     *
     * @param rows at least 1
     * @return the copy
     */
    public OnSlice withMinRows(long rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("rows: " + rows + " (expected: 1 or more)");
      }
      return new OnSlice(metric, slice, every, rows);
    }

    /**
     * Returns the gate that passes if the candidate is better than the champion by a margin or more
     * on the slice, or on every one, on the same rows and by the same evaluator.
     *
     * @param margin by how much, unit included
     * @return the gate
     */
    public Gate beatsChampionBy(Margin margin) {
      Objects.requireNonNull(margin, "margin");
      return new SliceMarginGate(metric, slice, every, leastRows, new Closeness(margin, true));
    }

    /**
     * Returns the gate that passes if the candidate is not worse than the champion by more than a
     * margin on the slice, or on every one. A point estimate: it says nothing about how sure that
     * is.
     *
     * @param margin by how much it may be worse, unit included
     * @return the gate
     */
    public Gate notWorseThanChampionBy(Margin margin) {
      Objects.requireNonNull(margin, "margin");
      return new SliceMarginGate(metric, slice, every, leastRows, new Closeness(margin, false));
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
          ? new EverySliceGate(metric, slice, comparison, bound, leastRows)
          : new SliceGate(metric, slice, comparison, bound, leastRows);
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
      Objects.requireNonNull(margin, "margin");
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
      Objects.requireNonNull(name, "name");
      return new OnSlice(metric, name, false, 0);
    }

    /**
     * Starts a gate on every slice of a slicing. Fails if one fails; inconclusive if one is too
     * small or undefined, and if there is none.
     *
     * @param slicing such as {@code origin}
     * @return the kinds of gates
     */
    public OnSlice onEverySliceBy(String slicing) {
      Objects.requireNonNull(slicing, "slicing");
      return new OnSlice(metric, slicing, true, 0);
    }
  }
}
