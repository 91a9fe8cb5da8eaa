package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline's log amounts to: its runs, its triggers, what was asked for. A pure fold; not
 * thread-safe.
 */
final class PipelineState {
  private final Map<String, KnownRun> runs = new LinkedHashMap<>();
  private final Map<String, RunStatus> over = new HashMap<>();
  private final Map<String, KnownRun> open = new LinkedHashMap<>();
  private final Map<String, List<String>> slots = new HashMap<>();
  private final Map<String, TriggerState> triggers = new HashMap<>();
  private final Map<String, String> cancelled = new HashMap<>();
  private final Map<String, KnownBackfill> backfills = new LinkedHashMap<>();

  void apply(ObjectNode event) {
    String type = Fields.text(event, "type");
    switch (type) {
      case "run" -> created(KnownRun.read(event, runs.size() + 1));
      case "over" -> {
        String run = Fields.text(event, "run");
        over.put(run, Fields.constant(RunStatus.class, event, "status"));
        open.remove(run);
      }
      case "cancel" -> cancelled.put(Fields.text(event, "run"), Fields.text(event, "reason"));
      case "armed" -> trigger(Fields.text(event, "trigger")).arm(Fields.instant(event, "at"));
      case "deferred" ->
          trigger(Fields.text(event, "trigger"))
              .defer(
                  RunRequest.of(Fields.occasion(event), Fields.interval(event, "interval"))
                      .withParameters(Fields.texts(event, "parameters")));
      case "backfill" -> {
        KnownBackfill backfill = KnownBackfill.read(event);
        backfills.putIfAbsent(backfill.id(), backfill);
      }
      case "backfilled" -> backfills.remove(Fields.text(event, "backfill"));
      default -> throw Fields.unknown(type);
    }
  }

  private void created(KnownRun run) {
    runs.put(run.id(), run);
    open.put(run.id(), run);
    slots.computeIfAbsent(run.request().slot(), slot -> new ArrayList<>()).add(run.id());
    trigger(run.request().occasion().trigger()).fired(run);
  }

  /** Whether a request makes a run, as of now. */
  RunStart decide(RunRequest request) {
    List<String> before = slots.getOrDefault(request.slot(), List.of());
    String last = before.isEmpty() ? "" : before.get(before.size() - 1);
    Optional<KnownRun> blocking =
        open.values().stream()
            .filter(run -> run.id().equals(last) || sameInterval(run.request(), request))
            .findFirst();
    if (blocking.isPresent()) {
      String id = blocking.get().id();
      return new RunStart(
          RunStart.Outcome.BLOCKED,
          id,
          "Run " + id + " for " + request.interval() + " is not over; two never run at a time.");
    }
    if (before.isEmpty()) {
      return new RunStart(RunStart.Outcome.CREATED, id(request, 1), "There was no run for it.");
    }
    RunStatus ended = over.getOrDefault(last, RunStatus.FAILED);
    boolean again =
        switch (request.reprocess()) {
          case NONE -> false;
          case FAILED -> ended.mayBeRetried();
          case COMPLETED -> true;
        };
    String what = "Run " + last + " ended as " + ended + "; reprocess is " + request.reprocess();
    return again
        ? new RunStart(
            RunStart.Outcome.CREATED, id(request, before.size() + 1), what + ", so it runs again.")
        : new RunStart(RunStart.Outcome.EXISTS, last, what + ".");
  }

  private static boolean sameInterval(RunRequest one, RunRequest other) {
    return one.interval().equals(other.interval())
        && !one.interval().from().equals(one.interval().to());
  }

  private static String id(RunRequest request, int number) {
    String at = request.interval().from().toString().replaceAll("\\.\\d+", "");
    String slot = Digests.sha256(request.slot().getBytes(StandardCharsets.UTF_8));
    return at.replaceAll("[^0-9TZ]", "") + "-" + slot.substring(0, 12) + "-" + number;
  }

  Optional<KnownRun> run(String id) {
    return Optional.ofNullable(runs.get(id));
  }

  /** The latest runs, newest first. */
  List<KnownRun> latest(int most) {
    List<KnownRun> all = new ArrayList<>(runs.values());
    Collections.reverse(all);
    return List.copyOf(all.subList(0, Math.min(most, all.size())));
  }

  /** In the order they were created. */
  List<KnownRun> open() {
    return List.copyOf(open.values());
  }

  @Nullable RunStatus over(String run) {
    return over.get(run);
  }

  @Nullable String cancelled(String run) {
    return cancelled.get(run);
  }

  TriggerState trigger(String name) {
    return triggers.computeIfAbsent(name, ignored -> new TriggerState());
  }

  List<KnownBackfill> backfills() {
    return List.copyOf(backfills.values());
  }

  /** Whether a backfill has had its run for a slot. */
  boolean done(KnownBackfill backfill, RunRequest request) {
    return slots.getOrDefault(request.slot(), List.of()).stream()
        .anyMatch(id -> backfill.id().equals(at(id).backfill()));
  }

  private KnownRun at(String id) {
    KnownRun run = runs.get(id);
    if (run == null) {
      throw new IllegalStateException("run " + id);
    }
    return run;
  }

  /** When one of a trigger's slots was taken, if it was. */
  boolean taken(RunRequest request) {
    return slots.containsKey(request.slot());
  }
}
