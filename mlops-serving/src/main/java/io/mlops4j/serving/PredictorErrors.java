package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.PredictionRejectedException.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * The exceptions of one predictor: who, what, the numbers, what to do.
 *
 * @param name the predictor's
 */
record PredictorErrors(String name) {

  RuntimeException failed(ModelVersion version, RuntimeException cause) {
    return cause instanceof PredictionRejectedException ? cause : because(version, cause);
  }

  PredictionFailedException because(ModelVersion version, Throwable cause) {
    return cause instanceof PredictionFailedException known && known.timedOut()
        ? known
        : wrapped(version, cause);
  }

  private PredictionFailedException wrapped(ModelVersion version, Throwable cause) {
    return new PredictionFailedException(
        who() + ", version " + version + ": " + PredictionFailedException.because(cause), cause);
  }

  RuntimeException failedRow(ModelVersion version, int row, RuntimeException cause) {
    if (cause instanceof PredictionRejectedException
        || (cause instanceof PredictionFailedException known && known.timedOut())) {
      return cause;
    }
    return new PredictionFailedException(
        who()
            + ", version "
            + version
            + ", row "
            + row
            + ": "
            + PredictionFailedException.because(cause),
        cause);
  }

  PredictionRejectedException queueFull(int queued, int capacity) {
    return new PredictionRejectedException(
        Reason.QUEUE_FULL,
        who()
            + " rejected the request: queue full (queued="
            + queued
            + ", capacity="
            + capacity
            + "). Raise queueCapacity, add workers, or shed load upstream.");
  }

  PredictionRejectedException notReady(Optional<String> problem) {
    return new PredictionRejectedException(
        Reason.NOT_READY,
        who()
            + " has no version to serve: "
            + problem.orElse("none was loaded.")
            + " Promote a version, or give the predictor a fallback.");
  }

  PredictionRejectedException expired(long waitedNanos, int queued) {
    return new PredictionRejectedException(
        Reason.EXPIRED,
        who()
            + " rejected the request: its deadline passed before the model was asked (waited="
            + Duration.ofNanos(Math.max(0, waitedNanos))
            + ", queued="
            + queued
            + "). Give it more time, add workers, or shed load upstream.");
  }

  PredictionRejectedException hopeless(long least, long left, int queued) {
    return new PredictionRejectedException(
        Reason.EXPIRED,
        who()
            + " rejected the request: it would miss its deadline (left="
            + Duration.ofNanos(Math.max(0, left))
            + ", needed at least="
            + Duration.ofNanos(least)
            + ", queued="
            + queued
            + "). Give it more time, add workers, or shed load upstream.");
  }

  PredictionFailedException late(ModelVersion version, long nanos) {
    return PredictionFailedException.late(
        who()
            + ", version "
            + version
            + ": the model was not done by the deadline (after "
            + Duration.ofNanos(Math.max(0, nanos))
            + "). Give it more time, or a smaller batch.");
  }

  PredictionRejectedException circuitOpen(ModelVersion version, CircuitBreaking options) {
    return new PredictionRejectedException(
        Reason.CIRCUIT_OPEN,
        who()
            + " rejected the request: version "
            + version
            + " failed on "
            + options.failureShare() * 100
            + " % or more of its last "
            + options.window()
            + " calls and is left alone for "
            + options.openFor()
            + ". Roll it back, or give the predictor a fallback.");
  }

  PredictionRejectedException invalid(String violation) {
    return new PredictionRejectedException(
        Reason.INVALID_INPUT,
        who() + " rejected the row: " + violation + ". The model was not asked.");
  }

  PredictionRejectedException interrupted(String what) {
    return new PredictionRejectedException(
        Reason.INTERRUPTED,
        who()
            + ": the calling thread was interrupted while it "
            + what
            + ". Its request was abandoned; the thread's interrupt flag is set.");
  }

  PredictorClosedException closed() {
    return new PredictorClosedException(
        who() + " is closed. Build a new one, or stop callers before closing it.");
  }

  PredictorClosedException gaveUp(Duration limit) {
    return new PredictorClosedException(
        who() + " was closed, and this request had not finished after " + limit + ".");
  }

  private String who() {
    return "Predictor '" + name + "'";
  }
}
