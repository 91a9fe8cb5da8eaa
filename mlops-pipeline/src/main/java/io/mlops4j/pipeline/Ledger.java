package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline's log and what it amounts to. Every decision is made on the state of a place in the
 * log and written at the next place, so no two decisions are made on the same state, in however
 * many processes. Thread-safe.
 */
final class Ledger {
  static final int MOST_OPEN = 1_000;
  private final Pipeline pipeline;
  private final Time time;
  private final PipelineState state = new PipelineState();
  private final EventLog log;
  // Asked while a run's own log is written, so not under the lock.
  private final ConcurrentHashMap<String, String> cancelled = new ConcurrentHashMap<>();

  Ledger(Pipeline pipeline, ObjectStore store, String prefix, String writer, Time time) {
    this.pipeline = pipeline;
    this.time = time;
    this.log = new EventLog(store, prefix + "/log", writer, state::apply);
    sync();
  }

  synchronized void sync() {
    log.sync();
    for (KnownRun run : state.open()) {
      String reason = state.cancelled(run.id());
      if (reason != null) {
        cancelled.putIfAbsent(run.id(), reason);
      }
    }
  }

  /** Looks at the state as it was when last read. */
  synchronized <T> T read(Function<PipelineState, T> look) {
    return look.apply(state);
  }

  @Nullable String cancelled(String run) {
    return cancelled.get(run);
  }

  RunStart submit(RunRequest request, String backfill) {
    return submit(request, backfill, now -> null);
  }

  /**
   * Makes a run unless something holds it. Both are decided again when another instance was first
   * to write: of all that ask in one moment, only as many get a run as may have one.
   */
  synchronized RunStart submit(
      RunRequest request, String backfill, Function<PipelineState, @Nullable String> held) {
    while (true) {
      log.sync();
      RunStart start = state.decide(request);
      if (!start.created()) {
        return start;
      }
      String why = held.apply(state);
      if (why != null) {
        return new RunStart(RunStart.Outcome.BLOCKED, start.run(), why);
      }
      int open = state.open().size();
      if (open >= MOST_OPEN) {
        throw new PipelineException(
            "Pipeline '"
                + pipeline
                + "' takes no more runs: "
                + open
                + " are not over (at most "
                + MOST_OPEN
                + "). Wait for some, or cancel them.");
      }
      KnownRun run = new KnownRun(start.run(), 0, request, pipeline.digest(), backfill, time.now());
      if (log.append(run.write())) {
        return start;
      }
    }
  }

  RunStart decide(RunRequest request) {
    sync();
    return read(now -> now.decide(request));
  }

  /** Writes an event while a condition holds. */
  private synchronized boolean write(
      Function<PipelineState, Boolean> wanted, Supplier<ObjectNode> event) {
    log.sync();
    while (wanted.apply(state)) {
      if (log.append(event.get())) {
        sync();
        return true;
      }
    }
    return false;
  }

  boolean cancel(String run, String reason) {
    String why = Text.printable(reason, 500);
    return write(
        now -> now.over(run) == null && now.cancelled(run) == null,
        () -> Fields.event("cancel", time.now()).put("run", run).put("reason", why));
  }

  void over(String run, RunStatus status) {
    write(
        now -> now.over(run) == null,
        () -> Fields.event("over", time.now()).put("run", run).put("status", status.name()));
    cancelled.remove(run);
  }

  void arm(String trigger) {
    write(
        now -> now.trigger(trigger).armed().map(at -> time.now().isBefore(at)).orElse(true),
        () -> Fields.event("armed", time.now()).put("trigger", trigger));
  }

  /** Keeps what a trigger noticed until it may begin a run; one at a time. */
  boolean defer(RunRequest request) {
    return write(
        now ->
            !now.taken(request) && now.trigger(request.occasion().trigger()).deferred().isEmpty(),
        () -> {
          ObjectNode event =
              Fields.event("deferred", time.now()).put("trigger", request.occasion().trigger());
          Fields.put(event, request.occasion());
          Fields.put(event, "interval", request.interval());
          Fields.put(event, "parameters", request.parameters());
          return event;
        });
  }

  synchronized KnownBackfill backfill(BackfillRequest request) {
    log.sync();
    while (true) {
      Optional<KnownBackfill> same =
          state.backfills().stream().filter(known -> known.sameAs(request)).findFirst();
      if (same.isPresent()) {
        return same.get();
      }
      KnownBackfill backfill = KnownBackfill.of("backfill-" + log.size(), request, time.now());
      log.append(backfill.write());
    }
  }

  void backfilled(KnownBackfill backfill) {
    write(
        now -> now.backfills().contains(backfill),
        () -> Fields.event("backfilled", time.now()).put("backfill", backfill.id()));
  }

  List<KnownRun> open() {
    return read(PipelineState::open);
  }
}
