package io.mlops4j.registry.tracking;

import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The fold of a run's chunks. Not thread-safe. */
final class RunState {
  /** Keeps the summary of any run far below what one JSON document may be. */
  static final int MAX_CHARACTERS = 1_500_000;

  final String id;
  final String experiment;
  final RunSettings settings;
  final String owner;
  final long seed;
  final Instant startedAt;
  final String environment;

  final SortedMap<String, String> params = new TreeMap<>();
  final SortedMap<String, MetricSummary> metrics = new TreeMap<>();
  final SortedMap<String, String> tags = new TreeMap<>();
  final List<String> notes = new ArrayList<>();
  final SortedMap<String, RunArtifact> artifacts = new TreeMap<>();
  final List<ModelVersion> versions = new ArrayList<>();
  RunStatus status = RunStatus.RUNNING;
  String reason = "";
  Optional<Instant> endedAt = Optional.empty();
  Instant seenAt;

  RunState(
      String id,
      String experiment,
      RunSettings settings,
      String owner,
      long seed,
      Instant startedAt,
      String environment) {
    this.id = id;
    this.experiment = experiment;
    this.settings = settings;
    this.owner = owner;
    this.seed = seed;
    this.startedAt = startedAt;
    this.environment = environment;
    this.seenAt = startedAt;
    this.tags.putAll(settings.tags());
  }

  /** A state as it was recorded. */
  static RunState of(RunRecord record) {
    RunSettings settings =
        new RunSettings(
            record.name(),
            Optional.of(record.owner()),
            record.parent(),
            java.util.OptionalLong.of(record.seed()),
            new TreeMap<>());
    RunState state =
        new RunState(
            record.id(),
            record.experiment(),
            settings,
            record.owner(),
            record.seed(),
            record.startedAt(),
            record.environment());
    state.params.putAll(record.params());
    state.metrics.putAll(record.metrics());
    state.tags.putAll(record.tags());
    state.notes.addAll(record.notes());
    state.artifacts.putAll(record.artifacts());
    state.versions.addAll(record.versions());
    state.status = record.status();
    state.reason = record.reason();
    state.endedAt = record.endedAt();
    state.seenAt = record.seenAt();
    return state;
  }

  RunState copy() {
    return of(toRecord(status));
  }

  void apply(Chunk chunk, Instant at) {
    // Writers look before they write; the first value of a parameter is the one that counts.
    chunk.params.forEach((name, value) -> params.putIfAbsent(name, value));
    chunk.tags.forEach(
        (name, value) ->
            value.ifPresentOrElse(text -> tags.put(name, text), () -> tags.remove(name)));
    notes.addAll(chunk.notes);
    chunk.points.forEach(this::addAll);
    artifacts.putAll(chunk.artifacts);
    chunk.versions.stream().filter(v -> !versions.contains(v)).forEach(versions::add);
    if (chunk.status != null) {
      status = Objects.requireNonNull(chunk.status);
      reason = chunk.reason;
      endedAt = status == RunStatus.RUNNING ? Optional.empty() : Optional.of(at);
    }
    seenAt = at.isAfter(seenAt) ? at : seenAt;
  }

  private void addAll(String metric, Points points) {
    MetricSummary summary = metrics.get(metric);
    for (int i = 0; i < points.size(); i++) {
      Instant at = Instant.ofEpochMilli(points.at(i));
      summary =
          summary == null
              ? MetricSummary.of(points.step(i), points.value(i), at)
              : summary.plus(points.step(i), points.value(i), at);
    }
    if (summary != null) {
      metrics.put(metric, summary);
    }
  }

  int names() {
    return params.size() + metrics.size() + tags.size() + artifacts.size();
  }

  long characters() {
    long sum = 0;
    for (String note : notes) {
      sum += note.length();
    }
    return sum + characters(params) + characters(tags);
  }

  private static long characters(SortedMap<String, String> texts) {
    long sum = 0;
    for (Map.Entry<String, String> entry : texts.entrySet()) {
      sum += entry.getKey().length() + entry.getValue().length();
    }
    return sum;
  }

  /** With {@code now} in place of a status that only time can tell. */
  RunRecord toRecord(RunStatus now) {
    return new RunRecord(
        id,
        experiment,
        settings.name(),
        now,
        reason,
        owner,
        settings.parent(),
        seed,
        startedAt,
        endedAt,
        seenAt,
        params,
        metrics,
        tags,
        notes,
        artifacts,
        versions,
        environment);
  }
}
