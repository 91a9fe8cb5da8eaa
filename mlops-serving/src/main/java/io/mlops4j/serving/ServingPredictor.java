package io.mlops4j.serving;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The predictor. Path of an inline request: read the clock, enter the version's lease, take a slot,
 * encode, run, read the answer, read the clock, record, copy into the ring, give back, leave.
 * Nothing else is allocated there but the answer.
 */
final class ServingPredictor<I, O> implements Predictor<I, O>, Batcher.Runner<I, O> {
  private static final Logger LOG = LoggerFactory.getLogger(ServingPredictor.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Time time;
  private final boolean batching;
  private final @Nullable Function<? super I, ? extends O> fallback;
  private final @Nullable Function<? super I, String> keyOf;
  private final @Nullable Function<? super I, String> unitOf;
  private final Counters counters = new Counters();
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Batcher<I, O> batcher;
  private final @Nullable PredictionFeed<I, O> feed;
  private final @Nullable PredictorMeters meters;
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;

  private ServingPredictor(PredictorBuilder<I, O> builder) {
    name = builder.effectiveName();
    time = builder.effectiveTime();
    batching = builder.batching != null;
    fallback = builder.fallback;
    keyOf = builder.keyOf;
    unitOf = builder.unitOf;
    errors = new PredictorErrors(name);
    PredictionIds ids = new PredictionIds(builder.effectiveSeed());
    MicroBatching options =
        builder.batching == null ? MicroBatching.withDefaults() : builder.batching;
    int most =
        options.workers() > 0
            ? options.workers()
            : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    batcher = new Batcher<>(name, this, options.queueCapacity(), most);
    versions =
        new VersionSwitch<>(
            name,
            builder.source,
            new VersionPreparation<>(builder.schema, builder.batching, time),
            counters,
            this::published);
    feed =
        builder.listeners.isEmpty()
            ? null
            : new PredictionFeed<>(
                name, ids, time, builder.listeners, keyOf, unitOf, PredictionRing.CAPACITY);
    recorder = new PredictionRecorder<>(counters.latency, ids, feed, builder.schema);
    meters =
        builder.meters == null
            ? null
            : new PredictorMeters(
                builder.meters, name, counters, batcher::depth, this::inFlight, this::dropped);
  }

  static <I, O> Predictor<I, O> open(PredictorBuilder<I, O> builder) {
    ServingPredictor<I, O> predictor = new ServingPredictor<>(builder);
    RuntimeException failure = predictor.versions.start();
    if (failure != null && builder.fallback == null && !builder.startsWithoutVersion) {
      predictor.close();
      throw failure;
    }
    return predictor;
  }

  private void published(ServedVersion<I, O> version) {
    batcher.parallel(version.plan.parallel());
    if (recorder.schema == null) {
      recorder.schema = version.model.schema().orElse(null);
    }
  }

  // One row.

  @Override
  public O predict(I input) {
    Objects.requireNonNull(input, "input");
    return answer(input, time.nanos(), null);
  }

  private O answer(I input, long start, @Nullable Trace trace) {
    requireOpen();
    if (!batching) {
      return direct(input, start, trace);
    }
    ServedVersion<I, O> version = versions.current();
    if (version == null || !version.plan.blocking() || batcher.isWorker()) {
      return direct(input, start, trace);
    }
    if (batcher.tryEnter()) {
      try {
        return direct(input, start, trace);
      } finally {
        batcher.leave();
      }
    }
    return queued(input, start, trace);
  }

  private O direct(I input, long start, @Nullable Trace trace) {
    ServedVersion<I, O> version = versions.enter();
    if (version == null) {
      return instead(input, start, trace, notReady());
    }
    RuntimeException failure;
    try {
      OnnxRowModel<I, O> kernel = version.kernel;
      if (kernel != null) {
        return viaKernel(version, kernel, input, start, trace);
      }
      O output = version.answer(input);
      recorder.answered(version, input, null, output, start, time.nanos(), trace);
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interruptedWhileIt("waited for the model");
    } catch (RuntimeException e) {
      failure = errors.failed(version.version, e);
    } finally {
      version.lease.leave();
    }
    return instead(input, start, trace, failure);
  }

  private O viaKernel(
      ServedVersion<I, O> version,
      OnnxRowModel<I, O> kernel,
      I input,
      long start,
      @Nullable Trace trace)
      throws InterruptedException {
    OnnxSlot<I> slot = kernel.take();
    try {
      slot.encode(0, input);
      kernel.run(slot, 1);
      O output = kernel.answer(slot, 0);
      recorder.answered(version, input, slot.row(), output, start, time.nanos(), trace);
      return output;
    } finally {
      kernel.giveBack(slot);
    }
  }

  private O queued(I input, long start, @Nullable Trace trace) {
    Request<I, O> request = Request.blocking(input, start, trace);
    if (!batcher.offer(request)) {
      return instead(input, start, trace, errors.queueFull(batcher.depth(), batcher.capacity()));
    }
    counters.queued.increment();
    if (batcher.isClosing() && batcher.withdraw(request)) {
      throw errors.closed();
    }
    if (!request.await()) {
      batcher.withdraw(request);
      throw interruptedWhileIt("waited in the queue (queued=" + batcher.depth() + ")");
    }
    return request.answer();
  }

  @Override
  public CompletableFuture<O> predictAsync(I input) {
    Objects.requireNonNull(input, "input");
    CompletableFuture<O> future = new CompletableFuture<>();
    if (closed) {
      future.completeExceptionally(errors.closed());
      return future;
    }
    Request<I, O> request = Request.async(input, time.nanos(), future);
    if (!batcher.offer(request)) {
      finish(request, errors.queueFull(batcher.depth(), batcher.capacity()));
      return future;
    }
    counters.queued.increment();
    if (batcher.isClosing() && batcher.withdraw(request)) {
      request.fail(errors.closed());
    }
    return future;
  }

  // Many rows.

  @Override
  public int bestBatch() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? 1 : version.plan.rows();
  }

  @Override
  public void run(List<Request<I, O>> batch, Runnable modelIsFree) {
    try {
      List<I> inputs = new ArrayList<>(batch.size());
      batch.forEach(request -> inputs.add(request.input));
      counters.batch(batch.size());
      if (meters != null) {
        meters.batch(batch.size());
      }
      ServedVersion<I, O> version = versions.enter();
      if (version == null) {
        batch.forEach(request -> finish(request, notReady()));
        return;
      }
      Chunk<I, O> chunk = new Chunk<>(inputs);
      try {
        version.answer(chunk);
      } finally {
        version.lease.leave();
      }
      modelIsFree.run();
      finish(version, batch, chunk);
    } catch (Throwable e) {
      // Whatever happens, the loop lives on and nobody waits for ever.
      batch.forEach(request -> request.fail(errors.failed(version().orElse(unknown()), e)));
    }
  }

  private void finish(ServedVersion<I, O> version, List<Request<I, O>> batch, Chunk<I, O> chunk) {
    long end = time.nanos();
    for (int i = 0; i < batch.size(); i++) {
      Request<I, O> request = batch.get(i);
      O output = chunk.output(i);
      RuntimeException failure = chunk.failure(i);
      if (failure == null && output != null) {
        recorder.answered(version, request.input, null, output, request.start, end, request.trace);
        request.complete(output);
      } else {
        finish(request, errors.failed(version.version, Objects.requireNonNull(failure, "failure")));
      }
    }
  }

  /** Completes a request that no model has answered. */
  private void finish(Request<I, O> request, RuntimeException failure) {
    try {
      request.complete(instead(request.input, request.start, request.trace, failure));
    } catch (RuntimeException e) {
      request.fail(e);
    }
  }

  @Override
  public List<O> predictAll(List<I> inputs) {
    requireOpen();
    List<I> rows = List.copyOf(inputs);
    List<O> answers = new ArrayList<>(rows.size());
    ServedVersion<I, O> version = versions.enter();
    try {
      int step = version == null ? Math.max(1, rows.size()) : version.plan.rows();
      for (int from = 0; from < rows.size(); from += step) {
        long start = time.nanos();
        Chunk<I, O> chunk = new Chunk<>(rows.subList(from, Math.min(rows.size(), from + step)));
        if (version != null) {
          version.answer(chunk);
        }
        collect(version, chunk, start, from, answers);
      }
    } finally {
      if (version != null) {
        version.lease.leave();
      }
    }
    return Collections.unmodifiableList(answers);
  }

  private void collect(
      @Nullable ServedVersion<I, O> version,
      Chunk<I, O> chunk,
      long start,
      int from,
      List<O> answers) {
    long end = time.nanos();
    int answered = 0;
    for (int i = 0; i < chunk.size(); i++) {
      O output = chunk.output(i);
      RuntimeException failure = chunk.failure(i);
      if (version == null) {
        answers.add(instead(chunk.input(i), start, null, notReady()));
      } else if (failure == null && output != null) {
        answered++;
        recorder.answeredRow(version, chunk.input(i), output, start, end);
        answers.add(output);
      } else {
        RuntimeException cause = Objects.requireNonNull(failure, "failure");
        RuntimeException named = errors.failedRow(version.version, from + i, cause);
        answers.add(instead(chunk.input(i), start, null, named));
      }
    }
    recorder.together(answered, start, end);
  }

  // What every answer goes through.

  /** Returns the fallback's answer, or throws why there is no other. */
  private O instead(I input, long start, @Nullable Trace trace, RuntimeException failure) {
    if (fallback == null || failure instanceof PredictorClosedException) {
      throw counted(failure);
    }
    O output;
    try {
      output = Objects.requireNonNull(fallback.apply(input), "the fallback's answer");
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw counted(failure);
    }
    counters.fallbacks.increment();
    ModelVersion asked = version().orElse(unknown());
    recorder.fellBack(asked, input, output, start, time.nanos(), trace);
    return output;
  }

  @Override
  public Prediction<I, O> predictDetailed(I input) {
    Objects.requireNonNull(input, "input");
    Trace trace = new Trace();
    O output = answer(input, time.nanos(), trace);
    Schema<I> rows = recorder.schema;
    EncodedRow<I> row = rows == null ? null : rows.encode(input);
    return new Prediction<>(
        recorder.id(trace),
        keyOf == null ? null : keyOf.apply(input),
        unitOf == null ? null : unitOf.apply(input),
        Objects.requireNonNull(trace.version),
        Objects.requireNonNull(trace.source),
        row,
        output,
        time.now(),
        Duration.ofNanos(Math.max(0, trace.latency)));
  }

  // Exceptions.

  private RuntimeException counted(RuntimeException failure) {
    if (failure instanceof PredictionRejectedException rejected) {
      counters.rejected(rejected.reason());
    } else if (!(failure instanceof PredictorClosedException)) {
      counters.failed.increment();
    }
    return failure;
  }

  private RuntimeException interruptedWhileIt(String waited) {
    return counted(errors.interrupted(waited));
  }

  private RuntimeException notReady() {
    return closed ? errors.closed() : errors.notReady(versions.problem());
  }

  private void requireOpen() {
    if (closed) {
      throw errors.closed();
    }
  }

  private ModelVersion unknown() {
    return ModelVersion.unregistered("none");
  }

  // Looking at it, and its end.

  /**
   * Returns when every change of the source made before this call has been dealt with. For tests.
   */
  void awaitLoader() {
    versions.awaitLoader();
  }

  @Override
  public Optional<ModelVersion> version() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? Optional.empty() : Optional.of(version.version);
  }

  @Override
  public PredictorStatus status() {
    return new PredictorStatus(version(), versions.problem());
  }

  /** Read when meters are published: a request pays nothing for it. */
  private int inFlight() {
    ServedVersion<I, O> version = versions.current();
    return (version == null ? 0 : version.lease.inside()) + batcher.waiting();
  }

  private long dropped() {
    return feed == null ? 0 : feed.dropped();
  }

  @Override
  public PredictorStats stats() {
    LatencyHistogram.Snapshot latency = counters.latency.snapshot();
    return new PredictorStats(
        latency.total(),
        counters.fallbacks.sum(),
        counters.failed.sum(),
        counters.rejected(),
        counters.queued.sum(),
        batcher.depth(),
        counters.batches.sum(),
        counters.batchedRows.sum(),
        counters.largestBatch.get(),
        counters.swaps.get(),
        counters.failedLoads.get(),
        counters.openVersions.get(),
        dropped(),
        feed == null ? 0 : feed.errors(),
        Duration.ofNanos(latency.quantile(0.5)),
        Duration.ofNanos(latency.quantile(0.99)));
  }

  @Override
  public boolean awaitListeners(Duration limit) {
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
    if (!closing.compareAndSet(false, true)) {
      return true;
    }
    closed = true;
    long deadline = System.nanoTime() + limit.toNanos();
    boolean done = true;
    try {
      done =
          batcher.close(
              limit.toNanos(),
              new PredictorClosedException(
                  "Predictor '"
                      + name
                      + "' was closed and gave up on requests after "
                      + limit
                      + "."));
      versions.retire();
      done &= versions.awaitClosed(deadline - System.nanoTime());
      done &= feed == null || feed.close(deadline - System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      versions.retire();
      done = false;
    }
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
