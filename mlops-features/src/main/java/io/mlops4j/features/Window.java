package io.mlops4j.features;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which events a feature looks at, at a time {@code t}: those of the last hour, the last twenty, or
 * those of today. Always among the events that had happened and were known at {@code t}.
 *
 * <p>Both ends belong to a window: an event that happened exactly an hour ago is in the last hour.
 * Durations are elapsed time, so that an hour is an hour also when clocks change; only {@link
 * #today} knows a time zone.
 *
 * @param span how far back in time, or empty
 * @param events how many events at most, the latest ones, or empty
 * @param day the time zone whose midnight the window begins at, or empty
 */
public record Window(Optional<Duration> span, OptionalInt events, Optional<ZoneId> day) {
  /** The most events a window can be asked to hold: all of them are kept for each entity. */
  public static final int MAX_EVENTS = 10_000;

  private static final Duration MAX_SPAN = Duration.ofDays(3_653);

  /** Checks the ranges. */
  public Window {
    Objects.requireNonNull(span, "span");
    Objects.requireNonNull(events, "events");
    Objects.requireNonNull(day, "day");
    if (span.isEmpty() && events.isEmpty() && day.isEmpty()) {
      throw new IllegalArgumentException(
          "window: unbounded (expected: a span, a number of events"
              + " or a day: what is kept for each entity must end)");
    }
    span.ifPresent(
        s -> {
          if (s.isNegative() || s.isZero() || s.compareTo(MAX_SPAN) > 0) {
            throw new IllegalArgumentException(
                "span: " + s + " (expected: more than 0, at most " + MAX_SPAN + ")");
          }
        });
    if (events.isPresent() && (events.getAsInt() < 1 || events.getAsInt() > MAX_EVENTS)) {
      throw new IllegalArgumentException(
          "events: " + events.getAsInt() + " (expected: 1.." + MAX_EVENTS + ")");
    }
  }

  /**
   * Returns the window from {@code t - span} to {@code t}.
   *
   * @param span more than zero, at most ten years
   * @return a window of time
   */
  public static Window within(Duration span) {
    Objects.requireNonNull(span, "span");
    return new Window(Optional.of(span), OptionalInt.empty(), Optional.empty());
  }

  /**
   * Returns the window of the latest events, however old.
   *
   * @param events 1 to {@link #MAX_EVENTS}; there may be fewer
   * @return a window of events
   */
  public static Window lastEvents(int events) {
    return new Window(Optional.empty(), OptionalInt.of(events), Optional.empty());
  }

  /**
   * Returns the window from the last midnight in a time zone to {@code t}: 23 to 25 hours a day
   * where clocks change.
   *
   * @param zone whose midnight
   * @return a window of a calendar day
   */
  public static Window today(ZoneId zone) {
    Objects.requireNonNull(zone, "zone");
    return new Window(Optional.empty(), OptionalInt.empty(), Optional.of(zone));
  }

  /**
   * Returns this window without its older events.
   *
   * @param most 1 to {@link #MAX_EVENTS}
   * @return the latest events of it
   */
  public Window atMost(int most) {
    return new Window(span, OptionalInt.of(most), day);
  }

  /** The first moment of the window at t, in the nanoseconds of {@link Nanos}. */
  long begin(long t) {
    long begin = Long.MIN_VALUE;
    if (span.isPresent()) {
      begin = Nanos.minus(t, span.get().toNanos());
    }
    if (day.isPresent()) {
      Instant at = Nanos.instant(t);
      ZoneId zone = day.get();
      Instant midnight = at.atZone(zone).toLocalDate().atStartOfDay(zone).toInstant();
      begin = Math.max(begin, Nanos.of(midnight));
    }
    return begin;
  }

  /** How far back it can reach whatever t, or Long.MAX_VALUE. */
  long reach() {
    if (span.isPresent()) {
      return span.get().toNanos();
    }
    // No day of any time zone has been longer than two.
    return day.isPresent() ? Duration.ofDays(2).toNanos() : Long.MAX_VALUE;
  }

  int most() {
    return events.orElse(Integer.MAX_VALUE);
  }

  /** What identifies it, whatever a later version of this class prints. */
  String identity() {
    return "span="
        + span.map(s -> Long.toString(s.toNanos())).orElse("-")
        + ",events="
        + (events.isPresent() ? Integer.toString(events.getAsInt()) : "-")
        + ",day="
        + day.map(ZoneId::getId).orElse("-");
  }
}
