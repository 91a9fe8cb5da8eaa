package io.mlops4j.delivery;

/** Who answers a request during a rollout. */
public enum Arm {
  /** The version that was in production when the rollout started. */
  CHAMPION,
  /** The version that is being rolled out. */
  CANDIDATE
}
