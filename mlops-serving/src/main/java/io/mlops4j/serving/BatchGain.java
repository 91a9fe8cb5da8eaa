package io.mlops4j.serving;

/**
 * Whether a request of a model whose costs nobody could measure beforehand, such as a lambda, is
 * worth handing to a worker. Learned from the runs of its requests: what one row costs alone, less
 * what a row costs in a batch, must be more than the hand-over. Says yes until it knows.
 *
 * <p>Runs are timed by the clock, beside other threads: a run that was interrupted looks slow. So
 * what is kept is the quickest run, which every other run raises by 1/64 of itself at most: a model
 * that becomes twice as slow is believed after 45 runs. Updates race without harm: a lost one is
 * one run less.
 */
final class BatchGain {
  private static final int ENOUGH = 64;
  private static final int RISE_BITS = 6;

  private volatile int runs;
  private volatile long alone;
  private volatile long together;
  private volatile boolean platform = true;
  private volatile boolean virtual = true;

  /** Learns what one successful run has cost. */
  void ran(int rows, long nanos) {
    long took = Math.max(1, nanos);
    if (rows == 1) {
      alone = quickest(alone, took);
    } else {
      together = quickest(together, Math.max(1, took / rows));
    }
    int seen = runs;
    if (seen < ENOUGH) {
      runs = seen + 1;
    } else if (alone > 0) {
      // A batch that was never tried might cost nothing per row.
      long saved = alone - together;
      platform = saved > BatchPlan.HAND_OFF_NANOS;
      virtual = saved > BatchPlan.VIRTUAL_HAND_OFF_NANOS;
    }
  }

  private static long quickest(long known, long took) {
    return known == 0 ? took : Math.min(took, known + (known >> RISE_BITS) + 1);
  }

  /** Returns whether the calling thread should queue when the model is busy. */
  boolean pays() {
    boolean either = platform == virtual;
    return (either || !Threads.isVirtual()) ? platform : virtual;
  }
}
