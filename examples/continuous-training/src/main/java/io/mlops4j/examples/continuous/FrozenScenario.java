package io.mlops4j.examples.continuous;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.examples.flightdelay.FlightDelayDemo;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Six months of flights as one stream of events, with five faults at fixed moments: {@code
 * FrozenScenario FILE [EVERY]}. The same arguments write the same bytes on every machine, so that
 * loops in other languages read what ours reads.
 *
 * <p>One JSON object a line, in order of time; {@code t} is local time to the minute, {@code id}
 * numbers the flights:
 *
 * <pre>
 * {"t":"2001-04-01T06:10","e":"ask","id":9,"row":{"origin":"ORD","destination":"LGA","distance":733,"hour":6,"dayOfWeek":7}}
 * {"t":"2001-04-01T08:18","e":"label","id":9,"delayed":0}
 * {"t":"2001-04-21T00:00","e":"row","id":9,"row":{…}}          (a row delivered again)
 * </pre>
 *
 * <p>A later label of a flight replaces an earlier one.
 */
public final class FrozenScenario {
  /** One flight in this many is in the scenario as it is compared. */
  static final int EVERY = 4;

  private static final Schema<Departure> DEPARTURE = Schema.of(Departure.class);

  private FrozenScenario() {}

  /**
   * Writes the stream and prints its digest.
   *
   * @param args the file, and which flights: 4 is every fourth
   */
  public static void main(String[] args) {
    int every = args.length > 1 ? Integer.parseInt(args[1]) : EVERY;
    String digest = write(Path.of(args[0]), every, EnumSet.allOf(Fault.class));
    System.out.println(digest + "  " + args[0]);
  }

  /** Writes the stream with some of the faults. Returns the SHA-256 of its bytes. */
  static String write(Path file, int every, Set<Fault> faults) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (OutputStream out =
          new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(file)), sha)) {
        for (String line : lines(every, faults)) {
          out.write(line.getBytes(StandardCharsets.UTF_8));
          out.write('\n');
        }
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns the lines in order. */
  static List<String> lines(int every, Set<Fault> faults) {
    List<Departure> flights = flights(every);
    if (faults.contains(Fault.AIRPORT)) {
      reverseDays(flights);
    }
    List<Line> lines = new ArrayList<>(flights.size() * 3);
    for (int id = 0; id < flights.size(); id++) {
      add(lines, id, flights.get(id), faults);
    }
    lines.sort(Comparator.comparingLong(Line::minute).thenComparingInt(Line::rank));
    return lines.stream().map(Line::text).toList();
  }

  private static List<Departure> flights(int every) {
    int[] n = {0};
    try (var rows =
        Dataset.csvResource(FlightDelayDemo.class, "/flights.csv.gz", DEPARTURE).stream()) {
      return new ArrayList<>(rows.filter(row -> n[0]++ % every == 0).toList());
    }
  }

  /** From LAX the day runs backwards: its first flight gets the delay of its last. */
  private static void reverseDays(List<Departure> flights) {
    TreeMap<LocalDate, List<Integer>> days = new TreeMap<>();
    for (int i = 0; i < flights.size(); i++) {
      Departure flight = flights.get(i);
      if (flight.origin().equals("LAX") && Fault.AIRPORT.covers(flight.scheduledDeparture())) {
        days.computeIfAbsent(flight.scheduledDeparture().toLocalDate(), d -> new ArrayList<>())
            .add(i);
      }
    }
    for (List<Integer> day : days.values()) {
      List<Integer> delays = day.stream().map(i -> flights.get(i).delayMinutes()).toList();
      for (int i = 0; i < day.size(); i++) {
        int at = day.get(i);
        flights.set(at, flights.get(at).withDelay(delays.get(day.size() - 1 - i)));
      }
    }
  }

  private static void add(List<Line> lines, int id, Departure flight, Set<Fault> faults) {
    LocalDateTime departs = flight.scheduledDeparture();
    boolean renamed = faults.contains(Fault.SCHEMA) && Fault.SCHEMA.covers(departs);
    boolean metric = faults.contains(Fault.UNIT) && Fault.UNIT.covers(departs);
    lines.add(line(departs, 0, "ask", id, row(flight, renamed, metric)));
    lines.add(line(flight.lands(), 1, "label", id, label(flight.delayed())));
    if (renamed || metric) {
      LocalDateTime again =
          (renamed ? Fault.SCHEMA : Fault.UNIT).to().plusDays(Fault.RESTATED_AFTER_DAYS);
      lines.add(line(again, 2, "row", id, row(flight, false, false)));
    }
    LocalDateTime inverted = Fault.LABELS.from();
    if (faults.contains(Fault.LABELS)
        && flight.lands().isBefore(inverted)
        && !departs.isBefore(inverted.minusWeeks(Fault.INVERTED_WEEKS))) {
      lines.add(line(inverted, 2, "label", id, label(!flight.delayed())));
      lines.add(line(Fault.LABELS.to(), 2, "label", id, label(flight.delayed())));
    }
  }

  private static String label(boolean delayed) {
    return "\"delayed\":" + (delayed ? 1 : 0);
  }

  private static String row(Departure flight, boolean renamed, boolean metric) {
    // Tenths of kilometres in whole numbers: the same digits on every machine.
    long tenths = Math.round(flight.distanceMiles() * 16.09344);
    String distance =
        metric ? tenths / 10 + "." + tenths % 10 : Integer.toString(flight.distanceMiles());
    DayOfWeek day = flight.scheduledDeparture().getDayOfWeek();
    return "\"row\":{\"origin\":\""
        + flight.origin()
        + "\",\"destination\":\""
        + flight.destination()
        + "\",\"distance\":"
        + distance
        + ",\"hour\":"
        + flight.scheduledDeparture().getHour()
        + (renamed
            ? ",\"weekday\":\"" + day.name().substring(0, 3) + "\"}"
            : ",\"dayOfWeek\":" + day.getValue() + "}");
  }

  private static Line line(LocalDateTime time, int rank, String kind, int id, String rest) {
    String text = "{\"t\":\"" + time + "\",\"e\":\"" + kind + "\",\"id\":" + id + "," + rest + "}";
    return new Line(time.toEpochSecond(ZoneOffset.UTC) / 60, rank, text);
  }

  /** Sorted by minute, then by kind, then as the flights come. */
  private record Line(long minute, int rank, String text) {}
}
