package io.mlops4j.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How differently a model treats the groups of one attribute.
 *
 * @param attribute what the groups are by, such as {@code sex}
 * @param decision which decision is the favourable one, such as {@code score >= 0.5}
 * @param minGroupSize a measure over a smaller group is undefined
 * @param groups every group, its size included
 * @param unassigned rows of no group: the attribute is missing or not declared
 * @param values what was measured
 * @param intervals how sure those are that have an interval: simultaneous over all pairs of groups
 *     (Bonferroni), so conservative with more than two
 */
public record FairnessResult(
    String attribute,
    String decision,
    long minGroupSize,
    List<FairnessGroup> groups,
    long unassigned,
    Map<FairnessMeasure, MetricValue> values,
    Map<FairnessMeasure, MetricInterval> intervals) {
  /** Copies the collections. */
  public FairnessResult {
    if (attribute.isBlank() || decision.isBlank() || minGroupSize < 1 || unassigned < 0) {
      throw new IllegalArgumentException(
          "fairness by '"
              + attribute
              + "', '"
              + decision
              + "', minGroupSize="
              + minGroupSize
              + ", unassigned="
              + unassigned
              + " (expected: texts, at least 1, at least 0)");
    }
    groups = List.copyOf(groups);
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
  }

  /**
   * Returns what a measure came to.
   *
   * @param measure which
   * @return its value; undefined with a reason if a group is too small or a rate is 0/0
   */
  public MetricValue value(FairnessMeasure measure) {
    MetricValue value = values.get(measure);
    return value != null
        ? value
        : new MetricValue.Undefined("'" + measure.id() + "' was not measured.");
  }
}
