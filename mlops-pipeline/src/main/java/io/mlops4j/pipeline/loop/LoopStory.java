package io.mlops4j.pipeline.loop;

import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What runs have done, line by line. */
final class LoopStory {
  private static final String PROMOTE = "promote";

  private LoopStory() {}

  /** Runs oldest first; lines by time, those of one run in their order. */
  static List<LoopEvent> of(List<PipelineRun> runs) {
    List<LoopEvent> events = new ArrayList<>();
    for (PipelineRun run : runs) {
      events.add(
          new LoopEvent(
              run.createdAt(),
              run.id(),
              LoopEvent.Kind.TRIGGERED,
              run.request().occasion().trigger(),
              run.request().occasion().evidence()));
      Instant end = run.endedAt().orElse(run.createdAt());
      for (PipelineRun.StepRun step : run.steps()) {
        add(run, step, end, events);
      }
      if (run.status() == RunStatus.CANCELLED) {
        events.add(new LoopEvent(end, run.id(), LoopEvent.Kind.CANCELLED, "", run.reason()));
      }
    }
    events.sort(Comparator.comparing(LoopEvent::at));
    return events;
  }

  private static void add(
      PipelineRun run, PipelineRun.StepRun step, Instant end, List<LoopEvent> events) {
    Instant began = step.startedAt().orElse(end);
    switch (step.status()) {
      case DONE, REUSED -> {
        boolean promoted = step.name().equals(PROMOTE);
        events.add(
            new LoopEvent(
                began,
                run.id(),
                promoted ? LoopEvent.Kind.PROMOTED : LoopEvent.Kind.DONE,
                step.name(),
                step.note()));
      }
      case WAITING ->
          // What it says meanwhile is shown, not stored.
          events.add(
              new LoopEvent(
                  began, run.id(), LoopEvent.Kind.WAITING, step.name(), "It is not decided yet."));
      case REFUSED ->
          events.add(
              new LoopEvent(end, run.id(), LoopEvent.Kind.REFUSED, step.name(), step.error()));
      case FAILED ->
          events.add(
              new LoopEvent(end, run.id(), LoopEvent.Kind.FAILED, step.name(), step.error()));
      case PENDING, RUNNING, RETRYING -> {
        // Nothing to tell yet.
      }
    }
  }
}
