package io.mlops4j.serving;

/**
 * How long a worker under load lets the callers of its last batch come back. They do so one by one,
 * and who takes the first of them runs a batch of one and then one of all the others: two runs
 * instead of one. So it waits for as many as it had, for at most 1/32 of what their run will take.
 * A lone caller never waits: only a batch of several is followed by a grace.
 *
 * @param wanted how many requests end it
 * @param nanos how long it lasts at most; 0 for not at all
 */
record Grace(int wanted, long nanos) {
  /** Longer ones are slept through in slices, as their thread would keep a core busy. */
  static final long SPIN_NANOS = 100_000;

  private static final long MOST_NANOS = 1_000_000;
  private static final int SHARE_BITS = 5;

  /**
   * Returns the grace before the next batch.
   *
   * @param last how many rows the last batch had
   * @param there how many requests wait now
   * @param best how many rows a batch has at most
   * @param expected what a run of the wanted rows will take, 0 if unknown
   * @param spare how long until the earliest deadline among those waiting makes a run begin
   */
  static Grace before(int last, int there, int best, long expected, long spare) {
    int wanted = Math.min(last, best);
    if (last < 2 || there == 0 || there >= wanted) {
      return new Grace(wanted, 0);
    }
    long most = Math.min(MOST_NANOS, expected >> SHARE_BITS);
    return new Grace(wanted, Math.max(0, Math.min(most, spare)));
  }
}
