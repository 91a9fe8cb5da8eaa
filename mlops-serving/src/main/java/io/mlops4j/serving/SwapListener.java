package io.mlops4j.serving;

/**
 * Sees each step of a predictor's versions: load, prepare, publish, drain, close. Called on the
 * predictor's loader thread, for an overdue step on a timer's thread, never on a caller's. What it
 * throws is logged and changes nothing. Should be quick: the loader waits for it.
 */
@FunctionalInterface
public interface SwapListener {

  /**
   * Called when a step begins, ends, fails, or takes too long.
   *
   * @param step what happened
   */
  void on(SwapStep step);
}
