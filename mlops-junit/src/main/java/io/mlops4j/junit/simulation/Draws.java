package io.mlops4j.junit.simulation;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Draws that are the same on every machine and JDK: {@link StrictMath} over {@link
 * SplittableRandom}, whose sequence is specified. {@code nextGaussian} is not.
 */
final class Draws {
  /** The 90 % and 99 % quantiles of the normal distribution. */
  static final double Z90 = 1.2815515655446004;

  static final double Z99 = 2.3263478740408408;

  private Draws() {}

  /** An independent stream per seed, run and purpose; the finalizer of MurmurHash3. */
  static SplittableRandom stream(long seed, long run, long purpose) {
    return new SplittableRandom(mixed(mixed(mixed(seed) + run) + purpose));
  }

  private static long mixed(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }

  /** Mean 1. */
  static double exponential(RandomGenerator random) {
    return -StrictMath.log(1 - random.nextDouble());
  }

  /** Mean 0, deviation 1; Box and Muller (1958). */
  static double normal(RandomGenerator random) {
    double radius = StrictMath.sqrt(2 * exponential(random));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  static double lognormal(double median, double sigma, RandomGenerator random) {
    return median * StrictMath.exp(sigma * normal(random));
  }

  /** The deviation of the logarithm of which a quantile is so many times the median. */
  static double sigma(double ratio, double quantileOfNormal) {
    return StrictMath.log(ratio) / quantileOfNormal;
  }
}
