package io.mlops4j.serving;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Time;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a call ends with when the selected version gave no answer: the previous version if it is
 * kept and may do better, then the fallback function, then the exception, counted by its reason.
 */
final class Outcomes<I, O> {
  private final Time time;
  private final Counters counters;
  private final PredictorErrors errors;
  private final PredictionRecorder<I, O> recorder;
  private final VersionSwitch<I, O> versions;
  private final @Nullable Function<? super I, ? extends O> fallback;

  Outcomes(
      Time time,
      Counters counters,
      PredictorErrors errors,
      PredictionRecorder<I, O> recorder,
      VersionSwitch<I, O> versions,
      @Nullable Function<? super I, ? extends O> fallback) {
    this.time = time;
    this.counters = counters;
    this.errors = errors;
    this.recorder = recorder;
    this.versions = versions;
    this.fallback = fallback;
  }

  boolean hasFallback() {
    return fallback != null;
  }

  /** Returns another answer, or throws why there is no other. */
  O instead(I input, long start, @Nullable Trace trace, RuntimeException failure) {
    if (trace != null) {
      trace.failure = failure;
      trace.ranNot();
    }
    if (failure instanceof PredictorClosedException || isInterruption(failure)) {
      throw counted(failure);
    }
    if (previousMayDoBetter(failure)) {
      O output = previous(input, start, trace, failure);
      if (output != null) {
        return output;
      }
    }
    if (fallback == null) {
      throw seen(input, failure, start);
    }
    O output;
    try {
      output = Objects.requireNonNull(fallback.apply(input), "the fallback's answer");
    } catch (Throwable e) {
      failure.addSuppressed(e);
      throw seen(input, failure, start);
    }
    counters.fallbacks.increment();
    ModelVersion asked = asked();
    recorder.answeredOtherwise(
        asked, Prediction.Source.FALLBACK, input, null, output, start, time.nanos(), trace);
    return output;
  }

  private static boolean isInterruption(RuntimeException failure) {
    return failure instanceof PredictionRejectedException rejected
        && rejected.reason() == PredictionRejectedException.Reason.INTERRUPTED;
  }

  /** There is time and room for another model, and it was the selected one that failed. */
  private static boolean previousMayDoBetter(RuntimeException failure) {
    if (failure instanceof PredictionRejectedException rejected) {
      return rejected.reason() == PredictionRejectedException.Reason.CIRCUIT_OPEN;
    }
    return failure instanceof PredictionFailedException failed && !failed.timedOut();
  }

  private @Nullable O previous(
      I input, long start, @Nullable Trace trace, RuntimeException failure) {
    ServedVersion<I, O> version = versions.enterPrevious();
    if (version == null) {
      return null;
    }
    try {
      Chunk<I, O> chunk = new Chunk<>(List.of(input));
      long begin = time.nanos();
      version.answer(chunk);
      O output = chunk.output(0);
      if (output == null) {
        failure.addSuppressed(errors.failed(version.version, chunk.cause(0)));
        return null;
      }
      counters.previous.increment();
      if (trace != null) {
        trace.ran(begin - start, 1, Prediction.Release.INLINE);
      }
      recorder.answeredOtherwise(
          version.version,
          Prediction.Source.PREVIOUS_VERSION,
          input,
          null,
          output,
          start,
          time.nanos(),
          trace);
      return output;
    } finally {
      version.lease.leave();
    }
  }

  /** Counts an exception that is about to be thrown, and tells listeners of it. */
  private RuntimeException seen(I input, RuntimeException failure, long start) {
    FailedPrediction.Reason reason = FailedPrediction.Reason.MODEL;
    if (failure instanceof PredictionRejectedException rejected) {
      reason =
          rejected.reason() == PredictionRejectedException.Reason.INVALID_INPUT
              ? FailedPrediction.Reason.INVALID_INPUT
              : FailedPrediction.Reason.REJECTED;
    } else if (failure instanceof PredictionFailedException failed && failed.timedOut()) {
      reason = FailedPrediction.Reason.TIMEOUT;
    }
    recorder.failed(asked(), reason, input, start, time.nanos());
    return counted(failure);
  }

  /** Counts an exception that is about to be thrown. */
  RuntimeException counted(RuntimeException failure) {
    if (failure instanceof PredictionRejectedException rejected) {
      counters.rejected(rejected.reason());
    } else if (failure instanceof PredictionFailedException failed && failed.timedOut()) {
      counters.timedOut.increment();
    } else if (!(failure instanceof PredictorClosedException)) {
      counters.failed.increment();
    }
    return failure;
  }

  ModelVersion asked() {
    ServedVersion<I, O> version = versions.current();
    return version == null ? ModelVersion.unregistered("none") : version.version;
  }
}
