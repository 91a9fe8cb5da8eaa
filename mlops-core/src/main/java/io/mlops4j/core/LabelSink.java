package io.mlops4j.core;

import java.time.Instant;

/**
 * How truth comes back, seconds or weeks after the prediction. Thread-safe.
 *
 * <p>The first label of a prediction wins; duplicates, labels that match nothing and labels that
 * come too late are counted, never guessed at.
 */
public interface LabelSink {

  /**
   * Reports the truth for one prediction by its id.
   *
   * @param predictionId {@link Prediction#id()}
   * @param label 0 or 1 for a binary outcome, the value for a regression; finite
   * @param at when the truth became known
   */
  void reportById(String predictionId, double label, Instant at);

  /**
   * Reports the truth by the user's own key. It goes to the prediction with that key.
   *
   * @param key {@link Prediction#key()}
   * @param label 0 or 1 for a binary outcome, the value for a regression; finite
   * @param at when the truth became known
   */
  void reportByKey(String key, double label, Instant at);
}
