package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.Check;
import io.mlops4j.core.Elements;
import io.mlops4j.data.DatasetSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What begins runs, and how often at most. The leader of a fleet asks its triggers at every pass;
 * what fires makes one run, whoever notices it and however often. Immutable: each {@code with}
 * returns a copy.
 *
 * <pre>{@code
 * Trigger.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Paris"))
 * Trigger.dataArrival("rows", () -> newestSnapshot())
 * Trigger.drift("drift", driftMonitor).withCoolDown(Duration.ofDays(1)).withBudget(3, Duration.ofDays(30))
 * }</pre>
 */
public final class Trigger {
  private static final Duration ONE_HOUR = Duration.ofHours(1);
  private static final Duration ONE_DAY = Duration.ofDays(1);
  private final String name;
  private final Occasion.Kind kind;
  private final TriggerSource source;
  private final Duration coolDown;
  private final int budget;
  private final Duration budgetPeriod;
  private final Function<? super Instant, Interval> interval;
  private final SortedMap<String, String> parameters;

  private Trigger(
      String name,
      Occasion.Kind kind,
      TriggerSource source,
      Duration coolDown,
      int budget,
      Duration budgetPeriod,
      Function<? super Instant, Interval> interval,
      SortedMap<String, String> parameters) {
    this.name = name;
    this.kind = kind;
    this.source = source;
    this.coolDown = coolDown;
    this.budget = budget;
    this.budgetPeriod = budgetPeriod;
    this.interval = interval;
    this.parameters = parameters;
  }

  private static Trigger of(
      String name, Occasion.Kind kind, TriggerSource source, Duration coolDown) {
    return new Trigger(
        Names.require("trigger", name),
        kind,
        source,
        coolDown,
        24,
        ONE_DAY,
        Interval::at,
        new TreeMap<>());
  }

  /**
   * Something that was noticed.
   *
   * @param id what tells it from others of the same trigger, such as a digest
   * @param evidence one sentence with the numbers
   */
  public record Signal(String id, String evidence) {
    /** Checks for null. */
    public Signal {
      requireNonNull(id, "id");
      requireNonNull(evidence, "evidence");
    }
  }

  /**
   * Returns a trigger that fires by the clock. A run is about the interval that has just ended:
   * from the time before to this one.
   *
   * <p>After a pause only the latest interval is run; its evidence says how many were passed over,
   * and {@link PipelineRunner#backfill} runs them. A new trigger does not fire for times before it
   * was first seen. Where clocks are turned: a time that is skipped fires as much later as the gap
   * is long; a time that comes twice fires the first time, or both times if the line fires every
   * hour or every few hours.
   *
   * @param name its name
   * @param line minute, hour, day of month, month, day of week, as crontab has them
   * @param zone whose clocks
   * @return a trigger of at most 24 runs a day
   * @throws IllegalArgumentException if the line is none, or never fires
   */
  public static Trigger cron(String name, String line, ZoneId zone) {
    requireNonNull(name, "name");
    requireNonNull(line, "line");
    requireNonNull(zone, "zone");
    return of(
        name, Occasion.Kind.SCHEDULE, new CronSource(CronSchedule.of(line, zone)), Duration.ZERO);
  }

  /**
   * Returns a trigger that fires when there are data that no run of it was about.
   *
   * @param name its name
   * @param newest the data as they are now; asked at every pass by the leader, so it must be quick
   * @return a trigger of at most one run an hour
   */
  public static Trigger dataArrival(String name, Supplier<Optional<DatasetSnapshot>> newest) {
    requireNonNull(newest, "newest");
    return when(
        name,
        Occasion.Kind.DATA_ARRIVAL,
        () ->
            newest
                .get()
                .map(
                    data ->
                        new Signal(
                            data.digest(),
                            data
                                + ": "
                                + data.files().size()
                                + " files, "
                                + data.bytes()
                                + " bytes")));
  }

  /**
   * Returns a trigger that fires on what a function of yours notices: each id once.
   *
   * @param name its name
   * @param kind what sort of trigger it is
   * @param notice what there is now; asked at every pass by the leader, so it must be quick
   * @return a trigger of at most one run an hour
   */
  public static Trigger when(String name, Occasion.Kind kind, Supplier<Optional<Signal>> notice) {
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(notice, "notice");
    if (kind == Occasion.Kind.SCHEDULE || kind == Occasion.Kind.BACKFILL) {
      throw new IllegalArgumentException("kind: " + kind + " (expected: none that is planned)");
    }
    return of(name, kind, new SignalSource(notice), ONE_HOUR);
  }

  /**
   * Returns a trigger that fires when inputs or scores have drifted.
   *
   * @param name its name
   * @param check fails when they have; asked at every pass by the leader
   * @return a trigger of at most one run an hour
   */
  public static Trigger drift(String name, Check check) {
    return failing(name, Occasion.Kind.DRIFT, check);
  }

  /**
   * Returns a trigger that fires when answers are not as good as they should be.
   *
   * @param name its name
   * @param check fails when they are not; asked at every pass by the leader
   * @return a trigger of at most one run an hour
   */
  public static Trigger quality(String name, Check check) {
    return failing(name, Occasion.Kind.QUALITY, check);
  }

  private static Trigger failing(String name, Occasion.Kind kind, Check check) {
    return of(name, kind, new CheckSource(requireNonNull(check, "check")), ONE_HOUR);
  }

  /**
   * Returns a trigger that others pull: {@link PipelineRunner#fire} and the alert sinks of {@link
   * PipelineRunner#alertSink}. What comes while it cools down waits; of several, one.
   *
   * @param name its name
   * @return a trigger of at most one run an hour
   */
  public static Trigger pulled(String name) {
    return of(name, Occasion.Kind.ALERT, TriggerSource.NEVER, ONE_HOUR);
  }

  /**
   * Returns a copy that begins no run until so long after its last one. A check that still fails
   * then fires again.
   *
   * @param duration zero or more
   * @return the copy
   */
  public Trigger withCoolDown(Duration duration) {
    if (requireNonNull(duration, "duration").isNegative()) {
      throw new IllegalArgumentException("coolDown: " + duration + " (expected: zero or more)");
    }
    return copy(duration, budget, budgetPeriod, interval, parameters);
  }

  /**
   * Returns a copy that begins at most so many runs in any period of that length.
   *
   * @param runs 1 to 1,000
   * @param period more than zero
   * @return the copy
   */
  public Trigger withBudget(int runs, Duration period) {
    if (runs < 1 || runs > TriggerState.MOST_COUNTED) {
      throw new IllegalArgumentException("runs: " + runs + " (expected: 1..1000)");
    }
    if (requireNonNull(period, "period").isNegative() || period.isZero()) {
      throw new IllegalArgumentException("period: " + period + " (expected: more than zero)");
    }
    return copy(coolDown, runs, period, interval, parameters);
  }

  /**
   * Returns a copy that says what time a run is about when the trigger fires. Without it: the
   * moment. A schedule has its own intervals.
   *
   * @param about from the moment it fires to the interval
   * @return the copy
   */
  public Trigger withInterval(Function<? super Instant, Interval> about) {
    if (schedule() != null) {
      throw new IllegalStateException("Trigger '" + name + "': its schedule says the intervals.");
    }
    return copy(coolDown, budget, budgetPeriod, requireNonNull(about, "about"), parameters);
  }

  /**
   * Returns a copy that gives its runs parameters.
   *
   * @param values name to value, of parameters that steps declare
   * @return the copy
   */
  public Trigger withParameters(Map<String, String> values) {
    Elements.requireNoNulls("values", values);
    return copy(
        coolDown,
        budget,
        budgetPeriod,
        interval,
        Collections.unmodifiableSortedMap(new TreeMap<>(values)));
  }

  private Trigger copy(
      Duration newCoolDown,
      int newBudget,
      Duration newPeriod,
      Function<? super Instant, Interval> newInterval,
      SortedMap<String, String> newParameters) {
    return new Trigger(
        name, kind, source, newCoolDown, newBudget, newPeriod, newInterval, newParameters);
  }

  /**
   * Returns what the trigger is called.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * Returns what sort of trigger it is.
   *
   * @return the kind
   */
  public Occasion.Kind kind() {
    return kind;
  }

  SortedMap<String, String> parametersGiven() {
    return parameters;
  }

  TriggerSource source() {
    return source;
  }

  @Nullable CronSchedule schedule() {
    return source instanceof CronSource cron ? cron.schedule() : null;
  }

  RunRequest request(Signal signal, Instant now) {
    return request(signal, kind, interval.apply(now), now);
  }

  RunRequest request(Signal signal, Occasion.Kind as, Interval about, Instant now) {
    return RunRequest.of(new Occasion(name, as, signal.id(), now, signal.evidence()), about)
        .withParameters(parameters);
  }

  /** Why it may not begin a run now; null if it may. */
  @Nullable String held(TriggerState state, Elapsed elapsed) {
    int within = 0;
    for (KnownRun run : state.fired()) {
      Duration ago = elapsed.since(run.id(), run.at());
      if (ago.compareTo(coolDown) < 0) {
        return "cools down: run "
            + run.id()
            + " began "
            + ago.toSeconds()
            + " s ago, of "
            + coolDown;
      }
      within += ago.compareTo(budgetPeriod) < 0 ? 1 : 0;
    }
    return within < budget
        ? null
        : "its budget is used up: " + within + " runs in " + budgetPeriod + ", of " + budget;
  }

  /** Returns name and kind. */
  @Override
  public String toString() {
    return name + " (" + kind + ")";
  }
}
