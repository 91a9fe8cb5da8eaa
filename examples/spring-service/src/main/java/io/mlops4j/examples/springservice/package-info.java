/** A Spring Boot service that predicts delays of flights: start with {@code FlightService}. */
@NullMarked
package io.mlops4j.examples.springservice;

import org.jspecify.annotations.NullMarked;
