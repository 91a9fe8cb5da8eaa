package io.mlops4j.serving;

import java.time.Duration;

/**
 * Asks a candidate about rows of a live predictor, after the request: {@link
 * PredictorBuilder#mirror} gives it the rows, {@link MirrorListener}s get both answers.
 *
 * <p>A caller of the live predictor pays what a listener costs, a copy into a bounded ring, and
 * never waits for, fails by or shares a lock with a mirror: rows go from the predictor's drain
 * thread into the mirror's own bounded queue, and one thread of low priority asks the candidate. A
 * full queue drops rows and counts them. That thread works for at most a share of the time ({@link
 * MirrorBuilder#maxLoad}), and stands back while requests of the live predictor queue.
 *
 * <p>Rows are rebuilt from the features the live predictor saw, so a caller may change its object
 * at once. The candidate is a predictor of its own, with its own source, swaps, listeners and
 * meters; answers are told with the pair of versions that gave them.
 *
 * <p>Thread-safe. Close it before the candidate and after the live predictor: then nothing is lost.
 * Other orders lose rows, and nothing else.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public sealed interface Mirror<I, O> extends AutoCloseable permits QueuedMirror {

  /**
   * Starts a mirror to a candidate.
   *
   * @param candidate who is asked; the caller closes it, after the mirror
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  static <I, O> MirrorBuilder<I, O> to(Predictor<I, O> candidate) {
    return new MirrorBuilder<>(candidate);
  }

  /**
   * Returns what has become of the rows so far.
   *
   * @return a snapshot
   */
  MirrorStats stats();

  /**
   * Waits until every row handed over before this call has been dealt with. Call {@link
   * Predictor#awaitListeners} of the live predictor first. For tests and shutdown.
   *
   * @param limit how long to wait
   * @return false if that took longer, or the thread was interrupted (its flag stays set)
   */
  boolean await(Duration limit);

  /** Closes within 5 seconds: see {@link #close(Duration)}. Idempotent. */
  @Override
  void close();

  /**
   * Accepts nothing more, asks the candidate about what waits, without standing back, and ends.
   *
   * @param limit after which what still waits is dropped and counted, and the candidate's call is
   *     interrupted
   * @return whether nothing had to be dropped
   */
  boolean close(Duration limit);
}
