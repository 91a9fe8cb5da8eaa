package io.mlops4j.pipeline;

import io.mlops4j.core.Progress;
import io.mlops4j.core.Text;
import io.mlops4j.registry.Lineage;

/** What a step that runs may know: only what is in its key, or, if every run does it, all. */
final class RunningStep implements StepContext {
  private static final int LONGEST_NOTE = 2_000;
  private final Pipeline pipeline;
  private final KnownRun run;
  private final StepSettings settings;
  private final int attempt;
  private final Progress progress;
  private volatile String note = "";

  RunningStep(
      Pipeline pipeline, KnownRun run, StepSettings settings, int attempt, Progress progress) {
    this.pipeline = pipeline;
    this.run = run;
    this.settings = settings;
    this.attempt = attempt;
    this.progress = progress;
  }

  String note() {
    return note;
  }

  @Override
  public String run() {
    return run.id();
  }

  @Override
  public String step() {
    return settings.name();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public String request() {
    return run.id() + "." + settings.name();
  }

  @Override
  public Interval interval() {
    if (!settings.readsInterval()) {
      throw new PipelineException(
          this
              + " asks for the interval and does not declare it, so a result of another interval"
              + " could be taken for its own. Add readsInterval() to the step.");
    }
    return run.request().interval();
  }

  @Override
  public String parameter(String name) {
    String declared = settings.parameters().get(name);
    if (declared == null) {
      throw new PipelineException(
          this
              + " asks for parameter "
              + Text.printable(name, 64)
              + " and does not declare it, so a result of another value could be taken for its own."
              + " Add with(…) to the step. Declared: "
              + settings.parameters().keySet()
              + ".");
    }
    return run.request().parameters().getOrDefault(name, declared);
  }

  @Override
  public double number(String name) {
    String value = parameter(name);
    try {
      double number = Double.parseDouble(value);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new PipelineException(
        this
            + ": parameter "
            + name
            + " is \""
            + Text.printable(value, 64)
            + "\" (expected: a finite number).");
  }

  @Override
  public Occasion occasion() {
    if (settings.reused()) {
      throw new PipelineException(
          this
              + " asks why the run was begun, but its result is reused by runs that were begun for"
              + " other reasons. Add everyRun() to the step.");
    }
    return run.request().occasion();
  }

  @Override
  public Lineage stamp(Lineage lineage) {
    Occasion why = occasion();
    return lineage
        .withTag("pipeline", pipeline.name())
        .withTag("pipeline.run", run.id())
        .withTag("pipeline.interval", run.request().interval().toString())
        .withTag("trigger", why.trigger())
        .withTag("trigger.kind", why.kind().name())
        .withTag("trigger.id", why.id())
        .withTag("trigger.at", why.at().toString())
        .withTag("trigger.evidence", why.evidence());
  }

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public void note(String sentence) {
    note = Text.printable(sentence, LONGEST_NOTE);
  }

  @Override
  public String toString() {
    return "Step '" + settings.name() + "' of run " + run.id();
  }
}
