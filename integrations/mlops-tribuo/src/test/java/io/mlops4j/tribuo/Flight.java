package io.mlops4j.tribuo;

import io.mlops4j.core.EncodingBuilder;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.nio.file.Path;
import java.time.LocalDateTime;

/** The flights of the example: what is known before the flight, and whether it came late. */
record Flight(String origin, String destination, double distance, int hour, int dayOfWeek) {
  static final Schema<Flight> SCHEMA = Schema.of(Flight.class);
  private static final Dataset<Line> LINES =
      Dataset.csv(
          Path.of("../../examples/flight-delay/src/main/resources/flights.csv.gz"),
          Schema.of(Line.class));

  /** A line of the file. */
  record Line(
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
  }

  /** Returns whether flights of whole months were more than 15 minutes late. */
  static LabeledDataset<Flight> late(int firstMonth, int endMonth) {
    return months(firstMonth, endMonth)
        .label(SCHEMA, Line::flight, line -> line.delayMinutes() > 15 ? 1 : 0);
  }

  /** Returns the delay of flights of whole months, in minutes. */
  static LabeledDataset<Flight> delay(int firstMonth, int endMonth) {
    return months(firstMonth, endMonth).label(SCHEMA, Line::flight, Line::delayMinutes);
  }

  private static Dataset<Line> months(int first, int end) {
    return LINES.between(
        "scheduledDeparture",
        LocalDateTime.of(2001, first, 1, 0, 0),
        LocalDateTime.of(2001, end, 1, 0, 0));
  }

  static EncodingBuilder<Flight> encode(EncodingBuilder<Flight> columns) {
    return columns.oneHot("origin", "destination", "hour", "dayOfWeek").standardized("distance");
  }
}
