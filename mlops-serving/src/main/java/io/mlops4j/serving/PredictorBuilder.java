package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Predictor} works with. Every value may be set once; not thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class PredictorBuilder<I, O> {
  final ModelSource<I, O> source;

  /** How long a step of a version may take before it is told as overdue. */
  static final Duration STEP_LIMIT = Duration.ofMinutes(1);

  final List<PredictionListener<I, O>> listeners = new ArrayList<>();
  final List<SwapListener> swapListeners = new ArrayList<>();
  final List<QueuedMirror<I, O>> mirrors = new ArrayList<>();
  @Nullable MicroBatching batching;
  @Nullable Function<? super I, ? extends O> fallback;
  @Nullable MeterRegistry meters;
  @Nullable ObservationRegistry observations;
  @Nullable Function<? super I, String> keyOf;
  @Nullable Function<? super I, String> unitOf;
  @Nullable Schema<I> schema;
  @Nullable Time time;
  @Nullable String name;
  @Nullable Long seed;
  @Nullable Duration timeout;
  @Nullable Duration stepLimit;
  @Nullable TrialRun<I, O> trial;
  @Nullable Caching caching;
  @Nullable CircuitBreaking circuit;
  @Nullable Function<? super I, Optional<String>> inputCheck;
  @Nullable Predicate<? super O> outputCheck;
  @Nullable Function<? super I, ?> shapeOf;
  @Nullable Integer fixedRows;
  boolean nanOutputs;
  boolean keepsPrevious;
  boolean startsWithoutVersion;
  boolean fullPriority;

  /** Whether others answer requests while the first version is loaded. */
  boolean beside;

  /** Whose helper is shared, with predictors that come and go; null: one of its own. */
  @Nullable Aside aside;

  Function<String, @Nullable Background> background = IdleClass::enter;

  PredictorBuilder(ModelSource<I, O> source) {
    this.source = Objects.requireNonNull(source, "source");
  }

  /**
   * Puts blocking requests together where that pays. Without it, {@code predict} calls run side by
   * side, one per core; {@code predictAsync} is batched in any case.
   *
   * @param options how
   * @return this
   */
  public PredictorBuilder<I, O> microBatching(MicroBatching options) {
    batching = once("microBatching", batching, options);
    return this;
  }

  /**
   * Answers with a function where no model answers: there is no version, the model fails on the row
   * or is not done in time, its circuit is open, or the queue is full. Such answers are marked
   * {@code FALLBACK} and never enter a statistic. The last link of the chain: model, previous
   * version, function; a constant is {@code row -> 0.2}, another model {@code row ->
   * model.predict(List.of(row)).get(0)}.
   *
   * @param function from a row to an answer; must be quick, thread-safe, and not call this
   *     predictor
   * @return this
   */
  public PredictorBuilder<I, O> fallback(Function<? super I, ? extends O> function) {
    fallback = once("fallback", fallback, function);
    return this;
  }

  /**
   * Asks the version served before when the selected one fails on a row or its circuit is open,
   * before any {@link #fallback}. Such answers are marked {@code PREVIOUS_VERSION}. The previous
   * version stays loaded for that, so there are two in memory; one that was rolled back is never
   * kept.
   *
   * @return this
   */
  public PredictorBuilder<I, O> previousVersionFallback() {
    keepsPrevious = true;
    return this;
  }

  /**
   * Leaves a version alone for a while when it keeps failing: requests are rejected ({@code
   * CIRCUIT_OPEN}) or answered by the fallbacks without asking it. Every published version begins
   * with a closed circuit. Costs some 20 ns a row.
   *
   * @param options when it opens and for how long
   * @return this
   */
  public PredictorBuilder<I, O> circuitBreaker(CircuitBreaking options) {
    circuit = once("circuitBreaker", circuit, options);
    return this;
  }

  /**
   * Gives every call a deadline; a call's own can only be earlier. See {@link
   * CallOptions#deadline()}. {@link Predictor#scoreAll} has none.
   *
   * @param limit positive
   * @return this
   */
  public PredictorBuilder<I, O> timeout(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("timeout: " + limit + " (expected: positive)");
    }
    timeout = once("timeout", timeout, limit);
    return this;
  }

  /**
   * Keeps answers for rows that come again. Rows are compared by the features of the version's own
   * schema, or of {@link #schema} if it has none: that must hold everything the model reads.
   *
   * @param options how many and for how long
   * @return this
   */
  public PredictorBuilder<I, O> cache(Caching options) {
    caching = once("cache", caching, options);
    return this;
  }

  /**
   * Rejects rows before anything is done with them ({@code INVALID_INPUT}).
   *
   * @param valid says whether a row may be asked about; quick and thread-safe
   * @param expected what a row has to be, for the message: "a flight of at most 10,000 km"
   * @return this
   */
  public PredictorBuilder<I, O> inputCheck(Predicate<? super I> valid, String expected) {
    Objects.requireNonNull(valid, "valid");
    Optional<String> refused =
        Optional.of("it is not " + Objects.requireNonNull(expected, "expected"));
    return inputCheck(row -> valid.test(row) ? Optional.empty() : refused);
  }

  /**
   * Rejects rows before anything is done with them ({@code INVALID_INPUT}), saying what is wrong:
   * {@code inputCheck(expectations.guard()::violation)}.
   *
   * @param violation what is wrong with a row, as in "distance is at most 6000, but distance =
   *     12000"; empty if it may be asked about; quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> inputCheck(Function<? super I, Optional<String>> violation) {
    inputCheck = once("inputCheck", inputCheck, violation);
    return this;
  }

  /**
   * Makes answers that do not pass failures of their rows. Null, NaN (see {@link
   * #nanOutputsAllowed}), a wrong number of answers and arrays of varying length are failures
   * anyway.
   *
   * @param valid says whether an answer may be given; quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> outputCheck(Predicate<? super O> valid) {
    outputCheck = once("outputCheck", outputCheck, valid);
    return this;
  }

  /**
   * Gives NaN to callers when the model answers NaN. Without it NaN is a failure of its row, which
   * the fallbacks answer.
   *
   * @return this
   */
  public PredictorBuilder<I, O> nanOutputsAllowed() {
    nanOutputs = true;
    return this;
  }

  /**
   * Puts only rows of equal shape into one run, for models that take inputs of varying size. Rows
   * of other shapes neither wait for each other nor break up a batch.
   *
   * @param shape something with {@code equals}, such as a length; quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> batchBy(Function<? super I, ?> shape) {
    shapeOf = once("batchBy", shapeOf, shape);
    return this;
  }

  /**
   * Gives every run exactly so many rows, filled up with copies, so that a row's answer has the
   * same bits whatever the load: alone, in a batch, in {@code predictAll}. When a version is
   * loaded, rows of noise are compared in every place of such a run; a model whose bits depend on
   * the place, and one that is no ONNX model, is run one row at a time instead. A run always costs
   * as much as the full one. Models that run in Java compute each row by itself: nothing is filled
   * up there.
   *
   * @param rows 1 to 128; 1 is bit-stable by construction
   * @return this
   */
  public PredictorBuilder<I, O> deterministic(int rows) {
    if (rows < 1 || rows > 128) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: 1..128)");
    }
    fixedRows = once("deterministic", fixedRows, rows);
    return this;
  }

  /**
   * Adds someone who sees predictions after the request. May be called several times.
   *
   * @param listener the listener
   * @return this
   */
  public PredictorBuilder<I, O> listener(PredictionListener<I, O> listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Shows predictions to a candidate after the request: its rows reach the mirror as they reach a
   * listener, and the mirror stands back while requests of this predictor queue. May be called
   * several times.
   *
   * @param mirror the mirror; closed by who made it, after this predictor
   * @return this
   */
  public PredictorBuilder<I, O> mirror(Mirror<I, O> mirror) {
    QueuedMirror<I, O> queued = (QueuedMirror<I, O>) Objects.requireNonNull(mirror, "mirror");
    mirrors.add(queued);
    listeners.add(queued);
    return this;
  }

  /**
   * Tries each version in a JVM of its own before it is loaded into this one: what aborts in native
   * code there, hangs, runs out of memory or does not reproduce its golden rows is not loaded here,
   * and the version before goes on serving. Costs about half a second a version, {@link #build}
   * included; a registered version that has passed is not tried again, so that a rollback waits for
   * nothing. A version in a format that the trial run does not read is loaded untried, which the
   * log tells.
   *
   * @param run how: {@code TrialRun.of(loader)}
   * @return this
   */
  public PredictorBuilder<I, O> trialRun(TrialRun<I, O> run) {
    trial = once("trialRun", trial, run);
    return this;
  }

  /**
   * Adds someone who sees each step of a version: trial, load, prepare, publish, drain, close. May
   * be called several times.
   *
   * @param listener the listener
   * @return this
   */
  public PredictorBuilder<I, O> swapListener(SwapListener listener) {
    swapListeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Says how long a step of a version may take before it is told as {@code OVERDUE} to listeners,
   * the log and {@code mlops.swap.overdue}. The default is a minute. The step goes on, and the
   * version before goes on serving.
   *
   * @param limit positive
   * @return this
   */
  public PredictorBuilder<I, O> swapStepLimit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("swapStepLimit: " + limit + " (expected: positive)");
    }
    stepLimit = once("swapStepLimit", stepLimit, limit);
    return this;
  }

  /**
   * Loads and warms up new versions at the priority of requests. Without it, where a version is
   * served already, the long native parts are done by a thread that Linux lets run only when a core
   * has nothing else to do ({@code SCHED_IDLE}), so that requests do not wait for it; if no core
   * has been free for 0.1 s, they are done at the priority of requests after all. Getting a thread
   * into that class takes one call of the C library (JDK 22 and later, with {@code
   * --enable-native-access}), else one short process, {@code /usr/bin/chrt}, at a predictor's first
   * swap; where neither works, everything has the priority of requests. So have models that may
   * make threads when they are opened (CUDA, custom operators), and models that are not ONNX.
   *
   * @return this
   */
  public PredictorBuilder<I, O> swapAtFullPriority() {
    fullPriority = true;
    return this;
  }

  /**
   * Publishes meters, tagged with the predictor's name only, until the predictor is closed.
   *
   * @param registry where to
   * @return this
   */
  public PredictorBuilder<I, O> meters(MeterRegistry registry) {
    meters = once("meters", meters, registry);
    return this;
  }

  /**
   * Observes calls ({@link PredictionContext}) and runs of workers ({@link BatchContext}), for
   * tracing: the spans of a run and of the calls in it can be linked. What a call costs more is
   * what the registry's handlers cost, and some 600 bytes; a registry without handlers costs
   * nothing.
   *
   * @param registry who observes; handlers are called on callers' and workers' threads
   * @return this
   */
  public PredictorBuilder<I, O> observations(ObservationRegistry registry) {
    observations = once("observations", observations, registry);
    return this;
  }

  /**
   * Names the user's own key of a row, on which labels join later.
   *
   * @param key quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> keyBy(Function<? super I, String> key) {
    keyOf = once("keyBy", keyOf, key);
    return this;
  }

  /**
   * Names the unit of sticky splits and clustered statistics: a customer, a device.
   *
   * @param unit quick and thread-safe
   * @return this
   */
  public PredictorBuilder<I, O> unitBy(Function<? super I, String> unit) {
    unitOf = once("unitBy", unitOf, unit);
    return this;
  }

  /**
   * Says what rows are, for models that do not know it themselves, so that listeners see features.
   * A version that takes other rows is then refused.
   *
   * @param rows the schema
   * @return this
   */
  public PredictorBuilder<I, O> schema(Schema<I> rows) {
    schema = once("schema", schema, rows);
    return this;
  }

  /**
   * Says what time it is. The default is the machine's.
   *
   * @param clock the clocks
   * @return this
   */
  public PredictorBuilder<I, O> time(Time clock) {
    time = once("time", time, clock);
    return this;
  }

  /**
   * Names the predictor in messages, threads and meters. The default is the source's name.
   *
   * @param text a short name, the same in every instance of the service
   * @return this
   */
  public PredictorBuilder<I, O> name(String text) {
    name = once("name", name, text);
    return this;
  }

  /**
   * Fixes the prefix of prediction ids, for tests that compare them. The default differs from one
   * predictor to the next.
   *
   * @param value any number
   * @return this
   */
  public PredictorBuilder<I, O> seed(long value) {
    seed = once("seed", seed, value);
    return this;
  }

  /**
   * Starts even if the first version cannot be served and there is no fallback: requests are
   * rejected until the source selects one that can. {@link Predictor#status()} says why.
   *
   * @return this
   */
  public PredictorBuilder<I, O> startWithoutVersion() {
    startsWithoutVersion = true;
    return this;
  }

  /**
   * Returns the predictor, after the first version has been loaded and has passed its checks. An
   * empty source is no error: requests are rejected, or answered by the fallback, until it selects
   * something.
   *
   * @return the predictor; the caller closes it
   * @throws MlopsException if the first version cannot be served and there is neither a fallback
   *     nor {@link #startWithoutVersion}
   * @throws IllegalStateException if {@link #trialRun} cannot start a JVM from this one; says what
   *     to set
   */
  public Predictor<I, O> build() {
    return ServingPredictor.open(this);
  }

  String effectiveName() {
    return Text.printable(name == null ? source.name() : name, 64);
  }

  Time effectiveTime() {
    return time == null ? Time.system() : time;
  }

  long effectiveSeed() {
    return seed == null ? ThreadLocalRandom.current().nextLong() : seed;
  }

  private static <T> T once(String what, @Nullable T old, T value) {
    Objects.requireNonNull(value, what);
    if (old != null) {
      throw new IllegalStateException(what + " is set already: " + old);
    }
    return value;
  }
}
