package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis: its range and its labelled positions, which are 1, 2 or 5 times a power of ten
 * (Heckbert, Nice numbers for graph labels, Graphics Gems 1990).
 */
record Scale(double low, double high, List<Tick> ticks) {
  /** Beyond this, differences of two values may overflow. */
  private static final double LIMIT = 1e300;

  /** Ranges narrower than this share of their size are noise of rounding: shown as one value. */
  private static final double FLAT = 1e-11;

  private static final int MAX_TICKS = 20;

  /** Where a value lies between two pixels; values no axis can hold lie at its end. */
  double pixel(double value, double from, double to) {
    double clamped = Math.max(low, Math.min(high, value));
    return from + (clamped - low) / (high - low) * (to - from);
  }

  /**
   * A scale over a range of numbers with about {@code target} ticks. With {@code nice}, the range
   * is widened to whole ticks.
   */
  static Scale numeric(double from, double to, int target, boolean nice) {
    boolean finite = Double.isFinite(from) && Double.isFinite(to);
    double low = finite ? Math.max(-LIMIT, Math.min(LIMIT, Math.min(from, to))) : 0;
    double high = finite ? Math.max(-LIMIT, Math.min(LIMIT, Math.max(from, to))) : 1;
    double size = Math.max(Math.abs(low), Math.abs(high));
    if (size < 1e-290) {
      low = 0;
      high = 1;
    } else if (high - low < size * FLAT) {
      low -= size / 2;
      high += size / 2;
    }
    double step = step((high - low) / Math.max(1, target));
    double first = nice ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9);
    double last = nice ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9);
    List<Tick> ticks = new ArrayList<>();
    double largest = Math.max(Math.abs(first), Math.abs(last)) * step;
    for (double k = first; k <= last && ticks.size() < MAX_TICKS; k++) {
      ticks.add(new Tick(k * step, label(k * step, step, largest)));
    }
    return new Scale(
        nice ? Math.min(low, first * step) : low, nice ? Math.max(high, last * step) : high, ticks);
  }

  private static double step(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double fraction = rough / power;
    double nice =
        fraction <= 1 + 1e-9 ? 1 : fraction <= 2 + 1e-9 ? 2 : fraction <= 5 + 1e-9 ? 5 : 10;
    return nice * power;
  }

  /** As many decimals as tell neighbours apart; millions as M, the rest scientific. */
  private static String label(double value, double step, double largest) {
    if (Math.abs(value) < step / 2) {
      return "0";
    } else if (largest >= 1e9 || largest < 1e-3) {
      return Numbers.scientific(value, Math.max(0, decimals(step / largest)));
    } else if (largest >= 1e6 && step >= 1e3) {
      return Numbers.fixed(value / 1e6, decimals(step / 1e6)) + "M";
    }
    return Numbers.fixed(value, decimals(step));
  }

  private static int decimals(double step) {
    return Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
  }
}
