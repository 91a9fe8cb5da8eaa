package io.mlops4j.serving;

import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.ModelVersion;

/**
 * Sees what a live predictor and a candidate said about the same row. Called on the mirror's
 * thread, one call at a time; an exception is counted and does not stop later calls.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
@FunctionalInterface
public interface MirrorListener<I, O> {

  /**
   * Sees a row both were asked about.
   *
   * @param row both sides
   */
  void onMirrored(MirroredRow<I, O> row);

  /**
   * Sees a request that the live version did not answer (it failed, or a fallback answered
   * instead); the candidate was not asked. Sampled like answers.
   *
   * @param failure what the live side said
   * @param candidate who would have been asked
   */
  default void onLiveFailure(FailedPrediction failure, ModelVersion candidate) {}
}
