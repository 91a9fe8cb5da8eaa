package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.pipeline.PipelineRun.StepStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run's log amounts to. A pure fold; not thread-safe. */
final class RunState {
  private final Map<String, StepState> steps = new LinkedHashMap<>();
  private final List<String> instances = new ArrayList<>();
  private long epoch;
  private @Nullable RunStatus ending;
  private String reason = "";
  private @Nullable Instant endedAt;
  private String code = "";
  private boolean codeChanged;

  void apply(ObjectNode event) {
    String type = Fields.text(event, "type");
    switch (type) {
      case "claim" -> claimed(event);
      case "ending" -> {
        ending = Fields.constant(RunStatus.class, event, "status");
        reason = Fields.text(event, "reason");
      }
      case "end" -> endedAt = Fields.instant(event, "at");
      default -> step(Fields.text(event, "step")).apply(type, event);
    }
  }

  private void claimed(ObjectNode event) {
    epoch = Fields.number(event, "epoch");
    // Instance and session; people know the instance.
    String instance = Fields.text(event, "by").replaceFirst("/.*", "");
    if (instances.isEmpty() || !instances.get(instances.size() - 1).equals(instance)) {
      instances.add(instance);
    }
    String now = Fields.text(event, "code");
    codeChanged |= !code.isEmpty() && !code.equals(now);
    code = now;
  }

  StepState step(String name) {
    return steps.computeIfAbsent(name, StepState::new);
  }

  /** Of who works on it; 0 before anybody did. */
  long epoch() {
    return epoch;
  }

  /** How it will have ended, once what was done is undone. */
  @Nullable RunStatus ending() {
    return ending;
  }

  String reason() {
    return reason;
  }

  boolean over() {
    return endedAt != null;
  }

  RunStatus status() {
    if (ending != null && endedAt != null) {
      return ending;
    }
    if (instances.isEmpty()) {
      return RunStatus.QUEUED;
    }
    boolean waits = steps.values().stream().anyMatch(s -> s.status() == StepStatus.WAITING);
    return waits && ending == null ? RunStatus.WAITING : RunStatus.RUNNING;
  }

  /** A picture; with a sentence about the damage, if there is more that cannot be read. */
  PipelineRun picture(Pipeline pipeline, KnownRun run, String damage) {
    List<String> names = new ArrayList<>(pipeline.steps());
    steps.keySet().stream().filter(name -> !names.contains(name)).forEach(names::add);
    return new PipelineRun(
        run.id(),
        pipeline.name(),
        run.request(),
        status(),
        damage.isEmpty() ? reason : damage,
        names.stream()
            .map(name -> steps.getOrDefault(name, new StepState(name)).picture())
            .toList(),
        run.at(),
        Optional.ofNullable(endedAt),
        instances,
        codeChanged);
  }
}
