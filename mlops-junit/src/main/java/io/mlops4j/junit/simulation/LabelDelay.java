package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How long after a request its label becomes known. Implementations are immutable. */
@FunctionalInterface
public interface LabelDelay {
  /**
   * Draws a delay.
   *
   * @param label what turns out to be true
   * @param random where chance comes from
   * @return 0 or more, or null if the label never becomes known
   */
  @Nullable Duration draw(double label, RandomGenerator random);

  /**
   * Returns a delay that is always the same.
   *
   * @param delay 0 or more
   * @return the delay
   */
  static LabelDelay constant(Duration delay) {
    requireNotNegative(delay);
    return (label, random) -> delay;
  }

  /**
   * Returns an exponential delay.
   *
   * @param mean 0 or more
   * @return the delay
   */
  static LabelDelay exponential(Duration mean) {
    requireNotNegative(mean);
    return (label, random) -> times(mean, Draws.exponential(random));
  }

  /**
   * Returns a lognormal delay: most soon, some very late.
   *
   * @param median above 0
   * @param within90 the delay that nine of ten labels keep, at least the median
   * @return the delay
   */
  static LabelDelay lognormal(Duration median, Duration within90) {
    requireNotNegative(median);
    if (median.isZero() || within90.compareTo(median) < 0) {
      throw new IllegalArgumentException(
          "median "
              + median
              + ", nine of ten within "
              + within90
              + " (expected: 0 < median <= it)");
    }
    double sigma = Draws.sigma((double) within90.toNanos() / median.toNanos(), Draws.Z90);
    return (label, random) -> times(median, Draws.lognormal(1, sigma, random));
  }

  /**
   * Returns the delay of outcomes that have a horizon: a positive (label above 0) becomes known
   * when it happens, a negative when the horizon is over, for then it cannot happen any more. What
   * would happen after the horizon is a positive that becomes known at it.
   *
   * @param positives how long positives take
   * @param horizon above 0
   * @return the delay
   */
  static LabelDelay byHorizon(LabelDelay positives, Duration horizon) {
    Objects.requireNonNull(positives, "positives");
    if (horizon.isNegative() || horizon.isZero()) {
      throw new IllegalArgumentException("horizon: " + horizon + " (expected: above 0)");
    }
    return (label, random) -> {
      if (label <= 0) {
        return horizon;
      }
      Duration delay = positives.draw(label, random);
      return delay != null && delay.compareTo(horizon) > 0 ? horizon : delay;
    };
  }

  /**
   * Returns this delay for labels of which some never become known.
   *
   * @param share 0 to 1
   * @return the delay
   */
  default LabelDelay missing(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0..1)");
    }
    return (label, random) -> random.nextDouble() < share ? null : draw(label, random);
  }

  private static void requireNotNegative(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay: " + delay + " (expected: 0 or more)");
    }
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofNanos(Math.round(duration.toNanos() * factor));
  }
}
