package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Runs what a worker has taken out of the queue, and completes each request with what is its own.
 */
final class BatchRuns<I, O> implements Batcher.Runner<I, O> {

  /**
   * A request that comes in while offline rows run waits for them at most so long, or for two runs
   * of one row, whichever is longer.
   */
  private static final long OFFLINE_NANOS = 250_000;

  private final Time time;
  private final Counters counters;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final ChunkRuns<I, O> runs;
  private final Supplier<RuntimeException> notReady;
  private final @Nullable PredictorMeters meters;
  private final @Nullable Spans<I, O> spans;

  BatchRuns(
      Time time,
      Counters counters,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      Outcomes<I, O> outcomes,
      ChunkRuns<I, O> runs,
      Supplier<RuntimeException> notReady,
      @Nullable PredictorMeters meters,
      @Nullable Spans<I, O> spans) {
    this.time = time;
    this.counters = counters;
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.outcomes = outcomes;
    this.runs = runs;
    this.notReady = notReady;
    this.meters = meters;
    this.spans = spans;
  }

  @Override
  public int bestBatch() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? 1 : version.plan.rows();
  }

  @Override
  public int offlineBatch() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? 1 : offlineRows(version);
  }

  static int offlineRows(ServedVersion<?, ?> version) {
    CostCurve costs = version.costs;
    long limit = Math.max(OFFLINE_NANOS, 2 * costs.expected(1));
    return costs.rowsWithin(limit, version.plan.rows());
  }

  @Override
  public long expectedNanos(int rows) {
    ServedVersion<I, O> version = versions.current();
    return version == null ? 0 : version.costs.expected(rows);
  }

  @Override
  public void expired(Request<I, O> request) {
    if (request.claim()) {
      finishClaimed(request, errors.expired(time.nanos() - request.start, 0));
    }
  }

  @Override
  public void run(Run<I, O> run, Runnable modelIsFree) {
    List<Request<I, O>> batch = run.requests;
    try {
      // A continuation of an earlier caller ran on this thread: what it logged about is over.
      MDC.clear();
      counters.batch(batch.size(), run.release);
      if (meters != null) {
        meters.batch(batch.size());
      }
      ServedVersion<I, O> version = versions.enter();
      if (version == null) {
        batch.forEach(request -> finish(request, notReady.get()));
        return;
      }
      Chunk<I, O> chunk = chunk(run);
      try {
        if (spans == null) {
          runs.answer(version, chunk);
        } else {
          spans.run(version.version, run, () -> runs.answer(version, chunk));
        }
      } finally {
        version.lease.leave();
      }
      modelIsFree.run();
      finish(version, run, chunk);
    } catch (Throwable e) {
      // Whatever happens, the loop lives on and nobody waits for ever.
      batch.forEach(request -> request.fail(errors.because(outcomes.asked(), e)));
    }
  }

  private Chunk<I, O> chunk(Run<I, O> run) {
    List<Request<I, O>> batch = run.requests;
    List<I> inputs = new ArrayList<>(batch.size());
    boolean read = false;
    for (Request<I, O> request : batch) {
      inputs.add(request.input);
      read |= request.row != null;
    }
    return new Chunk<>(inputs, read ? rows(batch) : null, run.stop, new Waiting<>(batch, time));
  }

  private static <I, O> @Nullable RowBuffer<I>[] rows(List<Request<I, O>> batch) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable RowBuffer<I>[] rows = new RowBuffer[batch.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = batch.get(i).row;
    }
    return rows;
  }

  private record Waiting<I, O>(List<Request<I, O>> batch, Time time) implements Chunk.Callers {
    @Override
    public boolean want(int i) {
      Request<I, O> request = batch.get(i);
      return !request.isDone() && !Deadline.isPast(request.deadline, time.nanos());
    }

    @Override
    public boolean areLate(int i) {
      return Deadline.isPast(batch.get(i).deadline, time.nanos());
    }
  }

  private void finish(ServedVersion<I, O> version, Run<I, O> run, Chunk<I, O> chunk) {
    long end = time.nanos();
    for (int i = 0; i < chunk.size(); i++) {
      Request<I, O> request = run.requests.get(i);
      O output = chunk.output(i);
      counters.queuedNanos.add(Math.max(0, run.begin - request.start));
      if (!request.claim()) {
        continue;
      }
      if (output == null) {
        finishClaimed(request, errors.failed(version.version, chunk.cause(i)));
        continue;
      }
      Trace trace = request.trace;
      if (trace != null) {
        trace.ran(run.begin - request.start, chunk.size(), run.release);
      }
      recorder.answered(version, request.input, request.row, output, request.start, end, trace);
      request.completeClaimed(output);
    }
  }

  /** Completes a request that no model has answered. */
  void finish(Request<I, O> request, RuntimeException failure) {
    if (request.claim()) {
      finishClaimed(request, failure);
    }
  }

  /** Completes it for the one who has claimed it; a caller that blocks falls back by itself. */
  void finishClaimed(Request<I, O> request, RuntimeException failure) {
    if (request.isBlocking()) {
      request.failClaimed(failure);
      return;
    }
    O output;
    try {
      output = outcomes.instead(request.input, request.start, request.trace, failure);
    } catch (Throwable e) {
      // It is claimed: nobody else would complete it.
      request.failClaimed(e instanceof RuntimeException thrown ? thrown : failure);
      return;
    }
    request.completeClaimed(output);
  }
}
