package io.mlops4j.core;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * A cycle in which traffic is expected to look different from hour to hour or day to day, so that a
 * stretch of time is compared with the same hours or days of the training rows.
 *
 * @param cycle how long it is, and into how many slots it is cut
 * @param zone whose clocks people live by; a slot is a local hour or day
 */
public record Season(Cycle cycle, ZoneId zone) {
  private static final long MONDAY = 4L * 24 * 60 * 60;

  /** Checks for nulls. */
  public Season {
    Objects.requireNonNull(cycle, "cycle");
    Objects.requireNonNull(zone, "zone");
  }

  /** A cycle and its slots. */
  public enum Cycle {
    /** 24 slots. */
    HOUR_OF_DAY(24, 3_600),
    /** 7 slots, Monday first. */
    DAY_OF_WEEK(7, 86_400),
    /** 168 slots, from Monday, 0:00. */
    HOUR_OF_WEEK(168, 3_600);

    private final int slots;
    private final long seconds;

    Cycle(int slots, long seconds) {
      this.slots = slots;
      this.seconds = seconds;
    }
  }

  /**
   * Returns a week of hours by the clock of Greenwich.
   *
   * @return 168 slots
   */
  public static Season hourOfWeek() {
    return new Season(Cycle.HOUR_OF_WEEK, ZoneOffset.UTC);
  }

  /**
   * Returns a week of days by the clock of Greenwich.
   *
   * @return 7 slots
   */
  public static Season dayOfWeek() {
    return new Season(Cycle.DAY_OF_WEEK, ZoneOffset.UTC);
  }

  /**
   * Returns this cycle by the clocks of another place.
   *
   * @param place whose local time counts, daylight saving included
   * @return a copy
   */
  public Season in(ZoneId place) {
    return new Season(cycle, place);
  }

  /**
   * Returns how many slots the cycle has.
   *
   * @return 7, 24 or 168
   */
  public int slots() {
    return cycle.slots;
  }

  /**
   * Returns the slot of a moment.
   *
   * @param at any instant
   * @return 0 to {@code slots() - 1}
   */
  public int slotOf(Instant at) {
    long local = at.getEpochSecond() + zone.getRules().getOffset(at).getTotalSeconds();
    return (int) Math.floorMod(Math.floorDiv(local - MONDAY, cycle.seconds), (long) cycle.slots);
  }
}
