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
import org.jspecify.annotations.Nullable;

/**
 * The windows of a monitor's versions and their segments, and the join that fills them. Thread-safe
 * by two locks: one for whoever reads and writes the log, taken first, and one for the counts,
 * never held while the log is waited for.
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

  private static final class Books {
    final Map<ModelVersion, VersionQuality> versions = new LinkedHashMap<>();
    final Map<ModelVersion, TreeMap<String, VersionQuality>> segments = new HashMap<>();
  }

  private final Plan plan;
  private final PredictionLog log;
  private final LabelJoin join;
  private final Object logging = new Object();
  private Books books = new Books();

  /** What events are counted into: the same, but for a reload, which builds other ones. */
  private Books filling = books;

  private Instant latest = Instant.MIN;

  QualityLedger(Plan plan, PredictionLog log, Duration horizon) {
    this.plan = plan;
    this.log = log;
    this.join = new LabelJoin(log, horizon, this, this);
  }

  /** Counts everything anew from the log. Until that is done, what was counted stays readable. */
  void reload() {
    synchronized (logging) {
      Books before = books();
      synchronized (this) {
        filling = new Books();
        join.counts().restart();
      }
      boolean done = false;
      try {
        log.scan(Instant.MIN, join::replay);
        done = true;
      } finally {
        synchronized (this) {
          books = done ? filling : before;
          filling = books;
        }
      }
    }
  }

  private synchronized Books books() {
    return books;
  }

  void apply(List<LoggedPrediction> predictions, List<ReportedLabel> labels) {
    synchronized (logging) {
      join.apply(predictions, labels);
    }
  }

  synchronized void unusable() {
    join.counts().unusable++;
  }

  synchronized void excluded(ModelVersion version, Instant at, List<String> names) {
    join.counts().excluded++;
    long window = plan.windows().indexOf(at);
    VersionQuality own = books.versions.get(version);
    if (own != null) {
      own.excluded(window);
      for (String name : names) {
        segment(books, version, name).excluded(window);
      }
    }
  }

  @Override
  public void predicted(LoggedPrediction p) {
    latest = p.at().isAfter(latest) ? p.at() : latest;
    long window = plan.windows().indexOf(p.at());
    VersionQuality own = filling.versions.get(p.version());
    if (own == null) {
      own = plan.open(false);
      filling.versions.put(p.version(), own);
      if (filling.versions.size() > MAX_VERSIONS) {
        ModelVersion oldest = filling.versions.keySet().iterator().next();
        filling.versions.remove(oldest);
        filling.segments.remove(oldest);
      }
    }
    own.predicted(window, p.output());
    for (String name : p.segments()) {
      segment(filling, p.version(), name).predicted(window, p.output());
    }
  }

  private VersionQuality segment(Books in, ModelVersion version, String name) {
    TreeMap<String, VersionQuality> all =
        in.segments.computeIfAbsent(version, v -> new TreeMap<>());
    String bounded = all.containsKey(name) || all.size() < MAX_SEGMENTS ? name : "(other)";
    return all.computeIfAbsent(bounded, s -> plan.open(true));
  }

  @Override
  public boolean labelled(LoggedPrediction p, double label, int sign) {
    long window = plan.windows().indexOf(p.at());
    VersionQuality own = filling.versions.get(p.version());
    if (own == null || !own.labelled(window, p.output(), label, sign)) {
      return false;
    }
    for (String name : p.segments()) {
      segment(filling, p.version(), name).labelled(window, p.output(), label, sign);
    }
    return true;
  }

  /** Asks a version, or one of its segments, under the lock. */
  synchronized <R> Optional<R> ask(
      ModelVersion version, Optional<String> segment, Function<VersionQuality, R> question) {
    VersionQuality quality =
        segment.isEmpty()
            ? books.versions.get(version)
            : books.segments.getOrDefault(version, new TreeMap<>()).get(segment.get());
    return Optional.ofNullable(quality).map(question);
  }

  synchronized List<String> segments(ModelVersion version) {
    return new ArrayList<>(books.segments.getOrDefault(version, new TreeMap<>()).keySet());
  }

  /** The latest time of any prediction. */
  synchronized Instant latest() {
    return latest;
  }

  long forget(String unit) {
    synchronized (logging) {
      return log.forget(unit);
    }
  }

  long dropBefore(Instant time) {
    synchronized (logging) {
      return log.dropBefore(time);
    }
  }

  QualityMonitor.Joins joins(long unlogged) {
    if (log instanceof MemoryLog memory) {
      synchronized (logging) {
        return joins(memory, unlogged);
      }
    }
    return joins(null, unlogged);
  }

  private synchronized QualityMonitor.Joins joins(@Nullable MemoryLog memory, long unlogged) {
    JoinCounts counts = join.counts();
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
