package io.mlops4j.experiments;

import java.util.NavigableSet;

/**
 * A Beta(alpha, beta) distribution of p in the angle {@code t = 2 asin(sqrt(p))}, on [0, pi].
 *
 * <p>There its density is {@code sin(t/2)^A cos(t/2)^B} up to a constant, with {@code A = 2 alpha -
 * 1} and {@code B = 2 beta - 1}: bounded for alpha and beta of at least 1/2, and with a width near
 * {@code sqrt(2 / (A + B))} wherever the mode is. The second derivative of its logarithm is at most
 * {@code -(A + B) / 4}, so the density at c widths from the mode is at most {@code exp(-c^2 / 4)}
 * of the mode's: 12 widths leave less than 1e-14 of the mass outside.
 *
 * <p>The density is computed relative to the mode's through {@code log1p} of a small number, not
 * from the log-gamma function: with 10^15 observations that would lose all digits.
 */
final class ArcsineBeta {
  private static final double WIDTHS = 12;

  /** Panels this many widths wide are exact to about 1e-13 with 16 nodes. */
  private static final double WIDTHS_PER_PANEL = 3;

  /** Leaves a panel that holds about 1e-6 of its neighbours' mass at worst. */
  private static final int HALVINGS = 20;

  private final double powerOfSin;
  private final double powerOfCos;
  private final double mode;
  private final double cot;
  private final double tan;
  private final double width;
  private final double scale;
  final double low;
  final double high;

  ArcsineBeta(double alpha, double beta) {
    powerOfSin = 2 * alpha - 1;
    powerOfCos = 2 * beta - 1;
    double total = powerOfSin + powerOfCos;
    mode =
        total == 0
            ? Math.PI / 2
            : 2 * StrictMath.atan2(Math.sqrt(powerOfSin), Math.sqrt(powerOfCos));
    cot = powerOfSin == 0 ? 0 : Math.sqrt(powerOfCos / powerOfSin);
    tan = powerOfCos == 0 ? 0 : Math.sqrt(powerOfSin / powerOfCos);
    width = total == 0 ? Math.PI : Math.sqrt(2 / total);
    low = Math.max(0, mode - WIDTHS * width);
    high = Math.min(Math.PI, mode + WIDTHS * width);
    scale = 1 / Math.min(2.5 * width, high - low);
  }

  /** The density up to a constant that makes its integral about 1. */
  double density(double t) {
    double delta = (t - mode) / 2;
    double sin = StrictMath.sin(delta);
    double half = StrictMath.sin(delta / 2);
    double drop = 2 * half * half;
    double log = 0;
    if (powerOfSin > 0) {
      log += powerOfSin * StrictMath.log1p(cot * sin - drop);
    }
    if (powerOfCos > 0) {
      log += powerOfCos * StrictMath.log1p(-tan * sin - drop);
    }
    return scale * StrictMath.exp(log);
  }

  /**
   * Adds where panels must begin and end for this density. At an end of [0, pi] a power that is not
   * a whole number is not smooth, so panels halve towards it.
   */
  void addBreakpoints(NavigableSet<Double> into) {
    int panels = (int) Math.ceil((high - low) / (WIDTHS_PER_PANEL * width));
    double step = (high - low) / panels;
    into.add(low);
    for (int i = 1; i < panels; i++) {
      into.add(low + step * i);
    }
    into.add(high);
    boolean rough = powerOfSin != Math.rint(powerOfSin) || powerOfCos != Math.rint(powerOfCos);
    for (int i = 1; rough && i <= HALVINGS; i++) {
      into.add(low + step / (1L << i));
      into.add(high - step / (1L << i));
    }
  }
}
