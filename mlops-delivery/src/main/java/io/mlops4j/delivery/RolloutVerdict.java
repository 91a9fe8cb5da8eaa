package io.mlops4j.delivery;

/** What evidence says about going on with a candidate: of one watch, of a step, of a rollout. */
public enum RolloutVerdict {
  /** It is shown that the candidate is not worse than it may be: go on. */
  PROMOTE,
  /** There are data, but they do not tell yet: stay where it is. */
  HOLD,
  /** It is shown that the candidate is worse than it may be: back to the champion. */
  ROLL_BACK,
  /** There is too little to look at. Neither a pass nor a failure. */
  NO_DATA;

  /** Returns what two verdicts come to: a rollback wins, and what is missing beats what passed. */
  RolloutVerdict and(RolloutVerdict other) {
    return weight() >= other.weight() ? this : other;
  }

  private int weight() {
    return switch (this) {
      case PROMOTE -> 0;
      case HOLD -> 1;
      case NO_DATA -> 2;
      case ROLL_BACK -> 3;
    };
  }
}
