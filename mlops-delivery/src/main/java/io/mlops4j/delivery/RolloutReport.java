package io.mlops4j.delivery;

import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.time.Instant;
import java.util.List;

/** A rollout as something to be read. */
final class RolloutReport {
  private RolloutReport() {}

  static Report of(
      String model,
      RolloutStatus status,
      List<WatchResult> results,
      RolloutLabels labels,
      List<RolloutEvent> events,
      Instant at) {
    Report report =
        Report.titled("Rollout of " + model)
            .subtitle(
                status.candidate().isPresent()
                    ? status.candidate().get()
                        + " against "
                        + status.champion().map(Object::toString).orElse("none")
                    : "none yet")
            .at(at)
            .add(Callout.of(status(status.phase()), status.sentence()));
    if (status.phase() != RolloutStatus.Phase.NONE) {
      report =
          report.add(
              KeyValues.of("Phase", status.phase().name().replace('_', ' '))
                  .and("Step", (status.step() + 1) + " of " + status.steps().size())
                  .and("Share", Words.percent(status.share()))
                  .and("Since", status.since().toString()));
    }
    List<WatchResult> shown = results.isEmpty() ? last(events, status.rollout()) : results;
    if (!shown.isEmpty()) {
      report = report.add(Section.titled("Evidence").add(table(shown)));
    }
    if (labels.reported() > 0) {
      report = report.add(Section.titled("Labels").add(Text.of(labels.sentence())));
    }
    return report.add(Section.titled("What happened").add(history(events, status.rollout())));
  }

  /** The evidence of the last event that has any. */
  private static List<WatchResult> last(List<RolloutEvent> events, long rollout) {
    return events.stream()
        .filter(event -> event.rollout() == rollout && !event.evidence().isEmpty())
        .reduce((older, newer) -> newer)
        .map(RolloutEvent::evidence)
        .orElse(List.of());
  }

  private static Table table(List<WatchResult> results) {
    Table table = Table.of("watch", "step", "champion", "candidate", "verdict", "why");
    for (WatchResult result : results) {
      table =
          table.row(
              result.watch(),
              result.step() == WatchResult.OUTSIDE ? "check" : result.step() + 1,
              shown(result.champion()),
              shown(result.candidate()),
              Cell.badge(status(result.verdict()), result.verdict().name().replace('_', ' ')),
              result.sentence());
    }
    return table;
  }

  private static Object shown(double value) {
    return Double.isFinite(value) ? Words.number(value) : "–";
  }

  private static Table history(List<RolloutEvent> events, long rollout) {
    Table table = Table.of("when", "what", "step", "by", "why");
    for (RolloutEvent event : events) {
      if (event.rollout() == rollout || event.rollout() == 0) {
        table =
            table.row(
                event.at().toString(),
                event.kind().name().replace('_', ' '),
                event.step() + 1,
                event.by(),
                event.reason());
      }
    }
    return table;
  }

  private static Status status(RolloutStatus.Phase phase) {
    return switch (phase) {
      case NONE -> Status.NO_DATA;
      case RUNNING -> Status.INFO;
      case PAUSED, AWAITING_APPROVAL, ABORTED -> Status.WARNING;
      case PROMOTED -> Status.PASS;
      case ROLLED_BACK -> Status.FAIL;
    };
  }

  private static Status status(RolloutVerdict verdict) {
    return switch (verdict) {
      case PROMOTE -> Status.PASS;
      case HOLD -> Status.INFO;
      case ROLL_BACK -> Status.FAIL;
      case NO_DATA -> Status.NO_DATA;
    };
  }
}
