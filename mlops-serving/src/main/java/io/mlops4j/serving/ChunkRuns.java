package io.mlops4j.serving;

import io.mlops4j.core.Time;
import org.jspecify.annotations.Nullable;

/** Shows rows to a version: past its circuit breaker, and learning what runs of it cost. */
final class ChunkRuns<I, O> {
  private final Time time;
  private final Counters counters;
  private final PredictorErrors errors;

  ChunkRuns(Time time, Counters counters, PredictorErrors errors) {
    this.time = time;
    this.counters = counters;
    this.errors = errors;
  }

  void answer(ServedVersion<I, O> version, Chunk<I, O> chunk) {
    Breaker breaker = version.breaker;
    boolean[] admitted = breaker == null ? null : admit(version, breaker, chunk);
    long begin = time.nanos();
    try {
      version.answer(chunk);
    } catch (Error e) {
      // Every permission gets its outcome, or a circuit would wait for it for ever.
      chunk.failAll(errors.because(version.version, e));
      tellIfGuarded(breaker, admitted, chunk, time.nanos() - begin);
      throw e;
    }
    long took = time.nanos() - begin;
    counters.computed(took);
    if (isWholeSuccess(chunk)) {
      version.ran(chunk.size(), took);
    }
    tellIfGuarded(breaker, admitted, chunk, took);
  }

  private static void tellIfGuarded(
      @Nullable Breaker breaker, boolean @Nullable [] admitted, Chunk<?, ?> chunk, long took) {
    if (breaker != null && admitted != null) {
      tell(breaker, admitted, chunk, took);
    }
  }

  private boolean[] admit(ServedVersion<I, O> version, Breaker breaker, Chunk<I, O> chunk) {
    boolean[] admitted = new boolean[chunk.size()];
    for (int i = 0; i < admitted.length; i++) {
      admitted[i] = breaker.tryEnter();
      if (!admitted[i]) {
        chunk.refuse(i, errors.circuitOpen(version.version, breaker.options()));
      }
    }
    return admitted;
  }

  private static boolean isWholeSuccess(Chunk<?, ?> chunk) {
    for (int i = 0; i < chunk.size(); i++) {
      if (chunk.failure(i) != null) {
        return false;
      }
    }
    return true;
  }

  private static void tell(Breaker breaker, boolean[] admitted, Chunk<?, ?> chunk, long took) {
    for (int i = 0; i < admitted.length; i++) {
      if (!admitted[i]) {
        continue;
      }
      @Nullable RuntimeException failure = chunk.failure(i);
      if (failure == null) {
        breaker.succeeded(took);
      } else if (chunk.wasAsked(i) && (!chunk.isStopped() || chunk.callers.areLate(i))) {
        breaker.failed(took, failure);
      } else {
        breaker.notAsked();
      }
    }
  }
}
