package io.mlops4j.delivery.shadow;

import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How often a live score in one cell met a candidate's score in another. Distribution and ranks
 * follow from it, and two of them add up exactly in any order. Rows are made when they are first
 * needed: most scores of two models lie near the diagonal.
 */
final class JointCells {
  /** Groups of about equal live shares that PSI is computed over, as is customary. */
  private static final int GROUPS = 10;

  private static final double SMOOTHING = 0.5;

  private final int size;
  private final long[][] counts;

  JointCells(int size) {
    this.size = size;
    this.counts = new long[size][];
  }

  int size() {
    return size;
  }

  void add(int live, int candidate, long times) {
    if (counts[live] == null) {
      counts[live] = new long[size];
    }
    counts[live][candidate] = Math.addExact(counts[live][candidate], times);
  }

  void plus(JointCells other) {
    other.forEach(this::add);
  }

  /** Sees each pair of cells that is not empty, in order. */
  void forEach(Visitor visitor) {
    for (int i = 0; i < size; i++) {
      long[] row = counts[i];
      for (int j = 0; row != null && j < size; j++) {
        if (row[j] != 0) {
          visitor.see(i, j, row[j]);
        }
      }
    }
  }

  /** Sees one pair of cells. */
  interface Visitor {
    void see(int live, int candidate, long times);
  }

  long[] live() {
    long[] result = new long[size];
    forEach((i, j, n) -> result[i] += n);
    return result;
  }

  long[] candidate() {
    long[] result = new long[size];
    forEach((i, j, n) -> result[j] += n);
    return result;
  }

  /**
   * Returns Kendall's tau-b of the cells: concordant less discordant pairs of rows, over what it
   * could be with these ties. Empty if one side has only one cell.
   *
   * @see <a href="https://doi.org/10.1093/biomet/33.3.239">Kendall (1945)</a>
   */
  OptionalDouble rankAgreement() {
    double concordant = 0;
    double discordant = 0;
    long[] before = new long[size];
    for (long[] row : counts) {
      if (row == null) {
        continue;
      }
      long all = 0;
      for (long n : before) {
        all += n;
      }
      long lower = 0;
      for (int j = 0; j < size; j++) {
        if (row[j] != 0) {
          concordant += (double) row[j] * lower;
          discordant += (double) row[j] * (all - lower - before[j]);
        }
        lower += before[j];
      }
      for (int j = 0; j < size; j++) {
        before[j] += row[j];
      }
    }
    double untiedLive = untied(live());
    double untiedCandidate = untied(candidate());
    if (untiedLive == 0 || untiedCandidate == 0) {
      return OptionalDouble.empty();
    }
    double most = // equal orders give exactly 1
        untiedLive == untiedCandidate
            ? untiedLive
            : Math.sqrt(untiedLive) * Math.sqrt(untiedCandidate);
    return OptionalDouble.of(Math.max(-1, Math.min(1, (concordant - discordant) / most)));
  }

  /** Pairs of rows that are not in the same cell. */
  private static double untied(long[] cells) {
    double n = 0;
    double tied = 0;
    for (long count : cells) {
      n += count;
      tied += count * (count - 1.0) / 2;
    }
    return n * (n - 1) / 2 - tied;
  }

  /**
   * Returns the population stability index of the candidate's scores against the live ones, over at
   * most ten groups of cells with about equal live shares, smoothed by 0.5 a group. Empty without a
   * score.
   */
  OptionalDouble psi() {
    long[] live = live();
    long[] candidate = candidate();
    int[] groups = groups(live);
    int last = groups[size - 1];
    long[] p = new long[last + 1];
    long[] q = new long[last + 1];
    for (int i = 0; i < size; i++) {
      p[groups[i]] += live[i];
      q[groups[i]] += candidate[i];
    }
    return psi(p, q);
  }

  /** Returns PSI over the cells that either side has been in, as they are. */
  OptionalDouble psiOfCells() {
    long[] live = live();
    long[] candidate = candidate();
    int[] seen = IntStream.range(0, size).filter(i -> live[i] + candidate[i] > 0).toArray();
    return psi(
        IntStream.of(seen).mapToLong(i -> live[i]).toArray(),
        IntStream.of(seen).mapToLong(i -> candidate[i]).toArray());
  }

  private static OptionalDouble psi(long[] p, long[] q) {
    double n = 0;
    for (long count : p) {
      n += count;
    }
    if (n == 0) {
      return OptionalDouble.empty();
    }
    double total = n + SMOOTHING * p.length;
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double a = (p[i] + SMOOTHING) / total;
      double b = (q[i] + SMOOTHING) / total;
      sum += (b - a) * Math.log(b / a);
    }
    return OptionalDouble.of(Math.max(0, sum));
  }

  /** A group ends with the cell that fills its share of all live scores. */
  private static int[] groups(long[] live) {
    long n = 0;
    for (long count : live) {
      n += count;
    }
    int[] result = new int[live.length];
    int group = 0;
    long seen = 0;
    for (int i = 0; i < live.length; i++) {
      result[i] = group;
      seen += live[i];
      boolean more = seen < n;
      if (more && live[i] > 0 && seen * GROUPS >= n * (group + 1)) {
        group = (int) Math.min(GROUPS - 1, Math.max(group + 1, seen * GROUPS / n));
      }
    }
    return dense(result);
  }

  /** A cell that fills several shares leaves groups out: they are numbered without gaps. */
  private static int[] dense(int[] groups) {
    int next = -1;
    int last = -1;
    for (int i = 0; i < groups.length; i++) {
      if (groups[i] != last) {
        last = groups[i];
        next++;
      }
      groups[i] = next;
    }
    return groups;
  }
}
