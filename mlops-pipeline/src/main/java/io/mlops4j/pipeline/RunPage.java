package io.mlops4j.pipeline;

import io.mlops4j.pipeline.PipelineRun.StepRun;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The pages about a run and about a pipeline. */
final class RunPage {
  private RunPage() {}

  static Report of(Pipeline pipeline, PipelineRun run, List<Section> validations, Instant now) {
    Report report =
        Report.titled("Pipeline " + pipeline + ", run " + run.id())
            .subtitle(run.request().occasion().evidence())
            .at(now)
            .add(verdict(run));
    for (StepRun step : run.notDeterministic()) {
      report =
          report.add(
              Callout.warning(
                  "Step "
                      + step.name()
                      + " is not deterministic: with the same code, parameters and inputs it made "
                      + shortened(step.differs().orElse(""))
                      + " where an earlier run had made "
                      + shortened(step.digest())
                      + ". The earlier result was used."));
    }
    if (run.codeChanged()) {
      report =
          report.add(
              Callout.warning(
                  "The code changed while the run went on: steps before and after were done by"
                      + " different code."));
    }
    return report
        .add(Section.titled("Why").add(why(run)))
        .add(Section.titled("Steps").add(steps(pipeline, run), results(run)))
        .add(validations.toArray(Section[]::new));
  }

  private static Callout verdict(PipelineRun run) {
    long done = run.steps().stream().filter(RunPage::done).count();
    String text = run.status() + ": " + done + " of " + run.steps().size() + " steps are done.";
    return Callout.of(
        run.status().colour(), run.reason().isEmpty() ? text : text + " " + run.reason());
  }

  private static boolean done(StepRun step) {
    return step.status() == StepStatus.DONE || step.status() == StepStatus.REUSED;
  }

  private static KeyValues why(PipelineRun run) {
    RunRequest request = run.request();
    Occasion why = request.occasion();
    KeyValues facts =
        KeyValues.of("Trigger", why.trigger() + " (" + why.kind() + ")")
            .and("Evidence", why.evidence())
            .and("Fired at", why.at())
            .and("Id", why.id())
            .and("Interval", shown(request.interval()))
            .and("Reprocess", request.reprocess() + (request.fresh() ? ", fresh steps" : ""))
            .and("Asked for at", run.createdAt());
    if (run.endedAt().isPresent()) {
      Duration took = Duration.between(run.createdAt(), run.endedAt().get());
      facts = facts.and("Over at", run.endedAt().get());
      facts = facts.and("Took", took.isNegative() ? null : took);
    }
    facts = facts.and("Worked on by", String.join(", ", run.instances()));
    for (var parameter : request.parameters().entrySet()) {
      facts = facts.and("Parameter " + parameter.getKey(), parameter.getValue());
    }
    return facts;
  }

  private static Table steps(Pipeline pipeline, PipelineRun run) {
    Table table = Table.of("Step", "Status", "After", "Attempts", "Took", "Said");
    for (StepRun step : run.steps()) {
      String after =
          pipeline.order().stream()
              .filter(known -> known.name().equals(step.name()))
              .findFirst()
              .map(known -> String.join(", ", known.inputs().stream().map(Step::name).toList()))
              .orElse("not in this code any more");
      table =
          table.row(
              step.name(),
              Cell.badge(colour(step.status()), step.status().name()),
              after,
              step.attempts(),
              step.attempts() == 0 ? null : step.took(),
              said(step));
    }
    return table.caption("What each step did");
  }

  private static String said(StepRun step) {
    StringBuilder said = new StringBuilder(step.note());
    if (!step.error().isEmpty()) {
      said.append(said.length() == 0 ? "" : " ");
      said.append(done(step) ? "Before: " : "").append(step.error());
    }
    if (!step.undone().isEmpty()) {
      said.append(said.length() == 0 ? "" : " ");
      said.append(step.undone().equals("undone") ? "Undone afterwards." : "It " + step.undone());
    }
    return said.toString();
  }

  private static Table results(PipelineRun run) {
    Table table = Table.of("Step", "Result", "Made by", "Key");
    for (StepRun step : run.steps()) {
      if (done(step)) {
        table =
            table.row(
                step.name(),
                shortened(step.digest()),
                step.reusedFrom().map(other -> "run " + other).orElse("this run"),
                shortened(step.key()));
      }
    }
    return table.caption("Results: the first digits of their digests and keys");
  }

  private static String shown(Interval interval) {
    String from = Cell.of(interval.from()).shown();
    return interval.from().equals(interval.to())
        ? from
        : from.replace(" UTC", "") + " to " + Cell.of(interval.to()).shown();
  }

  private static String shortened(String digest) {
    return digest.length() > 12 ? digest.substring(0, 12) : digest;
  }

  private static Status colour(StepStatus status) {
    return switch (status) {
      case DONE, REUSED -> Status.PASS;
      case FAILED -> Status.FAIL;
      case REFUSED, RETRYING -> Status.WARNING;
      case PENDING, RUNNING, WAITING -> Status.INFO;
    };
  }

  static Report overview(
      Pipeline pipeline,
      List<Trigger> triggers,
      Ledger ledger,
      Elapsed elapsed,
      Optional<String> leader,
      List<PipelineRun> runs,
      Instant now) {
    Table fired = Table.of("Trigger", "Kind", "Fired", "Last run", "Now");
    for (Trigger trigger : triggers) {
      fired = row(fired, trigger, ledger, elapsed);
    }
    Table table = Table.of("Run", "Status", "Trigger", "Interval", "Reason");
    for (PipelineRun run : runs) {
      table =
          table.row(
              run.id(),
              Cell.badge(run.status().colour(), run.status().name()),
              run.request().occasion().trigger(),
              shown(run.request().interval()),
              run.reason());
    }
    return Report.titled("Pipeline " + pipeline)
        .subtitle("Steps: " + String.join(", ", pipeline.steps()))
        .at(now)
        .add(Callout.info("Led by " + leader.orElse("nobody") + "."))
        .add(Section.titled("Triggers").add(fired))
        .add(Section.titled("Latest runs").add(table));
  }

  private static Table row(Table table, Trigger trigger, Ledger ledger, Elapsed elapsed) {
    return ledger.read(
        state -> {
          TriggerState known = state.trigger(trigger.name());
          List<KnownRun> fired = known.fired();
          String held = trigger.held(known, elapsed);
          return table.row(
              trigger.name(),
              trigger.kind().name(),
              known.episodes(),
              fired.isEmpty() ? null : fired.get(fired.size() - 1).id(),
              held != null ? held : known.deferred().isPresent() ? "a signal waits" : "ready");
        });
  }
}
