package io.mlops4j.drift;

/** What a window of live rows is compared with. */
public enum Comparison {
  /**
   * The training rows: those of the same hours or days, if the baseline has a season. Finds what
   * differs from what the model has learned.
   */
  TRAINING,
  /**
   * The window before, if it is finished. Finds what changed lately, and forgets it one window
   * later; needs no training rows, only their cells.
   */
  PREVIOUS_WINDOW
}
