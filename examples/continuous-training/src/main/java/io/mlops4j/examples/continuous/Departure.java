package io.mlops4j.examples.continuous;

import java.time.Duration;
import java.time.LocalDateTime;

/**
 * One row of the file of examples/flight-delay; its DATA.md says what the columns are.
 *
 * @param scheduledDeparture local time
 * @param origin airport code
 * @param destination airport code
 * @param distanceMiles length of the route
 * @param delayMinutes arrival delay, negative if early
 */
public record Departure(
    LocalDateTime scheduledDeparture,
    String origin,
    String destination,
    int distanceMiles,
    int delayMinutes) {
  /** A flight is called delayed beyond this, as the US Department of Transportation does. */
  private static final int DELAYED_MINUTES = 15;

  private static final int CRUISE_MILES_PER_HOUR = 450;

  boolean delayed() {
    return delayMinutes > DELAYED_MINUTES;
  }

  /** Returns when the truth is known: after the way, half an hour on the ground, and the delay. */
  LocalDateTime lands() {
    int minutes = 30 + distanceMiles * 60 / CRUISE_MILES_PER_HOUR;
    return scheduledDeparture.plus(Duration.ofMinutes(minutes + Math.max(0, delayMinutes)));
  }

  Departure withDelay(int minutes) {
    return new Departure(scheduledDeparture, origin, destination, distanceMiles, minutes);
  }
}
