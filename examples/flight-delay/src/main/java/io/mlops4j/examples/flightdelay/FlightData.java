package io.mlops4j.examples.flightdelay;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.LabeledDataset;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The flights of a scenario, in event order, in memory. */
final class FlightData {
  static final Schema<Flight> FLIGHT = Schema.of(Flight.class);

  private static final Schema<Departure> DEPARTURE = Schema.of(Departure.class);
  private static final String TIME = "scheduledDeparture";

  private final Dataset<Departure> departures;

  private FlightData(Dataset<Departure> departures) {
    this.departures = departures;
  }

  static FlightData load(Scenario scenario) {
    List<Departure> rows = new ArrayList<>();
    int[] n = {0};
    try (var stream =
        Dataset.csvResource(FlightData.class, "/flights.csv.gz", DEPARTURE).stream()) {
      stream.filter(row -> n[0]++ % scenario.everyNth() == 0).forEach(rows::add);
    }
    if (scenario.labels() == Scenario.Labels.SHUFFLED) {
      shuffleDelays(rows);
    }
    return new FlightData(Dataset.of(DEPARTURE, rows));
  }

  private static void shuffleDelays(List<Departure> rows) {
    List<Integer> delays = new ArrayList<>(rows.stream().map(Departure::delayMinutes).toList());
    Collections.shuffle(delays, new Random(7));
    for (int i = 0; i < rows.size(); i++) {
      rows.set(i, rows.get(i).withDelay(delays.get(i)));
    }
  }

  long rows() {
    return departures.rows();
  }

  /** Returns what departed in a period, in event order. */
  List<Departure> departures(LocalDateTime from, LocalDateTime to) {
    try (var stream = departures.between(TIME, from, to).stream()) {
      return stream.toList();
    }
  }

  /** Returns features and truth of a period. */
  LabeledDataset<Flight> labeled(Scenario.Period period) {
    return labeled(period.from(), period.to());
  }

  LabeledDataset<Flight> labeled(LocalDateTime from, LocalDateTime to) {
    return departures
        .between(TIME, from, to)
        .label(FLIGHT, Departure::flight, Departure::delayed)
        .inMemory();
  }
}
