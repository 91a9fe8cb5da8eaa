package io.mlops4j.drift.alert;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One alert: its machine, what the fleet knows of it, and whom to tell. Thread-safe by its lock.
 */
final class Signal {
  private static final Logger LOG = LoggerFactory.getLogger(Signal.class);

  /** An instance not heard of for longer does not count: it has crashed, or was replaced. */
  private static final Duration STALE = Duration.ofMinutes(15);

  private final String group;
  private final AlertRule rule;
  private final AlertStore store;
  private final Time time;
  private final List<SinkRunner> sinks;
  private final ConcurrentHashMap<Long, Boolean> underWay = new ConcurrentHashMap<>();
  private volatile AlertMachine machine;
  private @Nullable Instant savedAt;
  private long lastNanos;
  private Duration sinceLast;
  private volatile AlertStore.@Nullable Told told;
  private volatile @Nullable Instant snoozedUntil;
  private boolean storeFails;

  Signal(String group, AlertRule rule, AlertStore store, Time time, List<SinkRunner> sinks) {
    this.group = group;
    this.rule = rule;
    this.store = store;
    this.time = time;
    this.sinks = sinks;
    Optional<AlertStore.Local> before = store.local(rule.name());
    this.machine = before.map(AlertStore.Local::machine).orElse(AlertMachine.START);
    this.sinceLast = before.map(local -> down(local.at(), time.now())).orElse(Duration.ZERO);
    this.savedAt = before.map(AlertStore.Local::at).orElse(null);
    this.told = store.told(rule.name()).orElse(null);
    this.lastNanos = time.nanos();
  }

  /** How long a restart took, by the wall clock; not more than is plausible. */
  private static Duration down(Instant saved, Instant now) {
    Duration down = Duration.between(saved, now);
    if (down.isNegative()) {
      return Duration.ZERO;
    }
    return down.compareTo(STALE) > 0 ? STALE : down;
  }

  String name() {
    return rule.name();
  }

  AlertState state() {
    return machine.state();
  }

  synchronized void evaluate() {
    Check.Outcome outcome = ask();
    long nanos = time.nanos();
    Duration passed = sinceLast.plusNanos(Math.max(0, nanos - lastNanos));
    lastNanos = nanos;
    sinceLast = Duration.ZERO;
    AlertMachine before = machine;
    machine = before.after(rule, outcome, passed);
    try {
      share(before);
      if (storeFails) {
        LOG.info("Alert {} {}: its store answers again.", group, rule.name());
      }
      storeFails = false;
    } catch (RuntimeException e) {
      alone(before, e);
    }
  }

  private Check.Outcome ask() {
    try {
      Check.Outcome outcome = rule.check().evaluate();
      if (outcome instanceof Check.Pass
          && state() == AlertState.FIRING
          && rule.exit().isPresent()) {
        // Neither good enough to leave nor bad: the exit's own answer is no fail of the check.
        Check.Outcome exit = rule.exit().get().evaluate();
        return exit instanceof Check.Pass ? outcome : new Check.NoData(exit.sentence());
      }
      return outcome;
    } catch (RuntimeException e) {
      LOG.warn("Alert {} {}: its check threw {}", group, rule.name(), e.getClass().getName());
      return new Check.NoData("The check threw " + e.getClass().getName() + ".");
    }
  }

  /** Keeps the machine, and tells what is new for the fleet. */
  private void share(AlertMachine before) {
    Instant now = time.now();
    boolean fires = machine.state() == AlertState.FIRING;
    if (!machine.equals(before) || savedAt == null || (fires && isOld(savedAt, now))) {
      store.save(rule.name(), machine, now);
      savedAt = now;
    }
    told = store.told(rule.name()).orElse(null);
    AlertStore.Told last = told;
    boolean firing = last != null && last.status() == AlertEvent.Status.FIRING;
    if (fires && !firing) {
      long number = last == null ? 0 : last.number() + 1;
      long episode = last == null ? 1 : last.episode() + 1;
      tell(number, AlertEvent.Status.FIRING, episode, now, now);
    } else if (last != null
        && firing
        && !fires
        && !store.firesElsewhere(rule.name(), now.minus(STALE))) {
      tell(last.number() + 1, AlertEvent.Status.RESOLVED, last.episode(), now, last.startsAt());
    }
    snoozedUntil = store.snoozedUntil(rule.name()).orElse(null);
    send(now);
  }

  private static boolean isOld(Instant saved, Instant now) {
    return Duration.between(saved, now).abs().compareTo(STALE.dividedBy(3)) > 0;
  }

  private void tell(
      long number, AlertEvent.Status status, long episode, Instant now, Instant startsAt) {
    AlertStore.Told next =
        new AlertStore.Told(
            number, status, episode, store.instance(), now, startsAt, machine.evidence());
    told = store.tell(rule.name(), next) ? next : store.told(rule.name()).orElse(null);
  }

  /** Hands the newest event to the sinks, if that is this instance's job and nobody has done it. */
  private void send(Instant now) {
    AlertStore.Told event = told;
    if (event == null || underWay.containsKey(event.number()) || isSnoozed(now)) {
      return;
    }
    boolean mine = event.by().equals(store.instance());
    boolean abandoned = Duration.between(event.at(), now).compareTo(STALE) > 0;
    if (!(mine || abandoned) || store.isSent(rule.name(), event.number())) {
      return;
    }
    if (event.status() == AlertEvent.Status.RESOLVED
        && event.number() > 0
        && !store.isSent(rule.name(), event.number() - 1)
        && !underWay.containsKey(event.number() - 1)) {
      store.markSent(rule.name(), event.number()); // nobody was told that it fired
      return;
    }
    underWay.clear();
    underWay.put(event.number(), true);
    dispatch(
        new AlertEvent(
            group,
            rule.name(),
            rule.severity(),
            event.status(),
            event.episode(),
            event.startsAt(),
            event.status() == AlertEvent.Status.RESOLVED
                ? Optional.of(event.at())
                : Optional.empty(),
            event.evidence()),
        () -> store.markSent(rule.name(), event.number()));
  }

  private void dispatch(AlertEvent event, Runnable whenDone) {
    AtomicInteger left = new AtomicInteger(sinks.size());
    for (SinkRunner sink : sinks) {
      sink.send(
          event,
          () -> {
            if (left.decrementAndGet() == 0) {
              try {
                whenDone.run();
              } catch (RuntimeException e) {
                LOG.warn("Alert {}: that it was told could not be kept.", event.id(), e);
              }
            }
          });
    }
  }

  private boolean isSnoozed(Instant now) {
    Instant until = snoozedUntil;
    return until != null && now.isBefore(until);
  }

  /** Without a store it is better to tell twice than not at all. */
  private void alone(AlertMachine before, RuntimeException failure) {
    if (!storeFails) {
      storeFails = true;
      LOG.warn(
          "Alert {} {}: its store fails, so every instance tells for itself: {}",
          group,
          rule.name(),
          failure instanceof MlopsException ? failure.getMessage() : failure.getClass().getName());
    }
    boolean fires = machine.state() == AlertState.FIRING;
    if (fires == (before.state() == AlertState.FIRING) || isSnoozed(time.now())) {
      return;
    }
    Instant now = time.now();
    AlertStore.Told last = told;
    long episode = (last == null ? 0 : last.episode()) + (fires ? 1 : 0);
    dispatch(
        new AlertEvent(
            group,
            rule.name(),
            rule.severity(),
            fires ? AlertEvent.Status.FIRING : AlertEvent.Status.RESOLVED,
            Math.max(1, episode),
            fires || last == null ? now : last.startsAt(),
            fires ? Optional.empty() : Optional.of(now),
            machine.evidence()),
        () -> {});
  }

  synchronized void snooze(Duration duration) {
    Instant until = Time.after(time.now(), duration);
    store.snooze(rule.name(), until);
    snoozedUntil = until;
  }

  /** Without the lock: a check that hangs must not hide how the alert stands. */
  AlertStatus status() {
    AlertStore.Told last = told;
    boolean snoozed = isSnoozed(time.now());
    return new AlertStatus(
        rule.name(),
        rule.severity(),
        machine.state(),
        Optional.ofNullable(last).map(AlertStore.Told::startsAt),
        snoozed ? Optional.ofNullable(snoozedUntil) : Optional.empty(),
        machine.evidence());
  }

  Check asCheck() {
    return new Check() {
      @Override
      public String name() {
        return "alert " + group + " " + rule.name();
      }

      @Override
      public Outcome evaluate() {
        AlertStatus now = status();
        String sentence =
            group + " " + rule.name() + " is " + now.state().name().toLowerCase(Locale.ROOT);
        return switch (now.state()) {
          case INACTIVE -> new Pass(sentence + ".");
          case PENDING -> new NoData(sentence + ": " + now.evidence());
          case FIRING -> new Fail(sentence + ": " + now.evidence());
        };
      }
    };
  }
}
