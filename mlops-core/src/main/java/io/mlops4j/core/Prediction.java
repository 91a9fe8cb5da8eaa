package io.mlops4j.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One answer that was given, with what is needed to judge it later. Immutable.
 *
 * @param id unique: a per-predictor prefix and a sequence number
 * @param key the user's own key, on which labels join, or null if the predictor has no {@code
 *     keyBy}
 * @param unit the unit of sticky splits and clustered statistics, or null if there is no {@code
 *     unitBy}
 * @param version who answered
 * @param source where the answer came from; only {@link Source#MODEL} answers enter statistics
 * @param row the features as the model saw them, or null if the model has no schema
 * @param output the answer
 * @param at when it was given
 * @param latency from call to answer
 * @param execution how it was run, for a caller that asked for it ({@code predictDetailed}); null
 *     if no model ran for this answer, and for listeners
 * @param <I> one input row
 * @param <O> one answer
 */
public record Prediction<I, O>(
    String id,
    @Nullable String key,
    @Nullable String unit,
    ModelVersion version,
    Source source,
    @Nullable EncodedRow<I> row,
    O output,
    Instant at,
    Duration latency,
    @Nullable Execution execution) {

  /** Where an answer came from. */
  public enum Source {
    /** The version in {@link Prediction#version()} computed it. */
    MODEL,
    /** An earlier answer of the same version to an equal input. */
    CACHE,
    /** The fallback function: no model answered. */
    FALLBACK,
    /** A version that is no longer the selected one, because the selected one cannot be served. */
    PREVIOUS_VERSION
  }

  /**
   * How a model ran for an answer.
   *
   * @param queued from the call until the run began; zero if it was run inline
   * @param batchSize rows in the run, at least 1
   * @param release why the run was no larger
   */
  public record Execution(Duration queued, int batchSize, Release release) {
    /** Checks the size, and for nulls. */
    public Execution {
      Objects.requireNonNull(queued, "queued");
      Objects.requireNonNull(release, "release");
      if (batchSize < 1) {
        throw new IllegalArgumentException("batchSize: " + batchSize + " (expected: 1 or more)");
      }
    }
  }

  /** Why a run began with the rows it had. */
  public enum Release {
    /** The model was idle: the caller ran it. */
    INLINE,
    /** The best batch size was reached. */
    FULL,
    /** The model became free, and took what had come in. */
    IDLE,
    /** The oldest row had waited for others as long as it may. */
    DELAY,
    /** One row more, or waiting longer, would have missed a deadline. */
    DEADLINE,
    /** The predictor was being closed. */
    DRAIN
  }

  /**
   * Creates a prediction of which nobody asked how it was run.
   *
   * @param id as above
   * @param key as above
   * @param unit as above
   * @param version as above
   * @param source as above
   * @param row as above
   * @param output as above
   * @param at as above
   * @param latency as above
   */
  public Prediction(
      String id,
      @Nullable String key,
      @Nullable String unit,
      ModelVersion version,
      Source source,
      @Nullable EncodedRow<I> row,
      O output,
      Instant at,
      Duration latency) {
    this(id, key, unit, version, source, row, output, at, latency, null);
  }

  /** Checks for nulls. */
  public Prediction {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(latency, "latency");
  }
}
