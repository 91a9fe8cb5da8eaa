package io.mlops4j.pipeline.loop;

import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import io.mlops4j.registry.Reign;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.util.List;
import java.util.Locale;

/** A loop's story as a page. */
final class LoopPage {
  private LoopPage() {}

  static Report of(LoopSettings<?, ?> loop, List<PipelineRun> runs) {
    Report page =
        Report.titled("The loop of " + loop.name()).at(loop.time().now()).add(summary(loop, runs));
    page =
        page.add(
            Section.titled("Champions").add(champions(loop)),
            Section.titled("Runs").add(runs(runs)));
    for (PipelineRun run : runs) {
      page = page.add(run(run));
    }
    return page;
  }

  private static KeyValues summary(LoopSettings<?, ?> loop, List<PipelineRun> runs) {
    return KeyValues.of("Runs", Integer.toString(runs.size()))
        .and("Promoted", count(runs, RunStatus.SUCCEEDED))
        .and("Stopped", count(runs, RunStatus.REFUSED))
        .and("Failed", count(runs, RunStatus.FAILED))
        .and("Triggers", String.join(", ", loop.triggers().stream().map(t -> t.name()).toList()))
        .and("Gates", loop.policy().name())
        .and("Stages", String.join(", ", loop.stages().keySet()));
  }

  private static String count(List<PipelineRun> runs, RunStatus status) {
    return Long.toString(runs.stream().filter(run -> run.status() == status).count());
  }

  private static Table champions(LoopSettings<?, ?> loop) {
    Table table = Table.of("Version", "From", "To", "By what right");
    for (Reign reign : loop.model().promotions().champions()) {
      table =
          table.row(
              reign.version(),
              reign.since().toString(),
              reign.until().map(Object::toString).orElse("now"),
              reign.how().name());
    }
    return table;
  }

  private static Table runs(List<PipelineRun> runs) {
    Table table = Table.of("Began", "Ended", "Trigger", "Outcome", "Stopped at", "Why");
    for (PipelineRun run : runs) {
      table =
          table.row(
              run.createdAt().toString(),
              run.endedAt().map(Object::toString).orElse("goes on"),
              run.request().occasion().trigger(),
              Cell.badge(colour(run.status()), outcome(run)),
              stoppedAt(run),
              run.reason());
    }
    return table;
  }

  private static Section run(PipelineRun run) {
    Table steps = Table.of("Step", "Status", "What it said");
    for (PipelineRun.StepRun step : run.steps()) {
      if (step.status() != PipelineRun.StepStatus.PENDING) {
        steps =
            steps.row(
                step.name(),
                word(step.status().name()),
                step.error().isBlank() ? step.note() : step.error());
      }
    }
    return Section.titled("Run of " + run.createdAt())
        .add(Callout.info(run.request().occasion().evidence()), steps);
  }

  static String stoppedAt(PipelineRun run) {
    return run.steps().stream()
        .filter(
            step ->
                step.status() == PipelineRun.StepStatus.REFUSED
                    || step.status() == PipelineRun.StepStatus.FAILED)
        .map(PipelineRun.StepRun::name)
        .findFirst()
        .orElse("");
  }

  private static String outcome(PipelineRun run) {
    return run.status() == RunStatus.SUCCEEDED ? "promoted" : word(run.status().name());
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static Status colour(RunStatus status) {
    return switch (status) {
      case SUCCEEDED -> Status.PASS;
      case FAILED -> Status.FAIL;
      case REFUSED, CANCELLED -> Status.WARNING;
      case QUEUED, RUNNING, WAITING -> Status.INFO;
    };
  }
}
