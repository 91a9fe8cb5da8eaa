/**
 * The whole loop on 406,297 real flights: train, gate, serve, watch, retrain. Start at {@code
 * FlightDelayDemo}.
 */
@NullMarked
package io.mlops4j.examples.flightdelay;

import org.jspecify.annotations.NullMarked;
