package io.mlops4j.drift.alert;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks checks again and again, and tells sinks when one begins and when it ceases to fail.
 *
 * <pre>{@code
 * var alerts =
 *     Alerts.named("flight-delay")
 *         .rule(AlertRule.on("quality", quality).withConsecutive(2, 2).withCoolDown(days(7)))
 *         .rule(AlertRule.on("latency", latency).withFor(minutes(5)).withSeverity("critical"))
 *         .sink(AlertSink.logging())
 *         .sink(WebhookSink.to(uri).signedWith(secret).build())
 *         .store(store, podName)
 *         .every(minutes(1))
 *         .build();
 * }</pre>
 *
 * <p>With a store the state survives a restart, and instances that share it tell of each event
 * once: an alert fires for all as soon as it fires for one, and is resolved when it fires for none
 * that was heard of in the last quarter of an hour. An event is told at least once: after a crash
 * it may come again, with the same {@link AlertEvent#id()}.
 *
 * <p>Durations count what passes on the monotonic clock, so a wall clock that is set changes
 * nothing. Thread-safe.
 */
public final class Alerts implements AutoCloseable {
  private final String group;
  private final Map<String, Signal> signals = new LinkedHashMap<>();
  private final List<SinkRunner> sinks;
  private final Time time;
  private static final Duration LONGEST_WAIT = Duration.ofDays(366);

  private final @Nullable Duration interval;
  private final Executor executor;
  private final @Nullable ThreadPoolExecutor own;
  private final Object schedule = new Object();
  private @Nullable Subscription next;
  private volatile boolean closed;

  private Alerts(Builder builder) {
    this.group = builder.group;
    this.time = builder.time();
    this.interval = builder.interval;
    this.sinks = builder.sinks.stream().map(sink -> new SinkRunner(sink, group)).toList();
    ObjectStore store = builder.store == null ? ObjectStore.inMemory() : builder.store;
    String instance = builder.instance == null ? "only" : builder.instance;
    AlertStore kept = new AlertStore(store, group, instance);
    builder.rules.forEach(
        (name, rule) -> signals.put(name, new Signal(group, rule, kept, time, sinks)));
    this.own = builder.executor == null ? ownThread(group) : null;
    this.executor = own != null ? own : Objects.requireNonNull(builder.executor);
    MeterRegistry registry = builder.meters;
    if (registry != null) {
      AlertMeters.register(registry, group, signals.values(), sinks);
    }
    scheduleNext();
  }

  /**
   * Starts alerts that belong together.
   *
   * @param group 1 to 128 of A-Z a-z 0-9 . _ -, for example a model's name
   * @return a builder
   */
  public static Builder named(String group) {
    Objects.requireNonNull(group, "group");
    return new Builder(ModelVersion.requireName(group));
  }

  private static ThreadPoolExecutor ownThread(String group) {
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1),
            task -> {
              Thread thread = new Thread(task, "mlops-alerts-" + group);
              thread.setDaemon(true);
              return thread;
            });
    one.allowCoreThreadTimeOut(true);
    return one;
  }

  private void scheduleNext() {
    synchronized (schedule) {
      if (interval != null && !closed) {
        next = time.schedule(interval, this::tick);
      }
    }
  }

  private void tick() {
    try {
      executor.execute(
          () -> {
            try {
              ask();
            } finally {
              scheduleNext();
            }
          });
    } catch (RejectedExecutionException e) {
      scheduleNext(); // the round before is still running
    }
  }

  /**
   * Asks every check once, in the order of the rules. A check that throws has no data. Rounds do
   * not overlap.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void evaluate() {
    requireOpen();
    ask();
  }

  private void ask() {
    for (Signal signal : signals.values()) {
      if (closed) {
        return; // nobody would be told
      }
      signal.evaluate();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "Alerts '" + group + "' are closed: they ask and tell no more. Build new ones.");
    }
  }

  /**
   * Returns how each alert stands.
   *
   * @return in the order of the rules
   */
  public List<AlertStatus> status() {
    return signals.values().stream().map(Signal::status).toList();
  }

  /**
   * Returns a check that fails while an alert fires, for a gate, a rollout or a trigger.
   *
   * @param alert the name of its rule
   * @return passes while it is inactive; no data while it is pending
   */
  public Check check(String alert) {
    Objects.requireNonNull(alert, "alert");
    return signal(alert).asCheck();
  }

  /**
   * Tells nobody about an alert for a time, on every instance that shares the store. If it still
   * fires afterwards, that is told then.
   *
   * @param alert the name of its rule
   * @param duration from now, at most 366 days; zero ends a snooze. An end after {@link
   *     java.time.Instant#MAX} is that instant
   * @throws IllegalStateException after {@link #close}
   */
  public void snooze(String alert, Duration duration) {
    Objects.requireNonNull(alert, "alert");
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative() || duration.compareTo(Duration.ofDays(366)) > 0) {
      throw new IllegalArgumentException("duration: " + duration + " (expected: 0 to 366 days)");
    }
    Signal signal = signal(alert);
    requireOpen();
    signal.snooze(duration);
  }

  private Signal signal(String alert) {
    Signal signal = signals.get(alert);
    if (signal == null) {
      throw new IllegalArgumentException(
          "No alert '"
              + Text.printable(alert, 128)
              + "' in "
              + group
              + ". Known alerts: "
              + signals.keySet());
    }
    return signal;
  }

  /**
   * Waits until the sinks have nothing left to tell.
   *
   * @param limit how long at most
   * @return false if that takes longer
   */
  public boolean awaitSinks(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    // Longer is for ever, and shorter is not at all: nanoseconds could not say so.
    Duration longest = limit.compareTo(LONGEST_WAIT) < 0 ? limit : LONGEST_WAIT;
    long nanos = longest.isNegative() ? 0 : longest.toNanos();
    long deadline = System.nanoTime() + nanos;
    while (!sinks.stream().allMatch(SinkRunner::isIdle)) {
      if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(this, 1_000_000);
    }
    return true;
  }

  /**
   * Stops asking, and ends the sinks; what waits there is still told if that takes a second. What
   * is not told by then is counted as dropped, and with a durable store it is told after the next
   * start, or by another instance. How the alerts stood stays readable. Closing again does nothing.
   */
  @Override
  public void close() {
    synchronized (schedule) {
      if (closed) {
        return;
      }
      closed = true;
      if (next != null) {
        next.close();
      }
    }
    if (own != null) {
      own.shutdown();
    }
    sinks.forEach(SinkRunner::close);
  }

  /** Configures {@link Alerts}. Used by one thread. */
  public static final class Builder {
    private static final int MAX_RULES = 200;

    private final String group;
    private final Map<String, AlertRule> rules = new LinkedHashMap<>();
    private final List<AlertSink> sinks = new ArrayList<>();
    private @Nullable ObjectStore store;
    private @Nullable String instance;
    private @Nullable Time time;
    private @Nullable Duration interval;
    private @Nullable Executor executor;
    private @Nullable MeterRegistry meters;

    private Builder(String group) {
      this.group = group;
    }

    /**
     * Adds an alert.
     *
     * @param rule its name must be new; at most 200
     * @return this
     */
    public Builder rule(AlertRule rule) {
      Objects.requireNonNull(rule, "rule");
      if (rules.size() >= MAX_RULES) {
        throw new IllegalArgumentException("rules: more than " + MAX_RULES);
      }
      if (rules.putIfAbsent(rule.name(), rule) != null) {
        throw new IllegalStateException("rule '" + rule.name() + "' is set already");
      }
      return this;
    }

    /**
     * Adds somebody to tell.
     *
     * @param sink gets the events of all rules
     * @return this
     */
    public Builder sink(AlertSink sink) {
      sinks.add(Objects.requireNonNull(sink, "sink"));
      return this;
    }

    /**
     * Keeps the state where it survives a restart, and where the instances of a fleet find each
     * other.
     *
     * @param durable for example a registry's store; it must be able to remove ephemeral objects
     * @param name of this instance: no other has it, and it has it again after a restart (a pod's
     *     name); 1 to 128 of A-Z a-z 0-9 . _ -
     * @return this
     */
    public Builder store(ObjectStore durable, String name) {
      once("store", store);
      store = Objects.requireNonNull(durable, "durable");
      instance = ModelVersion.requireName(name);
      return this;
    }

    /**
     * Keeps the state as {@link #store(ObjectStore, String)} does, for an instance that has no
     * name: a restart begins anew with what is pending, and takes over what fires.
     *
     * @param durable for example a registry's store
     * @return this
     */
    public Builder store(ObjectStore durable) {
      return store(durable, UUID.randomUUID().toString());
    }

    /**
     * Sets the clock.
     *
     * @param clock default {@link Time#system()}
     * @return this
     */
    public Builder time(Time clock) {
      Objects.requireNonNull(clock, "clock");
      once("time", time);
      time = clock;
      return this;
    }

    /**
     * Asks the checks regularly. Without this {@link Alerts#evaluate} is the caller's to call.
     *
     * @param period more than 0
     * @return this
     */
    public Builder every(Duration period) {
      Objects.requireNonNull(period, "period");
      once("every", interval);
      if (period.isNegative() || period.isZero()) {
        throw new IllegalArgumentException("every: " + period + " (expected: more than 0)");
      }
      interval = period;
      return this;
    }

    /**
     * Sets where checks are asked.
     *
     * @param threads default: a thread of its own
     * @return this
     */
    public Builder executor(Executor threads) {
      Objects.requireNonNull(threads, "threads");
      once("executor", executor);
      executor = threads;
      return this;
    }

    /**
     * Publishes the meters {@code mlops.alert.state} (0 inactive, 1 pending, 2 firing) and {@code
     * mlops.alert.notifications}.
     *
     * @param registry where to
     * @return this
     */
    public Builder meters(MeterRegistry registry) {
      Objects.requireNonNull(registry, "registry");
      once("meters", meters);
      meters = registry;
      return this;
    }

    private static void once(String property, @Nullable Object old) {
      if (old != null) {
        throw new IllegalStateException(property + " is set already: " + old);
      }
    }

    private Time time() {
      return time == null ? Time.system() : time;
    }

    /**
     * Returns the alerts, with the state they had if the store knows it. Close them to stop.
     *
     * @return new alerts
     */
    public Alerts build() {
      if (rules.isEmpty()) {
        throw new IllegalArgumentException("rules: 0 (expected: at least 1)");
      }
      return new Alerts(this);
    }
  }
}
