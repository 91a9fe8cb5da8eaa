package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row that two versions were asked about. Immutable.
 *
 * @param live what the caller got
 * @param candidate who was asked afterwards
 * @param answer the candidate's answer, or null if it gave none
 * @param failure why it gave none, or null
 * @param latency of the candidate, from call to answer or exception
 * @param <I> one input row
 * @param <O> one answer
 */
public record MirroredRow<I, O>(
    Prediction<I, O> live,
    ModelVersion candidate,
    @Nullable O answer,
    @Nullable Failure failure,
    Duration latency) {

  /** Why a candidate gave no answer. */
  public enum Failure {
    /** It threw, answered NaN or a wrong number of rows, or its fallback had to answer. */
    ERROR,
    /** It was not done within the mirror's deadline. */
    TIMEOUT,
    /** It would not be asked: its input check, its queue or its circuit breaker said no. */
    REJECTED
  }

  /** Checks that there is an answer or a failure. */
  public MirroredRow {
    Objects.requireNonNull(live, "live");
    Objects.requireNonNull(candidate, "candidate");
    Objects.requireNonNull(latency, "latency");
    if ((answer == null) == (failure == null)) {
      throw new IllegalArgumentException(
          "row " + live.id() + ": expected either an answer or a failure");
    }
  }
}
