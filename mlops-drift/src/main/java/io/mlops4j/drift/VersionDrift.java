package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The epoch of one version: the open window, the finished ones and the sum since its first
 * prediction. Guarded by its monitor's lock.
 */
final class VersionDrift {
  /** A stretch of time with what was counted in it. */
  record Counted(long window, DriftCounts counts, long late) {}

  private final Baseline baseline;
  private final Windows windows;
  private final int history;
  private final DriftCounter open;
  private final Deque<Counted> finished = new ArrayDeque<>();
  private DriftCounts before;
  private long window;
  private long firstWindow;
  private long late;
  private long lateBefore;
  private boolean started;

  VersionDrift(ModelVersion version, Baseline baseline, Windows windows, int history) {
    this.baseline = baseline;
    this.windows = windows;
    this.history = history;
    this.open = new DriftCounter(version, baseline);
    this.before = open.snapshot();
  }

  Baseline baseline() {
    return baseline;
  }

  /** Counts a prediction into the open window; a later time first finishes that one. */
  boolean count(@Nullable EncodedRow<?> row, OptionalDouble score, Instant at) {
    long index = windows.indexOf(at);
    boolean isLate = started && index < window;
    if (!started) {
      started = true;
      window = index;
      firstWindow = index;
    } else if (index > window) {
      finish();
      window = index;
    }
    late += isLate ? 1 : 0;
    if (row != null) {
      open.observe(row);
    }
    score.ifPresent(open::observeScore);
    return isLate;
  }

  private void finish() {
    DriftCounts counts = open.snapshot();
    finished.addLast(new Counted(window, counts, late));
    before = before.plus(counts);
    lateBefore += late;
    late = 0;
    open.clear();
    while (finished.size() > history) {
      finished.removeFirst();
    }
  }

  boolean started() {
    return started;
  }

  Counted open() {
    return new Counted(window, open.snapshot(), late);
  }

  List<Counted> finished() {
    return new ArrayList<>(finished);
  }

  Counted sinceStart() {
    return new Counted(firstWindow, before.plus(open.snapshot()), lateBefore + late);
  }
}
