package io.mlops4j.registry.lineage;

import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model card's evidence beside evaluations: what checks said, and how fast it answers. */
final class CardEvidence {
  private static final int MOST_CHECKS = 20;
  private static final int MOST_LATENCIES = 5;
  private static final String HERE = "Recorded here";
  private static final String BEFORE = "Before it was imported";

  private CardEvidence() {}

  static Section checks(RegisteredVersion<?, ?> version) {
    List<CheckEvidence> here = version.checks();
    List<CheckEvidence> before = version.checksAtOrigin();
    Section section = Section.titled("Checks");
    if (here.isEmpty() && before.isEmpty()) {
      return section.add(Callout.noData("No check of it was recorded."));
    }
    String trainedOn = version.lineage().data().digest();
    section = here.isEmpty() ? section : section.add(checks(HERE, here, trainedOn));
    return before.isEmpty() ? section : section.add(checks(BEFORE, before, trainedOn));
  }

  /** Of each name the newest: it is what a gate looks at. */
  private static Table checks(String caption, List<CheckEvidence> all, String trainedOn) {
    Map<String, CheckEvidence> newest = new LinkedHashMap<>();
    Map<String, Integer> times = new LinkedHashMap<>();
    for (CheckEvidence check : all) {
      newest.remove(check.name());
      newest.put(check.name(), check);
      times.merge(check.name(), 1, Integer::sum);
    }
    Table table =
        Table.of("Check", "Outcome", "Sentence", "Numbers", "Data", "Suite", "At", "Recorded")
            .caption(caption);
    for (CheckEvidence check : last(new ArrayList<>(newest.values()), MOST_CHECKS)) {
      table =
          table.row(
              check.name(),
              badge(check.outcome()),
              check.sentence(),
              numbers(check),
              check.data().map(digest -> data(digest, trainedOn)).orElse(null),
              check.suite().map(CardReport::shortened).orElse(null),
              check.at(),
              times.get(check.name()));
    }
    return table;
  }

  private static String data(String digest, String trainedOn) {
    return digest.equals(trainedOn) ? "the training data" : CardReport.shortened(digest);
  }

  private static @Nullable String numbers(CheckEvidence check) {
    return check.numbers().isEmpty()
        ? null
        : check.numbers().entrySet().stream()
            .map(number -> number.getKey() + " " + Cell.of(number.getValue()).shown())
            .collect(Collectors.joining(", "));
  }

  private static Cell badge(CheckEvidence.Outcome outcome) {
    Status status =
        switch (outcome) {
          case PASS -> Status.PASS;
          case FAIL, ERROR -> Status.FAIL;
          case NO_DATA -> Status.NO_DATA;
        };
    return Cell.badge(status, outcome.name().replace('_', ' '));
  }

  static Section latencies(RegisteredVersion<?, ?> version) {
    List<LatencyReport> here = version.latencies();
    List<LatencyReport> before = version.latenciesAtOrigin();
    Section section = Section.titled("Latency");
    if (here.isEmpty() && before.isEmpty()) {
      return section.add(Callout.noData("How fast it answers was not measured."));
    }
    section = here.isEmpty() ? section : section.add(latencies(HERE, here));
    return before.isEmpty() ? section : section.add(latencies(BEFORE, before));
  }

  private static Table latencies(String caption, List<LatencyReport> all) {
    Table table =
        Table.of(
                "Percentile",
                "Time",
                "Champion's",
                "Ratio",
                "Noise",
                "Beside",
                "Rows a call",
                "Calls",
                "Data",
                "Where",
                "At")
            .caption(caption);
    for (LatencyReport report : last(all, MOST_LATENCIES)) {
      boolean compared = report.champion().isPresent();
      for (Percentile percentile : Percentile.values()) {
        table =
            table.row(
                percentile.name().toLowerCase(java.util.Locale.ROOT),
                Duration.ofNanos(report.nanos(percentile)),
                compared ? Duration.ofNanos(report.championNanos(percentile)) : null,
                compared ? Cell.number(report.ratio(percentile), 2) : null,
                Cell.percent(report.noiseOf(percentile)),
                report.champion().orElse(null),
                report.batch(),
                report.calls(),
                CardReport.shortened(report.data()),
                report.environment(),
                report.at());
      }
    }
    return table;
  }

  private static <T> List<T> last(List<T> all, int most) {
    return all.subList(Math.max(0, all.size() - most), all.size());
  }
}
