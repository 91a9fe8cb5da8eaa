package io.mlops4j.registry.tracking;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What is known of a run at the moment it was asked for. Immutable; the points of its metrics are
 * read with {@link TrackedExperiment#series}.
 *
 * @param id unique, in the order of starting to the second
 * @param experiment what it belongs to
 * @param name what people call it
 * @param status what became of it
 * @param reason why it ended like that; empty if nobody said
 * @param owner who owns it
 * @param parent the id of the run it is a part of
 * @param seed what its random numbers started from
 * @param startedAt when it was started
 * @param endedAt when it ended; empty while it runs and if its process died
 * @param seenAt the last sign of life
 * @param params name to value as text; written once
 * @param metrics name to summary
 * @param tags name to value
 * @param notes in the order of writing
 * @param artifacts path to content
 * @param versions the registered versions that came out of it
 * @param environment the digest of where it ran; see {@link TrackedExperiment#environment}
 */
public record RunRecord(
    String id,
    String experiment,
    String name,
    RunStatus status,
    String reason,
    String owner,
    Optional<String> parent,
    long seed,
    Instant startedAt,
    Optional<Instant> endedAt,
    Instant seenAt,
    SortedMap<String, String> params,
    SortedMap<String, MetricSummary> metrics,
    SortedMap<String, String> tags,
    List<String> notes,
    SortedMap<String, RunArtifact> artifacts,
    List<ModelVersion> versions,
    String environment) {
  /** Copies the collections. */
  public RunRecord {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(parent, "parent");
    Objects.requireNonNull(startedAt, "startedAt");
    Objects.requireNonNull(endedAt, "endedAt");
    Objects.requireNonNull(seenAt, "seenAt");
    Objects.requireNonNull(params, "params");
    Objects.requireNonNull(metrics, "metrics");
    Objects.requireNonNull(tags, "tags");
    Objects.requireNonNull(notes, "notes");
    Objects.requireNonNull(artifacts, "artifacts");
    Objects.requireNonNull(versions, "versions");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(id, "id");
    params = Elements.sortedMap("params", params);
    metrics = Elements.sortedMap("metrics", metrics);
    tags = Elements.sortedMap("tags", tags);
    notes = Elements.list("notes", notes);
    artifacts = Elements.sortedMap("artifacts", artifacts);
    versions = Elements.list("versions", versions);
  }

  /**
   * Returns how long it took, or has taken until its last sign of life.
   *
   * @return never negative, also if clocks were turned back
   */
  public Duration took() {
    return took(startedAt, endedAt.orElse(seenAt));
  }

  static Duration took(Instant from, Instant to) {
    Duration took = Duration.between(from, to);
    return took.isNegative() ? Duration.ZERO : took;
  }

  /** Returns experiment and id. */
  @Override
  public String toString() {
    return experiment + "/" + id;
  }
}
