package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How the epochs of a monitor count.
 *
 * @param intervals how time is cut
 * @param perWindow how many intervals a window has
 * @param history how many finished windows are kept
 * @param learnFrom how many rows a missing baseline is learned from; 0 for not at all
 * @param conditions of segments, by name
 */
record EpochOptions<I>(
    Windows intervals,
    int perWindow,
    int history,
    int learnFrom,
    Map<String, Predicate<? super EncodedRow<I>>> conditions) {

  // A monitor's rows are all of its own row type.
  @SuppressWarnings({"unchecked", "rawtypes"})
  VersionDrift epoch(ModelVersion version, Baseline baseline) {
    DriftCounter counter = new DriftCounter(version, baseline, (Map) conditions);
    return new VersionDrift(counter, baseline, intervals, perWindow, history);
  }
}
