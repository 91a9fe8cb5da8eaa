package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * When requests arrive: at so many a day, evenly or at random, with the busy and quiet hours of a
 * day or a week. Immutable.
 *
 * @param perDay the mean over a week, above 0
 * @param hours how busy each hour of a week is, Monday 0:00 UTC first: 168 relative weights of mean
 *     1
 * @param random whether gaps are those of a Poisson process; otherwise they are as even as the
 *     profile allows
 */
public record Arrivals(double perDay, List<Double> hours, boolean random) {
  private static final int WEEK = 168;
  private static final long HOUR = Duration.ofHours(1).toNanos();

  /** The first hour of 1970 was the 72nd of a week that began on a Monday. */
  private static final int FIRST_HOUR = 72;

  /** Checks the ranges, and scales the weights to a mean of 1. */
  public Arrivals {
    if (!(perDay > 0 && perDay <= 1e8)) {
      throw new IllegalArgumentException("perDay: " + perDay + " (expected: above 0, to 1e8)");
    }
    if (hours.size() != WEEK) {
      throw new IllegalArgumentException("hours: " + hours.size() + " (expected: " + WEEK + ")");
    }
    double sum = 0;
    for (double weight : hours) {
      if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException("hours: " + weight + " (expected: 0 or more)");
      }
      sum += weight;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("hours: all 0 (expected: one above 0)");
    }
    double scale = WEEK / sum;
    hours = hours.stream().map(weight -> weight * scale).toList();
  }

  /**
   * Returns arrivals at even distances.
   *
   * @param perDay requests a day, above 0
   * @return arrivals
   */
  public static Arrivals constant(double perDay) {
    return new Arrivals(perDay, Collections.nCopies(WEEK, 1.0), false);
  }

  /**
   * Returns arrivals of a Poisson process: many users who know nothing of each other.
   *
   * @param perDay requests a day, above 0
   * @return arrivals
   */
  public static Arrivals poisson(double perDay) {
    return new Arrivals(perDay, Collections.nCopies(WEEK, 1.0), true);
  }

  /**
   * Returns the same number of arrivals, spread over the hours of a day.
   *
   * @param weights 24, from 0:00 UTC; only their ratios count
   * @return a copy
   */
  public Arrivals daily(double... weights) {
    if (weights.length != 24) {
      throw new IllegalArgumentException("weights: " + weights.length + " (expected: 24)");
    }
    Double[] week = new Double[WEEK];
    Arrays.setAll(week, hour -> weights[hour % 24]);
    return new Arrivals(perDay, List.of(week), random);
  }

  /**
   * Returns the same number of arrivals, spread over the hours of a week.
   *
   * @param weights 168, from Monday 0:00 UTC; only their ratios count
   * @return a copy
   */
  public Arrivals weekly(double... weights) {
    return new Arrivals(perDay, Arrays.stream(weights).boxed().toList(), random);
  }

  /**
   * The time of the next arrival. A gap is a stretch over which the intensity adds up to 1, or for
   * a Poisson process to a draw of mean 1 (Çınlar 1975): exact for every profile.
   */
  Instant next(Instant now, RandomGenerator generator) {
    double left = random ? Draws.exponential(generator) : 1;
    long sinceHour = Math.floorMod(now.getEpochSecond(), 3600L) * 1_000_000_000L + now.getNano();
    Instant hour = now.minusNanos(sinceHour);
    double perHour = perDay / 24;
    while (true) {
      double rate = perHour * hours.get(hourOfWeek(hour));
      double possible = rate * (HOUR - sinceHour) / HOUR;
      if (rate > 0 && possible >= left) {
        Instant arrival = hour.plusNanos(sinceHour + Math.round(left / rate * HOUR));
        return arrival.isAfter(now) ? arrival : now.plusNanos(1);
      }
      left -= possible;
      hour = hour.plusNanos(HOUR);
      sinceHour = 0;
    }
  }

  static int hourOfWeek(Instant time) {
    long hour = Math.floorDiv(time.atOffset(ZoneOffset.UTC).toEpochSecond(), 3600L);
    return (int) Math.floorMod(hour + FIRST_HOUR, (long) WEEK);
  }

  /** Returns the mean and what kind. */
  @Override
  public String toString() {
    boolean even = hours.stream().allMatch(weight -> Math.abs(weight - 1) < 1e-9);
    return (random ? "Poisson, " : "constant, ")
        + (float) perDay
        + " a day"
        + (even ? "" : ", with a profile");
  }
}
