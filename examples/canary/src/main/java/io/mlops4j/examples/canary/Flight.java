package io.mlops4j.examples.canary;

/**
 * What the models see of a flight.
 *
 * @param origin airport code
 * @param destination airport code
 * @param distance miles
 * @param hour of departure, 0 to 23
 * @param dayOfWeek 1 is Monday, 7 is Sunday
 */
public record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {}
