package io.mlops4j.junit.simulation;

import io.mlops4j.core.Check;
import io.mlops4j.core.LabelSink;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The service a policy lives in during one run: its clock, its store, the model it follows, the
 * predictions and labels it sees, and what it does about them. Used by the run's thread only.
 *
 * @param <I> one input row
 */
public final class World<I> {
  static final ModelVersion CHAMPION = new ModelVersion("simulated", 1);
  static final ModelVersion CANDIDATE = new ModelVersion("simulated", 2);

  private final VirtualTime time;
  private final long seed;
  private final ModelSource<I, Double> source;
  private final ObjectStore store = ObjectStore.inMemory();
  private final Thread thread = Thread.currentThread();
  private final List<PredictionListener<I, Double>> listeners = new ArrayList<>();
  private final List<LabelSink> sinks = new ArrayList<>();
  private final List<BiConsumer<Prediction<I, Double>, Double>> joined = new ArrayList<>();
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private final List<Alarms.Bell> bells = new ArrayList<>();
  private final Alarms alarms = new Alarms();
  private @Nullable Function<? super String, ModelVersion> router;
  private @Nullable String outcome;
  private @Nullable Instant ended;

  World(VirtualTime time, long seed, ModelSource<I, Double> source) {
    this.time = time;
    this.seed = seed;
    this.source = source;
  }

  /**
   * Returns the clock. Only the simulation moves it.
   *
   * @return the time of this run
   */
  public Time time() {
    return time;
  }

  /**
   * Returns an empty store of this run.
   *
   * @return a store in memory
   */
  public ObjectStore store() {
    return store;
  }

  /**
   * Returns a seed of this run, for a policy that takes one.
   *
   * @return another one in each run
   */
  public long seed() {
    return seed;
  }

  /**
   * Returns an executor that runs a task at once, for a policy that has threads of its own: in a
   * simulation nothing may run on another thread.
   *
   * @return runs on the thread that calls
   */
  public Executor executor() {
    return Runnable::run;
  }

  /**
   * Returns what is served: the {@link #champion}, with a baseline of 5,000 training rows, others
   * in each run. It cannot be loaded: answers come from the traffic.
   *
   * @return always the same release
   */
  public ModelSource<I, Double> source() {
    return source;
  }

  /**
   * Returns the version that is served.
   *
   * @return version 1
   */
  public ModelVersion champion() {
    return CHAMPION;
  }

  /**
   * Returns the version that may replace it: it answers as the champion does, but for the
   * regression.
   *
   * @return version 2
   */
  public ModelVersion candidate() {
    return CANDIDATE;
  }

  /**
   * Adds somebody who sees every prediction and failure when it happens.
   *
   * @param listener a monitor, or a rollout
   */
  public void listener(PredictionListener<I, Double> listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Adds somebody who is told the truth, by the prediction's id, when it becomes known.
   *
   * @param sink a monitor, or a rollout
   */
  public void labels(LabelSink sink) {
    sinks.add(Objects.requireNonNull(sink, "sink"));
  }

  /**
   * Adds somebody who is told the truth together with the prediction, when it becomes known.
   *
   * @param consumer for example {@code (prediction, label) -> ledger.observe(prediction.unit(),
   *     "bought", label)}
   */
  public void whenLabelled(BiConsumer<Prediction<I, Double>, Double> consumer) {
    joined.add(Objects.requireNonNull(consumer, "consumer"));
  }

  /**
   * Sets which version answers whom: what a rollout's split or an experiment's assignment does. The
   * regression is then the candidate's.
   *
   * @param byUnit {@link #champion} or {@link #candidate}, asked for each request
   */
  public void routing(Function<? super String, ModelVersion> byUnit) {
    if (router != null) {
      throw new IllegalStateException("routing is set already");
    }
    router = Objects.requireNonNull(byUnit, "byUnit");
  }

  /**
   * Asks a check again and again: an alarm is raised when it begins to fail, and again for every
   * day on which it goes on failing. No data changes nothing.
   *
   * @param check a monitor, an alert, a condition
   * @param every how often, above 0
   */
  public void alarmWhen(Check check, Duration every) {
    watch(check, every, false);
  }

  /**
   * Asks a check again and again until it has decided: the run ends with outcome {@code pass}, or
   * with an alarm and outcome {@code fail}.
   *
   * @param check an experiment's analysis, a rollout
   * @param every how often, above 0
   */
  public void decideBy(Check check, Duration every) {
    watch(check, every, true);
  }

  private void watch(Check check, Duration every, boolean deciding) {
    Objects.requireNonNull(check, "check");
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("every: " + every + " (expected: above 0)");
    }
    Alarms.Bell bell = alarms.new Bell();
    bells.add(bell);
    time.schedule(every, () -> ask(check, every, bell, deciding));
  }

  private void ask(Check check, Duration every, Alarms.Bell bell, boolean deciding) {
    if (ended()) {
      return;
    }
    Check.Outcome answer = check.evaluate();
    if (answer instanceof Check.Fail fail) {
      bell.fails(time.now(), check.name() + ": " + fail.sentence());
    } else if (answer instanceof Check.Pass) {
      bell.passes();
    }
    if (deciding && !(answer instanceof Check.NoData)) {
      end(answer instanceof Check.Pass ? "pass" : "fail");
    }
    time.schedule(every, () -> ask(check, every, bell, deciding));
  }

  /**
   * Raises an alarm: what an alert's sink, a trigger's action or a rollout's rollback does.
   *
   * @param why for the report
   * @throws IllegalStateException on another thread: what happens there is not deterministic
   */
  public void alarm(String why) {
    requireThread("alarm");
    alarms.add(time.now(), true, Objects.requireNonNull(why, "why"));
  }

  /**
   * Ends this run: the policy has nothing more to decide.
   *
   * @param how for the report, for example {@code promoted}; a later call changes nothing
   * @throws IllegalStateException on another thread: what happens there is not deterministic
   */
  public void end(String how) {
    requireThread("end");
    if (outcome == null) {
      outcome = Objects.requireNonNull(how, "how");
      ended = time.now();
    }
  }

  private void requireThread(String what) {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          what
              + ": called on thread '"
              + Thread.currentThread().getName()
              + "' (expected: the run's own). Give the policy world.executor().");
    }
  }

  /**
   * Adds something to close after the run, last first.
   *
   * @param closeable for example alerts
   */
  public void closing(AutoCloseable closeable) {
    closeables.add(Objects.requireNonNull(closeable, "closeable"));
  }

  VirtualTime clock() {
    return time;
  }

  Alarms alarms() {
    return alarms;
  }

  boolean rings() {
    return bells.stream().anyMatch(Alarms.Bell::rings);
  }

  boolean ended() {
    return outcome != null;
  }

  @Nullable String outcome() {
    return outcome;
  }

  /** When the run was over: now, unless the policy has ended it. */
  Instant over() {
    return ended == null ? time.now() : ended;
  }

  boolean routes() {
    return router != null;
  }

  ModelVersion versionFor(String unit) {
    Function<? super String, ModelVersion> chosen = router;
    if (chosen == null) {
      return CHAMPION;
    }
    ModelVersion version = chosen.apply(unit);
    if (!CHAMPION.equals(version) && !CANDIDATE.equals(version)) {
      throw new IllegalStateException(
          "routing: " + version + " (expected: " + CHAMPION + " or " + CANDIDATE + ")");
    }
    return version;
  }

  List<PredictionListener<I, Double>> listeners() {
    return listeners;
  }

  void label(Prediction<I, Double> prediction, double label, Instant now) {
    for (LabelSink sink : sinks) {
      sink.reportById(prediction.id(), label, now);
    }
    for (BiConsumer<Prediction<I, Double>, Double> consumer : joined) {
      consumer.accept(prediction, label);
    }
  }

  void close() throws Exception {
    for (int i = closeables.size() - 1; i >= 0; i--) {
      closeables.get(i).close();
    }
  }
}
