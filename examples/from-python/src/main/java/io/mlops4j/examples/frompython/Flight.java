package io.mlops4j.examples.frompython;

import io.mlops4j.core.Schema;

/**
 * A flight as the data frame in {@code python/examples/flights.py} has it: same names, same order.
 *
 * @param origin airport code
 * @param destination airport code
 * @param distance miles
 * @param hour of departure, 0 to 23
 * @param dayOfWeek 1 is Monday, 7 is Sunday
 */
public record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {
  static final Schema<Flight> SCHEMA = Schema.of(Flight.class);

  /** A flight of March with the truth and what each model answers in Python. */
  record HeldOut(
      String origin,
      String destination,
      double distance,
      int hour,
      int dayOfWeek,
      int late,
      double linear,
      double lightgbm,
      double xgboost) {

    Flight flight() {
      return new Flight(origin, destination, distance, hour, dayOfWeek);
    }
  }
}
