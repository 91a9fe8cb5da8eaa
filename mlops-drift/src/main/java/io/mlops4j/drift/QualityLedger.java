package io.mlops4j.drift;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.log.LoggedPrediction;
import io.mlops4j.drift.log.PredictionLog;
import io.mlops4j.drift.log.ReportedLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The windows of a monitor's versions and their segments, and the join that fills them. Thread-safe
 * by one lock.
 */
final class QualityLedger implements LabelJoin.Target {
  private static final int MAX_VERSIONS = 8;

  /** Segments of one version. */
  private static final int MAX_SEGMENTS = 200;

  /** Segments keep scores no finer than this: there may be many. */
  private static final int SEGMENT_BINS = 100;

  /**
   * What windows are like.
   *
   * @param windows their length
   * @param kept how many of a version
   * @param referenceWindows how many of its first ones stay for ever
   * @param shape what is in them
   */
  record Plan(Windows windows, int kept, int referenceWindows, WindowQuality.Shape shape) {
    VersionQuality open(boolean segment) {
      WindowQuality.Shape own =
          segment
              ? new WindowQuality.Shape(
                  shape.task(), Math.min(SEGMENT_BINS, shape.bins()), shape.worth())
              : shape;
      return new VersionQuality(windows, kept, own, referenceWindows);
    }
  }

  private final Plan plan;
  private final PredictionLog log;
  private final LabelJoin join;
  private final Map<ModelVersion, VersionQuality> versions = new LinkedHashMap<>();
  private final Map<ModelVersion, TreeMap<String, VersionQuality>> segments = new HashMap<>();
  private Instant latest = Instant.MIN;

  QualityLedger(Plan plan, PredictionLog log, Duration horizon) {
    this.plan = plan;
    this.log = log;
    this.join = new LabelJoin(log, horizon, this);
  }

  /** Counts everything anew from the log. */
  synchronized void reload() {
    versions.clear();
    segments.clear();
    join.counts().restart();
    log.scan(Instant.MIN, join::replay);
  }

  synchronized void apply(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    join.apply(predictions, labels);
  }

  synchronized void unusable() {
    join.counts().unusable++;
  }

  synchronized void excluded(ModelVersion version, Instant at, List<String> names) {
    join.counts().excluded++;
    long window = plan.windows().indexOf(at);
    VersionQuality own = versions.get(version);
    if (own != null) {
      own.excluded(window);
      for (String name : names) {
        segment(version, name).excluded(window);
      }
    }
  }

  @Override
  public void predicted(LoggedPrediction p) {
    latest = p.at().isAfter(latest) ? p.at() : latest;
    long window = plan.windows().indexOf(p.at());
    VersionQuality own = versions.get(p.version());
    if (own == null) {
      own = plan.open(false);
      versions.put(p.version(), own);
      if (versions.size() > MAX_VERSIONS) {
        ModelVersion oldest = versions.keySet().iterator().next();
        versions.remove(oldest);
        segments.remove(oldest);
      }
    }
    own.predicted(window, p.output());
    for (String name : p.segments()) {
      segment(p.version(), name).predicted(window, p.output());
    }
  }

  private VersionQuality segment(ModelVersion version, String name) {
    TreeMap<String, VersionQuality> all = segments.computeIfAbsent(version, v -> new TreeMap<>());
    String bounded = all.containsKey(name) || all.size() < MAX_SEGMENTS ? name : "(other)";
    return all.computeIfAbsent(bounded, s -> plan.open(true));
  }

  @Override
  public boolean labelled(LoggedPrediction p, double label, int sign) {
    long window = plan.windows().indexOf(p.at());
    VersionQuality own = versions.get(p.version());
    if (own == null || !own.labelled(window, p.output(), label, sign)) {
      return false;
    }
    for (String name : p.segments()) {
      segment(p.version(), name).labelled(window, p.output(), label, sign);
    }
    return true;
  }

  /** Asks a version, or one of its segments, under the lock. */
  synchronized <R> Optional<R> ask(
      ModelVersion version, Optional<String> segment, Function<VersionQuality, R> question) {
    VersionQuality quality =
        segment.isEmpty()
            ? versions.get(version)
            : segments.getOrDefault(version, new TreeMap<>()).get(segment.get());
    return Optional.ofNullable(quality).map(question);
  }

  synchronized List<String> segments(ModelVersion version) {
    return new ArrayList<>(segments.getOrDefault(version, new TreeMap<>()).keySet());
  }

  /** The latest time of any prediction. */
  synchronized Instant latest() {
    return latest;
  }

  synchronized long forget(String unit) {
    return log.forget(unit);
  }

  synchronized long dropBefore(Instant time) {
    return log.dropBefore(time);
  }

  synchronized QualityMonitor.Joins joins(long unlogged) {
    JoinCounts counts = join.counts();
    MemoryLog memory = log instanceof MemoryLog own ? own : null;
    return new QualityMonitor.Joins(
        counts.predictions,
        counts.joined,
        memory == null ? 0 : memory.waiting(),
        counts.duplicate,
        counts.conflicting,
        counts.corrected,
        counts.late,
        counts.orphaned + (memory == null ? 0 : memory.orphaned()),
        memory == null ? 0 : memory.unlabelled(),
        memory == null ? 0 : memory.evicted(),
        counts.unusable,
        counts.excluded,
        unlogged);
  }

  synchronized void orphaned() {
    join.counts().orphaned++;
  }
}
