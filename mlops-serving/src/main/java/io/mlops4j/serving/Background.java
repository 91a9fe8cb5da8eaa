package io.mlops4j.serving;

/** A thread that stands back behind all others. */
interface Background {
  /** Returns how it has fared since it was made; cheap enough to ask ten times a second. */
  Times times();

  /**
   * How a thread fared.
   *
   * @param ran nanoseconds on a core; 0 if nobody knows
   * @param waited nanoseconds in which it could have run but had no core
   */
  record Times(long ran, long waited) {}
}
