package io.mlops4j.core;

/**
 * Sees predictions after the request, on a drain thread of the predictor, as copies: a listener can
 * never slow, fail or race with a request. When it falls behind, predictions are dropped and
 * counted, never queued without bound.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
@FunctionalInterface
public interface PredictionListener<I, O> {

  /**
   * Sees one prediction. Called by one thread at a time per predictor, in the order of a request
   * thread's calls. An exception is counted, logged once and does not stop later calls.
   *
   * @param prediction what was answered
   */
  void onPrediction(Prediction<I, O> prediction);

  /**
   * Sees one request that ended with an exception. Called as {@link #onPrediction} is. Requests
   * that their callers gave up are not among them.
   *
   * @param failure what failed
   */
  default void onFailure(FailedPrediction failure) {}
}
