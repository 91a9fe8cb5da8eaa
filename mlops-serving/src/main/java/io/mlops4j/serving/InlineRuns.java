package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one row on its caller's thread. The path of most requests: enter the version's lease, take a
 * slot, encode, run, read the answer, read the clock, record, copy into the ring, give back, leave.
 * Nothing is allocated there but the answer.
 */
final class InlineRuns<I, O> {
  private final Time time;
  private final Counters counters;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final Outcomes<I, O> outcomes;
  private final Supplier<RuntimeException> notReady;

  InlineRuns(
      Time time,
      Counters counters,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      Outcomes<I, O> outcomes,
      Supplier<RuntimeException> notReady) {
    this.time = time;
    this.counters = counters;
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.outcomes = outcomes;
    this.notReady = notReady;
  }

  /** Returns the answer of the selected version, or what comes instead. */
  O answer(I input, long start, @Nullable Trace trace) {
    ServedVersion<I, O> version = versions.enter();
    if (version == null) {
      return outcomes.instead(input, start, trace, notReady.get());
    }
    RuntimeException failure;
    try {
      if (trace != null) {
        trace.ranInline();
      }
      OnnxRowModel<I, O> kernel = version.kernel;
      if (version.breaker != null) {
        return guarded(version, version.breaker, input, start, trace);
      }
      if (kernel != null) {
        OnnxSlot<I> slot = kernel.take();
        try {
          return run(
              version,
              kernel,
              slot,
              encode(version, slot, input, trace),
              input,
              start,
              null,
              trace);
        } finally {
          kernel.giveBack(slot);
        }
      }
      return viaModel(version, input, start, trace);
    } catch (InterruptedException e) {
      failure = interruptedInTheModel();
    } catch (Throwable e) {
      failure = errors.failed(version.version, ForeignCode.ofCaller(e));
    } finally {
      version.lease.leave();
    }
    return outcomes.instead(input, start, trace, failure);
  }

  /**
   * Like {@link #answer}, stopped at a deadline; null if no slot is free, and the row has to wait
   * where its time can run out.
   */
  @Nullable O answerBy(I input, long start, long deadline, @Nullable Trace trace) {
    ServedVersion<I, O> version = versions.enter();
    if (version == null) {
      return outcomes.instead(input, start, trace, notReady.get());
    }
    RuntimeException failure;
    try {
      if (trace != null) {
        trace.ranInline();
      }
      OnnxRowModel<I, O> kernel = version.kernel;
      OnnxSlot<I> slot = kernel == null ? null : kernel.tryTake();
      if (kernel == null || slot == null) {
        return null;
      }
      try {
        return runBy(version, kernel, slot, input, start, deadline, trace);
      } finally {
        kernel.giveBack(slot);
      }
    } catch (Throwable e) {
      failure = errors.failed(version.version, ForeignCode.ofCaller(e));
    } finally {
      version.lease.leave();
    }
    return outcomes.instead(input, start, trace, failure);
  }

  private RuntimeException interruptedInTheModel() {
    Thread.currentThread().interrupt();
    return errors.interrupted("waited for the model");
  }

  /** Returns the values of the row if somebody will want to see them. */
  private @Nullable RowBuffer<I> encode(
      ServedVersion<I, O> version, OnnxSlot<I> slot, I input, @Nullable Trace trace) {
    RowBuffer<I> row = null;
    RowBuffer<I> known =
        trace == null ? null : Trace.row(trace, version.model.schema().orElse(null));
    if (known != null) {
      slot.encode(0, known);
      row = recorder.schema == known.schema() ? known : null;
    } else if (recorder.wantsRows()) {
      row = slot.encodeAndKeep(0, input);
    } else {
      slot.encode(0, input);
    }
    version.pad(slot, 1, input);
    return row;
  }

  private O run(
      ServedVersion<I, O> version,
      OnnxRowModel<I, O> kernel,
      OnnxSlot<I> slot,
      @Nullable RowBuffer<I> row,
      I input,
      long start,
      @Nullable NativeStop stop,
      @Nullable Trace trace) {
    boolean measured = isMeasured(start);
    long begin = measured ? time.nanos() : start;
    version.run(kernel, slot, 1, stop);
    O output = version.read(kernel, slot, 0);
    long end = time.nanos();
    if (measured) {
      counters.computedInline(end - begin);
      version.ranInline(end - begin);
    }
    recorder.answered(version, input, row, output, start, end, trace);
    return output;
  }

  private O viaModel(ServedVersion<I, O> version, I input, long start, @Nullable Trace trace) {
    boolean measured = isMeasured(start);
    long begin = measured ? time.nanos() : start;
    O output = version.answer(input);
    long end = time.nanos();
    if (measured) {
      counters.computedInline(end - begin);
      version.ranInline(end - begin);
    }
    recorder.answered(version, input, null, output, start, end, trace);
    return output;
  }

  /**
   * One run in 64 reads the clock once more, chosen by the bits of its start: no state, and no
   * pattern that the clock's own step could bring in.
   */
  static boolean isMeasured(long start) {
    return (start * 0x9E3779B97F4A7C15L) >>> 58 == 0;
  }

  private O guarded(
      ServedVersion<I, O> version, Breaker breaker, I input, long start, @Nullable Trace trace)
      throws InterruptedException {
    OnnxRowModel<I, O> kernel = version.kernel;
    if (kernel == null) {
      enter(version, breaker);
      return told(breaker, start, () -> viaModel(version, input, start, trace));
    }
    OnnxSlot<I> slot = kernel.take();
    try {
      RowBuffer<I> row = encode(version, slot, input, trace);
      enter(version, breaker);
      return told(breaker, start, () -> run(version, kernel, slot, row, input, start, null, trace));
    } finally {
      kernel.giveBack(slot);
    }
  }

  private void enter(ServedVersion<I, O> version, Breaker breaker) {
    if (!breaker.tryEnter()) {
      throw errors.circuitOpen(version.version, breaker.options());
    }
  }

  private O told(@Nullable Breaker breaker, long start, Supplier<O> run) {
    if (breaker == null) {
      return run.get();
    }
    O output;
    try {
      output = run.get();
    } catch (Throwable e) {
      breaker.failed(time.nanos() - start, e);
      throw e;
    }
    breaker.succeeded(time.nanos() - start);
    return output;
  }

  private O runBy(
      ServedVersion<I, O> version,
      OnnxRowModel<I, O> kernel,
      OnnxSlot<I> slot,
      I input,
      long start,
      long deadline,
      @Nullable Trace trace) {
    RowBuffer<I> row = encode(version, slot, input, trace);
    long begin = time.nanos();
    if (Deadline.isPast(deadline, begin)) {
      throw errors.expired(begin - start, 0);
    }
    Breaker breaker = version.breaker;
    if (breaker != null) {
      enter(version, breaker);
    }
    NativeStop stop = new NativeStop();
    Subscription timer =
        time.schedule(Duration.ofNanos(Deadline.left(deadline, begin)), stop::stop);
    try {
      return told(
          breaker, begin, () -> runInTime(version, kernel, slot, row, input, start, stop, trace));
    } finally {
      timer.close();
    }
  }

  private O runInTime(
      ServedVersion<I, O> version,
      OnnxRowModel<I, O> kernel,
      OnnxSlot<I> slot,
      @Nullable RowBuffer<I> row,
      I input,
      long start,
      NativeStop stop,
      @Nullable Trace trace) {
    try {
      return run(version, kernel, slot, row, input, start, stop, trace);
    } catch (RuntimeException e) {
      throw stop.isStopped() ? errors.late(version.version, time.nanos() - start) : e;
    }
  }
}
