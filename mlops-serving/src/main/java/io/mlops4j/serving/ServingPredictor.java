package io.mlops4j.serving;

import io.mlops4j.core.Elements;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The predictor: puts its parts together, and takes them apart at the end. A call goes through what
 * was asked for, and nothing else: input check, cache ({@link CachedAnswers}), its caller's thread
 * ({@link InlineRuns}) or the queue ({@link Batcher}, {@link BatchRuns}), both by way of {@link
 * Calls}; what gave no answer ends in {@link Outcomes}.
 */
final class ServingPredictor<I, O> implements Predictor<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(ServingPredictor.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Time time;
  private final long timeout;
  private final @Nullable Function<? super I, Optional<String>> inputCheck;
  private final @Nullable Function<? super I, String> keyOf;
  private final @Nullable Function<? super I, String> unitOf;
  private final Counters counters = new Counters();
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final Batcher<I, O> batcher;
  private final Calls<I, O> calls;
  private final ManyRows<I, O> many;
  private final OfflineRows<I, O> offline;
  private final @Nullable CachedAnswers<I, O> cache;
  private final @Nullable PredictionFeed<I, O> feed;
  private final @Nullable PredictorMeters meters;
  private final @Nullable Spans<I, O> spans;
  private final List<Subscription> mirrors;

  /** Whether a call without options is an answer and nothing else. */
  private final boolean plain;

  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;

  private ServingPredictor(PredictorBuilder<I, O> builder) {
    name = builder.effectiveName();
    time = builder.effectiveTime();
    timeout = builder.timeout == null ? Deadline.NONE : Deadline.nanos(builder.timeout);
    inputCheck = builder.inputCheck;
    keyOf = builder.keyOf;
    unitOf = builder.unitOf;
    errors = new PredictorErrors(name);
    spans = Spans.of(builder);
    PredictionIds ids = new PredictionIds(builder.effectiveSeed());
    feed =
        builder.listeners.isEmpty()
            ? null
            : new PredictionFeed<>(
                name, ids, time, builder.listeners, keyOf, unitOf, PredictionRing.CAPACITY);
    recorder = new PredictionRecorder<>(counters, ids, feed, builder.schema);
    Aside own =
        builder.fullPriority || builder.aside != null ? null : new Aside(name, builder.background);
    versions =
        new VersionSwitch<>(
            name,
            builder.source,
            new VersionPreparation<>(builder),
            counters,
            new SwapSteps(builder, counters),
            builder.trial == null ? null : new Trials<>(name, builder.trial),
            builder.fullPriority ? null : own == null ? builder.aside : own,
            builder.beside,
            own == null ? () -> {} : own::shutdown,
            builder.keepsPrevious,
            this::publishing,
            this::published);
    outcomes = new Outcomes<>(time, counters, errors, recorder, versions, builder.fallback);
    ChunkRuns<I, O> runs = new ChunkRuns<>(time, counters, errors);
    MicroBatching options =
        builder.batching == null ? MicroBatching.withDefaults() : builder.batching;
    AdmissionQueue<I, O> queue =
        new AdmissionQueue<>(options.queueCapacity(), builder.shapeOf != null);
    meters =
        builder.meters == null
            ? null
            : new PredictorMeters(
                builder.meters, name, time, counters, queue, this::inFlight, this::dropped);
    BatchRuns<I, O> batches =
        new BatchRuns<>(
            time,
            counters,
            errors,
            recorder,
            versions,
            outcomes,
            runs,
            this::notReady,
            meters,
            spans);
    batcher =
        new Batcher<>(
            name, batches, time, queue, options.maxDelay().toNanos(), mostWorkers(options));
    InlineRuns<I, O> inline =
        new InlineRuns<>(time, counters, errors, recorder, versions, outcomes, this::notReady);
    calls =
        new Calls<>(
            builder, counters, errors, recorder, versions, outcomes, inline, batches, batcher);
    many =
        new ManyRows<>(
            time, builder.shapeOf, errors, recorder, versions, outcomes, runs, this::notReady);
    offline =
        new OfflineRows<>(
            builder.shapeOf,
            counters,
            errors,
            versions,
            runs,
            queue::live,
            () -> closed,
            this::notReady);
    cache =
        builder.caching == null
            ? null
            : new CachedAnswers<>(
                builder, builder.caching, errors, recorder, versions, outcomes, calls, batcher);
    if (meters != null) {
      meters.more(cache, this::version);
    }
    mirrors = builder.mirrors.stream().map(m -> m.watch(() -> isBusy(queue))).toList();
    plain = cache == null && inputCheck == null && timeout == Deadline.NONE && spans == null;
  }

  private static int mostWorkers(MicroBatching options) {
    return options.workers() > 0
        ? options.workers()
        : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  static <I, O> Predictor<I, O> open(PredictorBuilder<I, O> builder) {
    if (builder.trial != null) {
      builder.trial.requireStartable();
    }
    ServingPredictor<I, O> predictor = new ServingPredictor<>(builder);
    RuntimeException failure;
    try {
      predictor.start();
      failure = predictor.versions.start();
    } catch (Throwable e) {
      predictor.close();
      throw e;
    }
    if (failure != null && builder.fallback == null && !builder.startsWithoutVersion) {
      predictor.close();
      throw failure;
    }
    return predictor;
  }

  private void start() {
    if (feed != null) {
      feed.start();
    }
  }

  private void publishing(ServedVersion<I, O> version) {
    if (recorder.schema == null) {
      recorder.schema = version.model.schema().orElse(null);
    }
  }

  private void published(ServedVersion<I, O> version) {
    batcher.newCrew(version.plan.parallel());
    if (cache != null) {
      cache.keepOnly(version);
    }
  }

  // One row.

  @Override
  public O predict(I input) {
    Objects.requireNonNull(input, "input");
    return plain ? answer(input) : answer(input, time.nanos(), CallOptions.withDefaults(), null);
  }

  private O answer(I input) {
    requireOpen();
    return calls.answer(input, time.nanos(), Deadline.NONE, Priority.NORMAL, null);
  }

  @Override
  public O predict(I input, CallOptions options) {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(options, "options");
    return answer(input, time.nanos(), options, null);
  }

  private O answer(I input, long start, CallOptions options, @Nullable Trace trace) {
    return spans == null
        ? unobserved(input, start, options, trace)
        : spans.call(
            1, trace == null ? new Trace() : trace, own -> unobserved(input, start, options, own));
  }

  private O unobserved(I input, long start, CallOptions options, @Nullable Trace trace) {
    requireOpen();
    RuntimeException refused = refusal(input);
    if (refused != null) {
      return outcomes.instead(input, start, trace, refused);
    }
    long deadline = deadline(start, options);
    return cache == null || !options.cached()
        ? calls.answer(input, start, deadline, options.priority(), trace)
        : cache.answer(input, start, deadline, options.priority(), trace);
  }

  private long deadline(long start, CallOptions options) {
    Optional<Duration> own = options.deadline();
    if (own.isEmpty()) {
      return Deadline.after(start, timeout);
    }
    return Deadline.after(start, Math.min(timeout, Deadline.nanos(own.get())));
  }

  private @Nullable RuntimeException refusal(I input) {
    if (inputCheck == null) {
      return null;
    }
    try {
      Optional<String> violation = inputCheck.apply(input);
      return violation.isEmpty() ? null : errors.invalid(violation.get());
    } catch (Throwable e) {
      return errors.failed(outcomes.asked(), ForeignCode.exception(e));
    }
  }

  @Override
  public CompletableFuture<O> predictAsync(I input) {
    return predictAsync(input, CallOptions.withDefaults());
  }

  @Override
  public CompletableFuture<O> predictAsync(I input, CallOptions options) {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(options, "options");
    return spans == null
        ? unobservedAsync(input, options, null)
        : spans.later(new Trace(), trace -> unobservedAsync(input, options, trace));
  }

  private CompletableFuture<O> unobservedAsync(
      I input, CallOptions options, @Nullable Trace trace) {
    if (closed) {
      return CompletableFuture.failedFuture(errors.closed());
    }
    long start = time.nanos();
    RuntimeException refused = refusal(input);
    if (refused != null) {
      return calls.instead(input, start, trace, refused);
    }
    long deadline = deadline(start, options);
    return cache == null || !options.cached()
        ? calls.async(input, start, deadline, options.priority(), trace)
        : cache.async(input, start, deadline, options.priority(), trace);
  }

  @Override
  public Prediction<I, O> predictDetailed(I input) {
    return predictDetailed(input, CallOptions.withDefaults());
  }

  @Override
  public Prediction<I, O> predictDetailed(I input, CallOptions options) {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(options, "options");
    Trace trace = new Trace();
    O output = answer(input, time.nanos(), options, trace);
    Schema<I> rows = recorder.schema;
    EncodedRow<I> row = rows == null ? null : told(rows::encode, input);
    return new Prediction<>(
        recorder.id(trace),
        keyOf == null ? null : told(keyOf, input),
        unitOf == null ? null : told(unitOf, input),
        Objects.requireNonNull(trace.version),
        Objects.requireNonNull(trace.source),
        row,
        output,
        time.now(),
        Duration.ofNanos(Math.max(0, trace.latency)),
        trace.execution());
  }

  /** What a row does not tell is missing from its prediction, as it is for listeners. */
  private <T> @Nullable T told(Function<? super I, ? extends T> function, I input) {
    try {
      return function.apply(input);
    } catch (Throwable e) {
      // The class only: a message may hold values of the row.
      LOG.debug("Predictor '{}': a row's key, unit or features threw {}", name, e.getClass());
      return null;
    }
  }

  // Many rows.

  @Override
  public List<O> predictAll(List<I> inputs) {
    return predictAll(inputs, CallOptions.withDefaults());
  }

  @Override
  public List<O> predictAll(List<I> given, CallOptions options) {
    List<I> inputs = Elements.list("inputs", given);
    Objects.requireNonNull(options, "options");
    if (spans != null) {
      return spans.call(inputs.size(), new Trace(), trace -> answerAll(inputs, options));
    }
    return answerAll(inputs, options);
  }

  private List<O> answerAll(List<I> inputs, CallOptions options) {
    requireOpen();
    long start = time.nanos();
    return many.answer(inputs, this::refusal, start, deadline(start, options));
  }

  @Override
  public Stream<Scored<I, O>> scoreAll(Stream<? extends I> rows) {
    Objects.requireNonNull(rows, "rows");
    requireOpen();
    return offline.score(rows);
  }

  // Looking at it, and its end.

  private RuntimeException notReady() {
    return closed ? errors.closed() : errors.notReady(versions.problem());
  }

  private void requireOpen() {
    if (closed) {
      throw errors.closed();
    }
  }

  /**
   * Returns when every change of the source made before this call has been dealt with. For tests.
   */
  void awaitLoader() {
    versions.awaitLoader();
  }

  /** Returns the version served, for tests. */
  @Nullable ServedVersion<I, O> served() {
    return versions.current();
  }

  /** Returns how many may run at once and wait, for tests. */
  Batcher<I, O> batcher() {
    return batcher;
  }

  @Override
  public Optional<ModelVersion> version() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? Optional.empty() : Optional.of(version.version);
  }

  @Override
  public PredictorStatus status() {
    ServedVersion<I, O> version = versions.current();
    return new PredictorStatus(
        version(),
        versions.problem(),
        outcomes.hasFallback(),
        version != null && version.breaker != null && version.breaker.isOpen(),
        closed);
  }

  /** Read when meters are published: a request pays nothing for it. */
  private int inFlight() {
    ServedVersion<I, O> version = versions.current();
    return (version == null ? 0 : version.lease.inside()) + batcher.waiting();
  }

  /** Read by mirrors' threads, which stand back meanwhile. */
  private boolean isBusy(AdmissionQueue<I, O> queue) {
    ServedVersion<I, O> version = versions.current();
    return queue.live() > 0
        || (version != null && version.lease.inside() > Runtime.getRuntime().availableProcessors());
  }

  private long dropped() {
    return feed == null ? 0 : feed.dropped();
  }

  @Override
  public PredictorStats stats() {
    return counters.stats(batcher.depth(), cache, dropped(), feed == null ? 0 : feed.errors());
  }

  @Override
  public boolean awaitListeners(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    try {
      return feed == null || feed.await(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    close(PATIENCE);
  }

  @Override
  public boolean close(Duration limit) {
    long nanos = Deadline.nanos(limit);
    if (!closing.compareAndSet(false, true)) {
      return true;
    }
    closed = true;
    long deadline = System.nanoTime() + nanos;
    boolean done = true;
    try {
      done = batcher.close(nanos, errors.gaveUp(limit));
      versions.retire();
      done &= versions.awaitClosed(deadline - System.nanoTime());
      done &= feed == null || feed.close(deadline - System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      versions.retire();
      done = false;
    }
    mirrors.forEach(Subscription::close);
    if (meters != null) {
      meters.close();
    }
    if (!done) {
      LOG.warn(
          "Predictor '{}' did not finish closing within {}: open models={}",
          name,
          limit,
          counters.openVersions.get());
    }
    return done;
  }
}
