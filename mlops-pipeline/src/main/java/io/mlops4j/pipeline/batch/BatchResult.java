package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.DriftCounts;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a job that has come to its end did.
 *
 * @param version who answered
 * @param records rows read, those of earlier attempts included
 * @param scored rows written, those of earlier attempts included
 * @param rejected rows left out
 * @param resumedAt how many records earlier attempts had dealt with; 0 if there was none
 * @param alreadyComplete whether the same job was complete before, so that nothing was done
 * @param took how long this attempt took
 * @param identity what the job is: digests of input, model and options by name
 * @param profile what was counted over the baseline, if one was given
 */
public record BatchResult(
    ModelVersion version,
    long records,
    long scored,
    long rejected,
    long resumedAt,
    boolean alreadyComplete,
    Duration took,
    Map<String, String> identity,
    Optional<DriftCounts> profile) {
  /** Copies the map. */
  public BatchResult {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(profile, "profile");
    Elements.requireNoNulls("identity", identity);
    identity = Map.copyOf(identity);
  }
}
