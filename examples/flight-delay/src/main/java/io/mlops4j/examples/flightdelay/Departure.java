package io.mlops4j.examples.flightdelay;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * One row of the file.
 *
 * @param scheduledDeparture local time; the file's generator wrote the actual departure here, see
 *     DATA.md
 * @param origin airport code
 * @param destination airport code
 * @param distanceMiles miles
 * @param delayMinutes arrival delay, negative if early
 */
public record Departure(
    LocalDateTime scheduledDeparture,
    String origin,
    String destination,
    double distanceMiles,
    int delayMinutes) {
  /** A flight is called delayed beyond this, as the US Department of Transportation does. */
  private static final int DELAYED_MINUTES = 15;

  private static final double CRUISE_MILES_PER_HOUR = 450;

  Flight flight() {
    return new Flight(
        origin,
        destination,
        distanceMiles,
        scheduledDeparture.getHour(),
        scheduledDeparture.getDayOfWeek().getValue());
  }

  double delayed() {
    return delayMinutes > DELAYED_MINUTES ? 1 : 0;
  }

  Instant departs() {
    return scheduledDeparture.toInstant(ZoneOffset.UTC);
  }

  /** Returns when the truth is known: after the way, half an hour on the ground, and the delay. */
  Instant lands() {
    long minutes = 30 + Math.round(distanceMiles / CRUISE_MILES_PER_HOUR * 60);
    return departs().plus(Duration.ofMinutes(minutes + Math.max(0, delayMinutes)));
  }

  Departure withDelay(int minutes) {
    return new Departure(scheduledDeparture, origin, destination, distanceMiles, minutes);
  }
}
