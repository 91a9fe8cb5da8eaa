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

  PredictionFailedException failed(ModelVersion version, Throwable cause) {
    return new PredictionFailedException(
        who() + ", version " + version + ": " + PredictionFailedException.because(cause), cause);
  }

  PredictionFailedException failedRow(ModelVersion version, int row, Throwable cause) {
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
