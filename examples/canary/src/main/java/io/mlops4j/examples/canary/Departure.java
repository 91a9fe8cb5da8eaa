package io.mlops4j.examples.canary;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * One row of the file of flights.
 *
 * @param scheduledDeparture local time
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

  Flight flight() {
    return new Flight(
        origin,
        destination,
        distanceMiles,
        scheduledDeparture.getHour(),
        scheduledDeparture.getDayOfWeek().getValue());
  }

  /** 1 if more than 15 minutes late, as the US Department of Transportation counts. */
  double delayed() {
    return delayMinutes > 15 ? 1 : 0;
  }

  Instant departs() {
    return scheduledDeparture.toInstant(ZoneOffset.UTC);
  }

  /** When the truth is known: the way at 450 miles an hour, 30 minutes of taxi, and the delay. */
  Instant lands() {
    long minutes = 30 + Math.round(distanceMiles / 450 * 60) + Math.max(0, delayMinutes);
    return departs().plus(Duration.ofMinutes(minutes));
  }

  /** The same flight with the outcome of another one. */
  Departure withDelay(int minutes) {
    return new Departure(scheduledDeparture, origin, destination, distanceMiles, minutes);
  }
}
