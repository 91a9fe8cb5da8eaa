package io.mlops4j.examples.continuous;

import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.report.Cell;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/**
 * The six months as one page: the faults, the quality of what was answered, and the loop's runs.
 */
final class Story {
  private static final Instant FIRST_MONDAY = Instant.parse("2001-02-26T00:00:00Z");

  private Story() {}

  static Report page(Replay replay, Measures measures) {
    Report loop = replay.loop.loop.report();
    Report page =
        Report.titled("Six months of flights, and a loop that closes by itself")
            .at(replay.now())
            .add(
                Text.of(
                    "Flights from ORD, ATL and LAX, February to June 2001, replayed with five"
                        + " injected faults. Nobody had a hand in what follows."),
                Section.titled("The faults").add(faults(measures)),
                Section.titled("How good the answers were").add(quality(replay)),
                Section.titled("The canaries").add(canaries(replay)));
    return page.add(loop.blocks().toArray(new io.mlops4j.report.Block[0]));
  }

  private static Table faults(Measures measures) {
    Table table = Table.of("Fault", "Began", "Noticed after", "Bad answers until then", "By what");
    for (Fault fault : Fault.values()) {
      var alarm = measures.detected(fault);
      table =
          table.row(
              fault.title(),
              fault.from().toString(),
              alarm
                  .<Object>map(
                      a ->
                          Duration.between(fault.from().toInstant(ZoneOffset.UTC), a.at()).toHours()
                              + " h")
                  .orElse(Cell.badge(Status.WARNING, "not noticed")),
              measures.bad(fault),
              alarm.map(a -> a.check() + ": " + a.sentence()).orElse(""));
    }
    return table;
  }

  private static LineChart quality(Replay replay) {
    Map<Integer, BinaryEvaluation.Collector> weeks = new TreeMap<>();
    for (Replay.Answer answer : replay.answers) {
      Integer label = replay.warehouse.label(answer.id());
      if (answer.version() > 0 && label != null) {
        int week = (int) (Duration.between(FIRST_MONDAY, answer.at()).toDays() / 7);
        weeks
            .computeIfAbsent(week, w -> BinaryEvaluation.collector())
            .add(answer.risk(), label == 1);
      }
    }
    double[] at = weeks.keySet().stream().mapToDouble(Integer::doubleValue).toArray();
    double[] auc =
        weeks.values().stream()
            .mapToDouble(c -> c.evaluate().value(Metric.AUC).number().orElse(Double.NaN))
            .toArray();
    return LineChart.titled("AUC of the answers by week")
        .xLabel("week since 26 February")
        .yLabel("AUC")
        .series("answered", at, auc);
  }

  private static Table canaries(Replay replay) {
    Table table = Table.of("When", "What");
    for (var event : replay.loop.rollout.history()) {
      table = table.row(event.at().toString(), event.sentence());
    }
    return table;
  }
}
