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
    Duration latency) {

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
