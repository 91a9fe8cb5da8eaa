package io.mlops4j.experiments;

/**
 * What one arm of a bandit has earned.
 *
 * @param arm its name
 * @param successes rewarded trials, at least 0
 * @param failures trials without reward, at least 0; the sum of both is at most 10^15
 */
public record ArmCounts(String arm, long successes, long failures) {
  /** Beyond this the posterior is narrower than a double resolves. */
  static final long MAX_TRIALS = 1_000_000_000_000_000L;

  /** Checks the ranges. */
  public ArmCounts {
    ArmNames.checked("arm", arm);
    check("successes", successes);
    check("failures", failures);
    check("successes + failures", successes + failures);
  }

  static void check(String what, long trials) {
    if (trials < 0 || trials > MAX_TRIALS) {
      throw new IllegalArgumentException(
          what + ": " + trials + " (expected: 0.." + MAX_TRIALS + ")");
    }
  }

  ArmCounts plus(long moreSuccesses, long moreFailures) {
    check("successes", moreSuccesses);
    check("failures", moreFailures);
    return new ArmCounts(arm, successes + moreSuccesses, failures + moreFailures);
  }
}
