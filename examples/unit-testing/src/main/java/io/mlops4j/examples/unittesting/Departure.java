package io.mlops4j.examples.unittesting;

import java.time.LocalDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A departure as it stands in the timetable, and the preprocessing that makes a flight of it.
 *
 * @param scheduledDeparture local time
 * @param origin airport code
 * @param destination airport code
 * @param distanceMiles miles
 * @param delayMinutes of the arrival; null until then
 */
public record Departure(
    LocalDateTime scheduledDeparture,
    String origin,
    String destination,
    double distanceMiles,
    @Nullable Integer delayMinutes) {

  /** Returns the departure in a row of the timetable's file. */
  static Departure of(Map<String, ?> row) {
    return new Departure(
        LocalDateTime.parse(String.valueOf(row.get("scheduled_departure"))),
        String.valueOf(row.get("origin")),
        String.valueOf(row.get("destination")),
        Double.parseDouble(String.valueOf(row.get("distance_miles"))),
        null);
  }

  /** Returns 1 for a flight that arrived late, 0 for one that did not. */
  double late() {
    return delayMinutes != null && delayMinutes > 15 ? 1 : 0;
  }

  /** Returns what the model sees. */
  Flight toFlight() {
    return new Flight(
        origin,
        destination,
        distanceMiles,
        scheduledDeparture.getHour(),
        scheduledDeparture.getDayOfWeek().getValue());
  }
}
