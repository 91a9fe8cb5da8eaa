package io.mlops4j.evaluation;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a model scored on one slice.
 *
 * @param slicing what the slicing is called, such as {@code origin}
 * @param name which slice, such as {@code origin=ORD}
 * @param rows how many rows are in it
 * @param positives how many of them are positive; empty for a regression
 * @param metrics what was measured; of a slice below the minimum, everything is undefined
 * @param intervals how sure those are that have an interval
 */
public record SliceResult(
    String slicing,
    String name,
    long rows,
    OptionalLong positives,
    Map<Metric, MetricValue> metrics,
    Map<Metric, MetricInterval> intervals) {
  /** Copies the maps. */
  public SliceResult {
    if (slicing.isBlank() || name.isBlank() || rows < 0) {
      throw new IllegalArgumentException(
          "slice '"
              + name
              + "' of '"
              + slicing
              + "': "
              + rows
              + " rows (expected: names, 0 or more)");
    }
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
  }
}
