package io.mlops4j.drift.service;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts per slot of time in rings: latencies of the last hours, numbers of the last days. Guarded
 * by its monitor's lock.
 */
final class Slots {
  enum Kind {
    ANSWERS(0),
    FALLBACKS(1),
    FAILURES(2),
    INVALID(3);

    final int place;

    Kind(int place) {
      this.place = place;
    }
  }

  private static final int KINDS = Kind.values().length;

  private final int kept;
  private final long[] counts;
  private final @Nullable LatencyCells[] latencies;
  private long newest = Long.MIN_VALUE;

  /**
   * Makes empty rings.
   *
   * @param kept slots whose numbers stay
   * @param keptLatencies slots whose latencies stay
   */
  Slots(int kept, int keptLatencies) {
    this.kept = kept;
    this.counts = new long[kept * KINDS];
    this.latencies = new LatencyCells[keptLatencies];
  }

  /** Moves on to a slot; one before the newest counts into that. */
  private long advance(long slot) {
    if (newest == Long.MIN_VALUE) {
      newest = slot;
    }
    long steps = Math.min(kept, slot - newest);
    for (long s = slot - steps + 1; s <= slot; s++) {
      int at = (int) Math.floorMod(s, (long) kept) * KINDS;
      Arrays.fill(counts, at, at + KINDS, 0);
      latencies[(int) Math.floorMod(s, (long) latencies.length)] = null;
    }
    newest = Math.max(newest, slot);
    return newest;
  }

  void count(long slot, Kind kind) {
    long now = advance(slot);
    counts[(int) Math.floorMod(now, (long) kept) * KINDS + kind.place]++;
  }

  void answered(long slot, long nanos) {
    long now = advance(slot);
    int at = (int) Math.floorMod(now, (long) latencies.length);
    LatencyCells cells = latencies[at];
    if (cells == null) {
      cells = new LatencyCells();
      latencies[at] = cells;
    }
    cells.add(nanos);
  }

  long sum(long slot, int slots, Kind kind) {
    long now = advance(slot);
    long sum = 0;
    for (long s = now - Math.min(kept, slots) + 1; s <= now; s++) {
      sum += counts[(int) Math.floorMod(s, (long) kept) * KINDS + kind.place];
    }
    return sum;
  }

  LatencyCells latencies(long slot, int slots) {
    long now = advance(slot);
    LatencyCells sum = new LatencyCells();
    for (long s = now - Math.min(latencies.length, slots) + 1; s <= now; s++) {
      LatencyCells cells = latencies[(int) Math.floorMod(s, (long) latencies.length)];
      if (cells != null) {
        sum.addAll(cells);
      }
    }
    return sum;
  }
}
