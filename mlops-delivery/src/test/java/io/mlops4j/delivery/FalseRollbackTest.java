package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How often a candidate that is as good as the champion is rolled back, and that a bad one is. */
class FalseRollbackTest {
  private static final int RUNS = Integer.getInteger("rollout.runs", 5);

  private static final RolloutPlan PLAN =
      RolloutPlan.steps(0.05, 0.25, 1)
          .watching(
              Watch.errorRateNotWorseBy(0.01),
              Watch.errorRateAtMost(0.05),
              Watch.latencyNotSlowerThan(0.99, 1.25),
              Watch.scoreShiftAtMost(0.1),
              Watch.squaredErrorNotWorseBy(0.02))
          .lasting(Duration.ofMinutes(10), Duration.ofDays(2));

  private static RolloutStatus run(Traffic traffic) {
    try (Rollout<Object, Double> rollout =
        Rollout.<Object, Double>of(Traffic.CHAMPION, PLAN)
            .time(traffic.time)
            .every(Duration.ofMinutes(5))
            .build()) {
      rollout.start(2, "test");
      for (int i = 0; i < 200 && rollout.status().active(); i++) {
        traffic.send(rollout, 1_000, Duration.ofMinutes(20));
      }
      return rollout.status();
    }
  }

  @Test
  void rollout_equalCandidate_isPromoted() {
    for (int i = 0; i < RUNS; i++) {
      assertThat(run(new Traffic(20260302 + i)).phase())
          .as("seed %s", 20260302 + i)
          .isEqualTo(RolloutStatus.Phase.PROMOTED);
    }
  }

  @Test
  void rollout_worseCandidate_isRolledBackForWhatIsWorse() {
    Traffic errors = new Traffic(1);
    errors.candidateErrorRate = 0.08;
    Traffic slow = new Traffic(2);
    slow.slowdown = 2;
    Traffic shifted = new Traffic(3);
    shifted.scoreShift = 0.3;
    Traffic noise = new Traffic(4);
    noise.candidateNoise = 1;

    assertRolledBack(run(errors), "error rate");
    assertRolledBack(run(slow), "p99 latency");
    assertRolledBack(run(shifted), "score shift");
    assertRolledBack(run(noise), "squared error");
  }

  private static void assertRolledBack(RolloutStatus status, String because) {
    assertThat(status.phase()).isEqualTo(RolloutStatus.Phase.ROLLED_BACK);
    assertThat(status.step()).isZero();
    assertThat(status.reason()).contains(because);
  }
}
