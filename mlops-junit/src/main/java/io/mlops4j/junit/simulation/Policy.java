package io.mlops4j.junit.simulation;

/**
 * How a policy is put into a simulated world. Called once per run, before the first request, on the
 * thread of that run.
 *
 * <pre>{@code
 * static void qualityAlert(World<float[]> world) {
 *   var quality = QualityMonitor.following(world.source()).failWhen(rule).build();
 *   world.listener(quality);
 *   world.labels(quality);
 *   world.alarmWhen(quality, Duration.ofHours(6));
 * }
 * }</pre>
 *
 * <p>Make everything anew: runs may be on several threads at once and must not share state.
 *
 * @param <I> one input row
 */
@FunctionalInterface
public interface Policy<I> {

  /**
   * Builds the policy's objects as the service builds them, with the world's clock, store and
   * source, and connects them.
   *
   * @param world of one run
   * @throws Exception if it cannot be built; ends the simulation
   */
  void install(World<I> world) throws Exception;
}
