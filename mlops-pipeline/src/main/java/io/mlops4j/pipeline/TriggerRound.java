package io.mlops4j.pipeline;

import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all triggers. A trigger begins no run while as many as may be active are, while it
 * cools down, or when its budget is used up; nothing is written for what it noticed then, however
 * often, except that one signal of a pulled trigger is kept.
 */
final class TriggerRound {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);
  private final List<Trigger> triggers;
  private final Ledger ledger;
  private final Elapsed elapsed;
  private final Time time;
  private final int maxActiveRuns;
  private final Backfilling backfilling = new Backfilling();
  private final Set<String> held = new HashSet<>();

  TriggerRound(
      List<Trigger> triggers, Ledger ledger, Elapsed elapsed, Time time, int maxActiveRuns) {
    this.triggers = triggers;
    this.ledger = ledger;
    this.elapsed = elapsed;
    this.time = time;
    this.maxActiveRuns = maxActiveRuns;
  }

  void go() {
    for (Trigger trigger : triggers) {
      try {
        ledger.arm(trigger.name());
        if (full()) {
          continue;
        }
        due(trigger).ifPresent(request -> begin(trigger, request));
      } catch (RuntimeException e) {
        said(trigger, "could not be asked: " + Text.printable(String.valueOf(e.getMessage()), 500));
      }
    }
    backfill();
  }

  private boolean full() {
    return ledger.open().size() >= maxActiveRuns;
  }

  private Optional<RunRequest> due(Trigger trigger) {
    if (trigger.source() == TriggerSource.NEVER) {
      return ledger.read(state -> state.trigger(trigger.name()).deferred());
    }
    if (trigger.source() instanceof CronSource) {
      // Quick, and it looks at the slots of many intervals.
      return ledger.read(state -> poll(trigger, state));
    }
    // Code of the user's: not under the lock. What it decides is decided again when it is written.
    TriggerSource.Moment moment =
        new TriggerSource.Moment(
            time.now(),
            ledger.read(state -> state.trigger(trigger.name()).episodes()),
            ledger.read(state -> state.trigger(trigger.name()).armed()).orElse(time.now()),
            request -> ledger.read(state -> state.taken(request)));
    return trigger.source().poll(trigger, moment);
  }

  private Optional<RunRequest> poll(Trigger trigger, PipelineState state) {
    TriggerState known = state.trigger(trigger.name());
    return trigger
        .source()
        .poll(
            trigger,
            new TriggerSource.Moment(
                time.now(), known.episodes(), known.armed().orElse(time.now()), state::taken));
  }

  private void begin(Trigger trigger, RunRequest request) {
    String[] why = {null};
    RunStart start = ledger.submit(request, "", state -> why[0] = held(trigger, state));
    if (why[0] != null) {
      said(trigger, "fires and is held: it " + why[0]);
    } else if (start.created()) {
      synchronized (held) {
        held.remove(trigger.name());
      }
      LOG.info(
          "Trigger '{}' began run {}: {}",
          trigger.name(),
          start.run(),
          request.occasion().evidence());
    }
  }

  private @Nullable String held(Trigger trigger, PipelineState state) {
    return state.open().size() >= maxActiveRuns
        ? "waits: a run is not over"
        : trigger.held(state.trigger(trigger.name()), elapsed);
  }

  /** Logs what keeps a trigger from beginning runs: once until it begins one, not at every pass. */
  private void said(Trigger trigger, String why) {
    synchronized (held) {
      if (held.add(trigger.name())) {
        LOG.warn("Trigger '{}' {}.", trigger.name(), why);
      }
    }
  }

  /** A signal from outside, on any instance. */
  RunStart fire(Trigger trigger, RunRequest request) {
    String[] said = {null};
    RunStart start = ledger.submit(request, "", state -> said[0] = held(trigger, state));
    String why = said[0];
    if (why == null) {
      return start;
    }
    said(trigger, "fires and is held: it " + why);
    boolean kept = ledger.defer(request);
    return new RunStart(
        RunStart.Outcome.BLOCKED,
        start.run(),
        "Trigger '"
            + trigger.name()
            + "' "
            + why
            + (kept ? ". The signal is kept." : ". Another signal of it is kept already."));
  }

  private void backfill() {
    for (KnownBackfill backfill : ledger.read(PipelineState::backfills)) {
      Optional<CronSchedule> schedule =
          triggers.stream()
              .filter(trigger -> trigger.name().equals(backfill.trigger()))
              .flatMap(trigger -> Optional.ofNullable(trigger.schedule()).stream())
              .findFirst();
      // A trigger that was taken away may come back; until then its backfill waits.
      schedule.ifPresent(intervals -> backfill(backfill, intervals));
    }
  }

  private void backfill(KnownBackfill backfill, CronSchedule schedule) {
    while (!full()) {
      Backfilling.Next next =
          ledger
              .read(
                  state ->
                      Optional.ofNullable(backfilling.next(backfill, schedule, state, time.now())))
              .orElse(null);
      if (next == null) {
        return;
      }
      RunRequest request = next.request();
      if (request == null) {
        ledger.backfilled(backfill);
        return;
      }
      ledger.submit(request, backfill.id());
    }
  }
}
