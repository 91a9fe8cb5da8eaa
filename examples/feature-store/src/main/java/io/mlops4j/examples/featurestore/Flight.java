package io.mlops4j.examples.featurestore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A flight about to depart: what the model is asked about.
 *
 * @param origin airport code
 * @param destination airport code
 * @param distance miles
 * @param hour of departure, 0 to 23
 * @param dayOfWeek 1 is Monday, 7 is Sunday
 * @param at when the prediction is made: at departure
 * @param late the truth, 1 or 0: null as long as the flight is in the air, and no feature
 */
public record Flight(
    String origin,
    String destination,
    double distance,
    int hour,
    int dayOfWeek,
    Instant at,
    @Nullable Double late) {}
