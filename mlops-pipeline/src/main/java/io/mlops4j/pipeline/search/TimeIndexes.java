package io.mlops4j.pipeline.search;

import io.mlops4j.core.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Folds in the order of time, as positions of rows. With labels that are known at once and instants
 * that are all different, {@link #ordered} is scikit-learn's TimeSeriesSplit.
 */
final class TimeIndexes {
  private final Instant[] times;
  private final TimeFolds how;
  private final int[] order;

  private TimeIndexes(Instant[] times, TimeFolds how) {
    this.times = times;
    this.how = how;
    Integer[] sorted = new Integer[times.length];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(sorted, Comparator.comparing(i -> times[i])); // stable
    this.order = Arrays.stream(sorted).mapToInt(i -> i).toArray();
  }

  static TimeIndexes of(Instant[] times, TimeFolds how) {
    return new TimeIndexes(times, how);
  }

  private Instant at(int place) {
    return times[order[place]];
  }

  List<RowSplit> ordered() {
    int n = order.length;
    int size = how.testRows() > 0 ? how.testRows() : n / (how.folds() + 1);
    long left = n - (long) how.folds() * size;
    if (size < 1 || left < 1) {
      throw new IllegalArgumentException(
          "rows: "
              + n
              + " (expected: more than "
              + how.folds()
              + " test periods of "
              + Math.max(1, size)
              + " rows)");
    }
    List<RowSplit> splits = new ArrayList<>();
    for (int from = (int) left; from < n; from += size) {
      Instant begin = at(from);
      BitSet test = places(from, from + size);
      BitSet train = new BitSet(n);
      long purged = 0;
      int oldest = 0;
      int kept = 0;
      for (int place = from - 1; place >= oldest; place--) {
        if (how.maxTrainRows() > 0 && kept >= how.maxTrainRows()) {
          break;
        }
        if (isKnown(place, begin)) {
          train.set(order[place]);
          kept++;
        } else {
          purged++;
        }
      }
      requireTraining(train, splits.size());
      splits.add(new RowSplit(train, test, purged));
    }
    return splits;
  }

  /** Whether a row came before an instant, and its label was known by then. */
  private boolean isKnown(int place, Instant by) {
    return at(place).isBefore(by) && !Time.after(at(place), how.horizon()).isAfter(by);
  }

  List<RowSplit> purged() {
    int n = order.length;
    int k = how.folds();
    if (k < 2 || k > n) {
      throw new IllegalArgumentException("folds: " + k + " (expected: 2.." + n + ")");
    }
    List<RowSplit> splits = new ArrayList<>();
    int from = 0;
    for (int f = 0; f < k; f++) {
      int to = from + n / k + (f < n % k ? 1 : 0);
      splits.add(around(from, to, f));
      from = to;
    }
    return splits;
  }

  private RowSplit around(int from, int to, int fold) {
    Instant begin = at(from);
    Instant end = at(to - 1);
    Instant free = Time.after(Time.after(end, how.horizon()), how.embargo());
    BitSet test = places(from, to);
    BitSet train = new BitSet(order.length);
    long purged = 0;
    for (int place = 0; place < order.length; place++) {
      if (place >= from && place < to) {
        continue;
      }
      boolean before = place < from && isKnown(place, begin);
      boolean after = place >= to && at(place).isAfter(end) && !at(place).isBefore(free);
      if (before || after) {
        train.set(order[place]);
      } else {
        purged++;
      }
    }
    requireTraining(train, fold);
    return new RowSplit(train, test, purged);
  }

  private void requireTraining(BitSet train, int fold) {
    if (train.isEmpty()) {
      throw new IllegalArgumentException(
          "Fold "
              + fold
              + " has no training row left: the horizon of "
              + how.horizon()
              + " and the embargo of "
              + how.embargo()
              + " purge them all. Use fewer folds or shorter test periods.");
    }
  }

  private BitSet places(int from, int to) {
    BitSet rows = new BitSet(order.length);
    for (int place = from; place < to; place++) {
      rows.set(order[place]);
    }
    return rows;
  }
}
