package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that happened to a version on its way into service or out of it.
 *
 * @param predictor the predictor's name
 * @param version the version
 * @param kind which step
 * @param state what became of it
 * @param took since it began; zero when it begins
 * @param failure why it failed: a sentence; empty unless it did
 */
public record SwapStep(
    String predictor,
    ModelVersion version,
    Kind kind,
    State state,
    Duration took,
    Optional<String> failure) {
  /** Checks that nothing is null. */
  public SwapStep {
    Objects.requireNonNull(predictor, "predictor");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(failure, "failure");
  }

  /** The steps, in order. */
  public enum Kind {
    /** Tried in a JVM of its own, if {@link PredictorBuilder#trialRun} asks for it. */
    TRIAL,
    /** Files are verified and opened. */
    LOAD,
    /** Schema, golden rows, warm-up, measurement. */
    PREPARE,
    /** Requests go to it from now on. */
    PUBLISH,
    /** Replaced; calls that are inside end. */
    DRAIN,
    /** Its memory is given back. */
    CLOSE
  }

  /** What became of a step. */
  public enum State {
    /** It begins. */
    BEGUN,
    /** It ended well. */
    DONE,
    /** It threw; the version before goes on serving. */
    FAILED,
    /** It has taken longer than the limit and goes on: no code can be stopped from outside. */
    OVERDUE
  }
}
