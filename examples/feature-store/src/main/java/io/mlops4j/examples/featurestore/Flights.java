package io.mlops4j.examples.featurestore;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The flights of three months, as questions and as events. */
final class Flights {
  static final LocalDateTime FROM = LocalDateTime.of(2001, 1, 1, 0, 0);
  static final LocalDateTime MARCH = LocalDateTime.of(2001, 3, 1, 0, 0);
  static final LocalDateTime TO = LocalDateTime.of(2001, 4, 1, 0, 0);
  private static final double CRUISE_MILES_PER_HOUR = 450;

  /** One line of the file; examples/flight-delay has its story in DATA.md. */
  record Line(
      LocalDateTime scheduledDeparture,
      String origin,
      String destination,
      double distanceMiles,
      int delayMinutes) {
    Instant departs() {
      return scheduledDeparture.toInstant(ZoneOffset.UTC);
    }

    /** After the way, half an hour on the ground, and the delay. */
    Instant lands() {
      long minutes = 30 + Math.round(distanceMiles / CRUISE_MILES_PER_HOUR * 60);
      return departs().plus(Duration.ofMinutes(minutes + Math.max(0, delayMinutes)));
    }

    Flight flight() {
      return new Flight(
          origin,
          destination,
          distanceMiles,
          scheduledDeparture.getHour(),
          scheduledDeparture.getDayOfWeek().getValue(),
          departs(),
          delayMinutes > Landing.DELAYED_MINUTES ? 1.0 : 0.0);
    }
  }

  private final List<Line> lines;

  private Flights(List<Line> lines) {
    this.lines = lines;
  }

  static Flights load() {
    try (Stream<Line> all =
        Dataset.csvResource(Flights.class, "/flights.csv.gz", Schema.of(Line.class))
            .between("scheduledDeparture", FROM, TO)
            .stream()) {
      return new Flights(all.toList());
    }
  }

  /** All landings, in the order of the file: the store sorts out what was known when. */
  Dataset<Landing> landings() {
    List<Landing> landings = new ArrayList<>();
    for (Line line : lines) {
      landings.add(
          new Landing(
              "F" + landings.size(),
              line.origin(),
              line.departs(),
              line.lands(),
              line.delayMinutes()));
    }
    return Dataset.of(Schema.of(Landing.class), landings);
  }

  /** Every nth flight of a period. */
  Dataset<Flight> flights(Predicate<Line> period, int everyNth) {
    List<Flight> flights = new ArrayList<>();
    int n = 0;
    for (Line line : lines) {
      if (period.test(line) && n++ % everyNth == 0) {
        flights.add(line.flight());
      }
    }
    return Dataset.of(FlightFeatures.FLIGHT, flights);
  }
}
