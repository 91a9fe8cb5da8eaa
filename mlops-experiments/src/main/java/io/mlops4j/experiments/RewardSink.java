package io.mlops4j.experiments;

/** Takes rewards that have settled. */
@FunctionalInterface
public interface RewardSink {
  /**
   * Adds one settled reward to an arm.
   *
   * @param arm the arm's name
   * @param reward finite; 0 for a decision that earned nothing
   * @throws IllegalArgumentException if there is no such arm or the reward is not finite
   */
  void reward(String arm, double reward);
}
