package io.mlops4j.examples.continuous;

import static io.mlops4j.data.expect.Expectation.feature;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Schema;
import io.mlops4j.data.expect.Expectations;

/**
 * A flight as the service asks about it. The number tells flights apart; the models do not see it.
 *
 * @param id of the flight
 * @param origin airport code
 * @param destination airport code
 * @param distance miles
 * @param hour of departure, 0 to 23
 * @param dayOfWeek 1 is Monday, 7 is Sunday
 */
public record Flight(
    int id, String origin, String destination, double distance, int hour, int dayOfWeek) {
  static final Schema<Flight> SCHEMA =
      Schema.of(Flight.class).only("origin", "destination", "distance", "hour", "dayOfWeek");

  /** What is expected of rows, fixed before anything went wrong: distances are in miles. */
  static final Expectations<Flight> EXPECTED =
      Expectations.of(
          SCHEMA,
          feature("origin").isIn("ATL", "LAX", "ORD"),
          feature("destination").matches("[A-Z]{3}"),
          feature("distance").isPresent(),
          feature("distance").isBetween(20, 5_000),
          feature("hour").isBetween(0, 23),
          feature("dayOfWeek").isBetween(1, 7));

  /** Returns what labels are joined on, and what a canary splits by. */
  String key() {
    return Integer.toString(id);
  }

  Flight withDistance(double miles) {
    return new Flight(id, origin, destination, miles, hour, dayOfWeek);
  }

  /** A flight of its features, in their order, for a shadow. */
  static Flight of(EncodedRow<Flight> row) {
    return new Flight(
        0,
        String.valueOf(row.text(0)),
        String.valueOf(row.text(1)),
        row.number(2),
        (int) row.number(3),
        (int) row.number(4));
  }
}
