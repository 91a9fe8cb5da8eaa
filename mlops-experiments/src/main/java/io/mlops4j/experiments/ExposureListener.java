package io.mlops4j.experiments;

/**
 * Sees every unit that was assigned an arm, on the thread that asked, so it must be quick and
 * thread-safe: hand over to a queue. Units outside the experiment are not reported.
 *
 * <p>What it throws never reaches the request: it is counted ({@link Experiment#exposureFailures})
 * and the first one is logged.
 */
@FunctionalInterface
public interface ExposureListener {
  /**
   * Takes note of an exposure.
   *
   * @param exposure the arm, its probability vector and epoch: log all of it
   */
  void exposed(Assignment.Included<?> exposure);
}
