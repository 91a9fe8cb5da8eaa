package io.mlops4j.benchmarks;

/** Keeps a core busy: a sleep would hide what a slow model costs the others. */
final class Burn {
  private Burn() {}

  /** Returns after so many nanoseconds of the clock. */
  static void nanos(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
