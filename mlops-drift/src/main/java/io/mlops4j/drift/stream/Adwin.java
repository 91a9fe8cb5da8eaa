package io.mlops4j.drift.stream;

import java.util.ArrayList;
import java.util.List;

/**
 * A window kept as buckets of 1, 2, 4, ... values, at most five of each size: newest values in the
 * smallest. Every 32 values each border between buckets is tried as the place of a change, and the
 * oldest bucket is dropped while one is found. As in River, after a change everything is forgotten.
 *
 * <p>Until 2025 River did not try the borders after the newest bucket of each size; the indices of
 * its tests that research papers quote are of that time, and can be had with {@code sparse}.
 */
final class Adwin implements ChangeDetector {
  private static final int CLOCK = 32;
  private static final int PER_ROW = 5;
  private static final int SHORTEST = 5;
  private static final int GRACE = 10;

  private final double delta;
  private final boolean sparse;
  private final List<Row> rows = new ArrayList<>();
  private double width;
  private double total;
  private double variance;
  private long tick;

  Adwin(double delta) {
    this(delta, false);
  }

  Adwin(double delta, boolean sparse) {
    this.delta = Streams.requireBetween("delta", delta, 0, 1);
    this.sparse = sparse;
    forget();
  }

  /** Buckets of one size, oldest first. */
  private static final class Row {
    final double[] totals = new double[PER_ROW + 1];
    final double[] variances = new double[PER_ROW + 1];
    int size;

    void add(double total, double variance) {
      totals[size] = total;
      variances[size++] = variance;
    }

    void removeOldest(int count) {
      size -= count;
      System.arraycopy(totals, count, totals, 0, size);
      System.arraycopy(variances, count, variances, 0, size);
    }
  }

  private void forget() {
    rows.clear();
    rows.add(new Row());
    width = 0;
    total = 0;
    variance = 0;
    tick = 0;
  }

  @Override
  public boolean add(double value) {
    Streams.requireFinite(value);
    rows.get(0).add(value, 0);
    if (width > 0) {
      double fromMean = value - total / width;
      variance += width * fromMean * fromMean / (width + 1);
    }
    width++;
    total += value;
    compress();
    if (++tick % CLOCK != 0 || width <= GRACE) {
      return false;
    }
    boolean changed = false;
    while (cut()) {
      changed = true;
      dropOldest();
    }
    if (changed) {
      forget();
    }
    return changed;
  }

  private void compress() {
    for (int i = 0; i < rows.size() && rows.get(i).size > PER_ROW; i++) {
      Row row = rows.get(i);
      if (i + 1 == rows.size()) {
        rows.add(new Row());
      }
      double length = Math.scalb(1.0, i);
      double apart = row.totals[0] / length - row.totals[1] / length;
      rows.get(i + 1)
          .add(
              row.totals[0] + row.totals[1],
              row.variances[0] + row.variances[1] + length * apart * apart / 2);
      row.removeOldest(2);
    }
  }

  /** Whether the window has two parts of different means. */
  private boolean cut() {
    double oldLength = 0;
    double oldTotal = 0;
    double newLength = width;
    double newTotal = total;
    for (int i = rows.size() - 1; i >= 0; i--) {
      Row row = rows.get(i);
      double length = Math.scalb(1.0, i);
      int borders = sparse || i == 0 ? row.size - 1 : row.size;
      for (int k = 0; k < borders; k++) {
        oldLength += length;
        newLength -= length;
        oldTotal += row.totals[k];
        newTotal -= row.totals[k];
        if (oldLength >= SHORTEST
            && newLength >= SHORTEST
            && differ(oldLength, newLength, oldTotal / oldLength - newTotal / newLength)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean differ(double oldLength, double newLength, double apart) {
    double confidence = Math.log(2 * Math.log(width) / delta);
    double harmonic = 1 / (oldLength - SHORTEST + 1) + 1 / (newLength - SHORTEST + 1);
    double bound =
        Math.sqrt(2 * harmonic * (variance / width) * confidence) + 2.0 / 3 * confidence * harmonic;
    return Math.abs(apart) > bound;
  }

  private void dropOldest() {
    int last = rows.size() - 1;
    Row row = rows.get(last);
    double length = Math.scalb(1.0, last);
    width -= length;
    total -= row.totals[0];
    double apart = row.totals[0] / length - total / width;
    variance -= row.variances[0] + length * width * apart * apart / (length + width);
    row.removeOldest(1);
    if (row.size == 0) {
      rows.remove(last);
    }
  }

  /** Returns how many buckets are held. */
  int buckets() {
    return rows.stream().mapToInt(row -> row.size).sum();
  }
}
