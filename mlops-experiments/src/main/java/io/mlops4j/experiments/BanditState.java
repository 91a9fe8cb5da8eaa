package io.mlops4j.experiments;

import io.mlops4j.core.MlopsException;
import java.util.List;
import java.util.Optional;

/**
 * Everything a bandit knows, to store and to continue from. A value.
 *
 * @param options prior and floor
 * @param arms 2 to 127 arms with distinct names
 * @param weights the last published weights, over the same arms in the same order, if any
 */
public record BanditState(
    ThompsonSampling.Options options, List<ArmCounts> arms, Optional<WeightVector> weights) {
  /** Checks that the parts belong together. */
  public BanditState {
    arms = List.copyOf(arms);
    List<String> names = ArmNames.checked(arms.stream().map(ArmCounts::arm).toList());
    if (names.size() < 2) {
      throw new IllegalArgumentException("arms: 1 (expected: 2.." + ArmNames.MAX_ARMS + ")");
    }
    if (options.floor() * names.size() > 1 + WeightVector.SUM_TOLERANCE) {
      throw new IllegalArgumentException(
          "floor: " + options.floor() + " (expected: 0..1/" + names.size() + ", one per arm)");
    }
    if (weights.isPresent() && !weights.get().arms().equals(names)) {
      throw new IllegalArgumentException(
          "weights: arms " + weights.get().arms() + " (expected: " + names + ")");
    }
  }

  /**
   * Returns this state as canonical JSON: equal states give equal bytes.
   *
   * @return UTF-8
   */
  public byte[] toJson() {
    return BanditJson.write(this);
  }

  /**
   * Returns the state that some JSON holds.
   *
   * @param json what {@link #toJson} returned
   * @param what what the document is, for the message
   * @return the state
   * @throws MlopsException if it is not JSON, of a format this version cannot read, or out of range
   */
  public static BanditState parse(byte[] json, String what) {
    return BanditJson.parse(json, what);
  }

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
}
