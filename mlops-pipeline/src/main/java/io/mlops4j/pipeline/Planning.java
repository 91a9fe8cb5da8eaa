package io.mlops4j.pipeline;

import io.mlops4j.pipeline.RunPlan.PlannedStep;
import io.mlops4j.pipeline.RunPlan.Will;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out what a run would do, reading only. */
final class Planning {
  private final Pipeline pipeline;
  private final StepStore results;

  Planning(Pipeline pipeline, StepStore results) {
    this.pipeline = pipeline;
    this.results = results;
  }

  RunPlan plan(RunStart start, RunRequest request) {
    KnownRun run = new KnownRun(start.run(), 0, request, "", "", Instant.EPOCH);
    Map<String, String> digests = new HashMap<>();
    List<PlannedStep> steps = new ArrayList<>();
    for (Step<?> step : pipeline.order()) {
      steps.add(plan(step, run, digests));
    }
    return new RunPlan(start, steps);
  }

  private PlannedStep plan(Step<?> step, KnownRun run, Map<String, String> digests) {
    if (!step.settings().reused()) {
      return new PlannedStep(step.name(), Will.RUN, "every run does it");
    }
    List<String> unknown =
        step.inputs().stream().map(Step::name).filter(name -> !digests.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      return new PlannedStep(step.name(), Will.DEPENDS, "on what " + unknown + " will make");
    }
    if (run.request().fresh()) {
      return new PlannedStep(step.name(), Will.RUN, "the run is asked for with fresh steps");
    }
    List<String> inputs =
        step.inputs().stream().map(input -> digests.getOrDefault(input.name(), "")).toList();
    Optional<StepStore.Kept> kept = results.find(StepKey.of(step, inputs, run));
    if (kept.isEmpty()) {
      return new PlannedStep(
          step.name(), Will.RUN, "there is no result for this code, parameters and inputs");
    }
    digests.put(step.name(), kept.get().digest());
    return new PlannedStep(
        step.name(),
        Will.REUSE,
        "result " + kept.get().digest().substring(0, 12) + " of run " + kept.get().run());
  }
}
