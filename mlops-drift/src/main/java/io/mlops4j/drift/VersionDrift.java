package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The epoch of one version: the open interval, the ring of those before it that belong to the same
 * window, the finished windows, and the sum since its first prediction. Guarded by its monitor's
 * lock.
 *
 * <p>A window is a run of intervals that ends with the open one: one interval if windows tumble.
 */
final class VersionDrift {
  /**
   * A stretch of time with what was counted in it.
   *
   * @param first its first interval
   * @param last its last interval
   */
  record Counted(long first, long last, DriftCounts counts, long late) {}

  private final Baseline baseline;
  private final Windows intervals;
  private final int perWindow;
  private final int history;
  private final DriftCounter open;
  private final Deque<Counted> ring = new ArrayDeque<>();
  private final Deque<Counted> finished = new ArrayDeque<>();

  /** Finished intervals of this process that no store has yet: the newest of each. */
  private final NavigableMap<Long, DriftCounts> unsaved = new TreeMap<>();

  /** What this process itself counted in the finished intervals of this window and the last. */
  private final NavigableMap<Long, DriftCounts> own = new TreeMap<>();

  private final DriftCounts nothing;
  private DriftCounts restored;
  private DriftCounts before;
  private long interval;
  private long firstInterval;
  private long late;
  private long lateBefore;
  private long savedPredictions;
  private boolean started;

  VersionDrift(
      DriftCounter counter, Baseline baseline, Windows intervals, int perWindow, int history) {
    this.baseline = baseline;
    this.intervals = intervals;
    this.perWindow = perWindow;
    this.history = history;
    this.open = counter;
    this.nothing = open.snapshot();
    this.before = nothing;
    this.restored = nothing;
  }

  Baseline baseline() {
    return baseline;
  }

  ModelVersion version() {
    return nothing.version();
  }

  /** Takes up what an earlier run of this process had counted. Before the first prediction only. */
  void restore(NavigableMap<Long, DriftCounts> saved) {
    for (Map.Entry<Long, DriftCounts> entry : saved.entrySet()) {
      begin(entry.getKey());
      restored = entry.getValue();
    }
  }

  /** Opens an interval, finishing the one that was open. */
  private void begin(long index) {
    if (!started) {
      started = true;
      firstInterval = index;
    } else if (index > interval) {
      finish();
    }
    interval = index;
  }

  /** Counts a prediction into the open interval; a later time first finishes that one. */
  boolean count(@Nullable EncodedRow<?> row, double score, @Nullable String label, Instant at) {
    long index = intervals.indexOf(at);
    boolean isLate = started && index < interval;
    if (!isLate) {
      begin(index);
    }
    late += isLate ? 1 : 0;
    if (row != null) {
      open.observe(row, at);
    }
    open.observeScore(score);
    open.observeClass(label);
    return isLate;
  }

  private void finish() {
    DriftCounts mine = open.snapshot();
    if (open.observed() > 0) {
      unsaved.put(interval, mine);
      own.put(interval, mine);
    }
    while (unsaved.size() > history + perWindow) {
      unsaved.pollFirstEntry();
    }
    own.headMap(interval - 2L * perWindow).clear();
    ring.addLast(new Counted(interval, interval, restored.plus(mine), late));
    Counted window = window(ring, interval);
    finished.addLast(window);
    before = before.plus(restored.plus(mine));
    restored = nothing;
    lateBefore += late;
    late = 0;
    savedPredictions = 0;
    open.clear();
    while (finished.size() > history) {
      finished.removeFirst();
    }
    while (ring.size() >= perWindow) {
      ring.removeFirst();
    }
  }

  /** The sum of those intervals that lie in the window that ends with one. */
  private Counted window(Iterable<Counted> parts, long last) {
    DriftCounts sum = nothing;
    long lateInside = 0;
    for (Counted part : parts) {
      if (part.last() > last - perWindow && part.last() <= last) {
        sum = sum.plus(part.counts());
        lateInside += part.late();
      }
    }
    return new Counted(last - perWindow + 1, last, sum, lateInside);
  }

  boolean started() {
    return started;
  }

  long interval() {
    return interval;
  }

  Counted open() {
    List<Counted> parts = new ArrayList<>(ring);
    parts.add(new Counted(interval, interval, restored.plus(open.snapshot()), late));
    return window(parts, interval);
  }

  List<Counted> finished() {
    return new ArrayList<>(finished);
  }

  Counted sinceStart() {
    return new Counted(
        firstInterval, interval, before.plus(restored).plus(open.snapshot()), lateBefore + late);
  }

  /** What this process counted and no store has yet, by interval; the open one if it changed. */
  NavigableMap<Long, DriftCounts> unsaved() {
    NavigableMap<Long, DriftCounts> result = new TreeMap<>(unsaved);
    if (open.observed() != savedPredictions) {
      result.put(interval, open.snapshot());
    }
    return result;
  }

  /** What this process itself counted, by interval: as far as windows go back, and the open one. */
  NavigableMap<Long, DriftCounts> ownIntervals() {
    NavigableMap<Long, DriftCounts> result = new TreeMap<>(own);
    if (started && open.observed() > 0) {
      result.put(interval, open.snapshot());
    }
    return result;
  }

  /** Says that counts of an interval are in the store. */
  void saved(long index, DriftCounts counts, long observed) {
    unsaved.remove(index, counts);
    if (index == interval) {
      savedPredictions = observed;
    }
  }

  long observed() {
    return open.observed();
  }
}
