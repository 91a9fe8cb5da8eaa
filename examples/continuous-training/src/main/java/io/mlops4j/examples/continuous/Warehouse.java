package io.mlops4j.examples.continuous;

import io.mlops4j.core.MlopsException;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.pipeline.loop.LoopData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a team's tables would hold: rows as they came, labels as they are known by now. */
final class Warehouse {
  private static final Duration KNOWN_AFTER = Duration.ofDays(2);
  private static final Duration JUDGED_ON = Duration.ofDays(14);
  private static final Duration LEARNED_FROM = Duration.ofDays(56);

  private final TreeMap<Integer, Row> rows = new TreeMap<>();
  private final Map<Integer, Integer> labels = new HashMap<>();

  /** A row; without a flight if it cannot be read. */
  private record Row(Instant at, int id, Optional<Flight> flight) {}

  void store(Event event) {
    if (event instanceof Event.Ask ask) {
      rows.put(ask.id(), new Row(ask.at(), ask.id(), read(ask)));
    } else if (event instanceof Event.Restated again) {
      rows.computeIfPresent(
          again.id(),
          (id, old) -> new Row(old.at(), id, read(new Event.Ask(old.at(), id, again.row()))));
    } else if (event instanceof Event.Known known) {
      labels.put(known.id(), known.delayed());
    }
  }

  boolean hasLabel(int id) {
    return labels.containsKey(id);
  }

  /** The last two weeks of which nearly everything is known, and the eight weeks before them. */
  LoopData<Flight> asOf(Instant now) {
    Instant to = now.minus(KNOWN_AFTER);
    Instant judgeFrom = to.minus(JUDGED_ON);
    Instant learnFrom = judgeFrom.minus(LEARNED_FROM);
    return new LoopData<>(
        day(learnFrom) + " to " + day(judgeFrom),
        labeled(learnFrom, judgeFrom),
        labeled(judgeFrom, to));
  }

  /** Returns the truth about a flight, or null if it is not known. */
  @Nullable Integer label(int id) {
    return labels.get(id);
  }

  private static String day(Instant at) {
    return at.toString().substring(0, 10);
  }

  private LabeledDataset<Flight> labeled(Instant from, Instant to) {
    List<Labeled<Flight>> found = new ArrayList<>();
    for (Row row : between(from, to)) {
      Integer label = labels.get(row.id());
      if (label != null) {
        row.flight().ifPresent(flight -> found.add(new Labeled<>(flight, label)));
      }
    }
    return LabeledDataset.of(Flight.SCHEMA, found);
  }

  /** Numbers go with time, so a period is a part of the tree. */
  private List<Row> between(Instant from, Instant to) {
    return rows.values().stream()
        .dropWhile(row -> row.at().isBefore(from))
        .takeWhile(row -> row.at().isBefore(to))
        .toList();
  }

  /** Returns the flight a client asks about, or empty if its row cannot be read. */
  static Optional<Flight> read(Event.Ask ask) {
    Map<String, Object> values = new HashMap<>(ask.row());
    values.put("id", ask.id());
    try {
      return Optional.of(Flight.SCHEMA.row(values));
    } catch (MlopsException unreadable) {
      return Optional.empty();
    }
  }
}
