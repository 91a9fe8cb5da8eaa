package io.mlops4j.junit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.Watch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Whole rollouts in simulated traffic: an equal candidate is hardly ever rolled back, and each kind
 * of worse one is. The full counts run under {@code -Pproof}; their results stand in
 * docs/delivery.md.
 */
class RolloutSimulationTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");

  /** What docs/delivery.md has the tables of. */
  private static final RolloutPlan PLAN =
      RolloutPlan.steps(0.05, 0.25, 1)
          .watching(
              Watch.errorRateNotWorseBy(0.01),
              Watch.errorRateAtMost(0.05),
              Watch.latencyNotSlowerThan(0.99, 1.25),
              Watch.scoreShiftAtMost(0.1),
              Watch.squaredErrorNotWorseBy(0.02))
          .lasting(Duration.ofMinutes(10), Duration.ofDays(2));

  /** The same watches with wider margins: decided after a tenth of the requests. */
  private static final RolloutPlan QUICK =
      RolloutPlan.steps(0.25, 1)
          .watching(
              Watch.errorRateNotWorseBy(0.05),
              Watch.errorRateAtMost(0.1),
              Watch.latencyNotSlowerThan(0.9, 1.5),
              Watch.scoreShiftAtMost(0.3),
              Watch.squaredErrorNotWorseBy(0.1))
          .withMinSamples(200)
          .lasting(Duration.ofMinutes(10), Duration.ofDays(2));

  private static final Traffic<float[]> TRAFFIC =
      Traffic.binary(0.85, 0.3)
          .arriving(Arrivals.poisson(50_000))
          .labelled(LabelDelay.exponential(Duration.ofHours(1)))
          .errors(0.002)
          .units(20_000);

  private static final List<Regression<float[]>> REGRESSIONS =
      List.of(
          Regression.errors(0.02),
          Regression.errors(0.05),
          Regression.latency(1.5),
          Regression.latency(3),
          Regression.shiftedScores(1),
          Regression.drift("signal", 1),
          Regression.aucDrop(0.03),
          Regression.aucDrop(0.1),
          Regression.badSegment("one request in six", row -> row[0] > 1));

  private static Simulation<float[]> simulation(RolloutPlan plan) {
    return Simulation.of(TRAFFIC, RolloutPolicy.<float[]>of(plan)).lasting(Duration.ofDays(7));
  }

  @Test
  void rollouts_ofEqualCandidates_areRolledBackInAtMostOnePercent() {
    if (PROOF) {
      FalseAlarms equal = simulation(PLAN).replicas(1_000).falseAlarms();
      report(equal);
      // The one-sided 95 % bound, as isWrongInAtMost(0.01) has it.
      assertThat(equal.shareOfRuns(0.90).high()).isLessThanOrEqualTo(0.01);
    } else {
      FalseAlarms equal = simulation(QUICK).replicas(50).falseAlarms();
      assertThat(equal.runsWithAlarm()).isZero();
      assertThat(equal.outcomes().get("promoted")).isGreaterThan(45);
    }
  }

  private static void report(Object result) {
    LoggerFactory.getLogger(RolloutSimulationTest.class).warn("{}", result);
  }

  @Test
  void rollouts_ofWorseCandidates_areRolledBack() {
    if (PROOF) {
      Simulation<float[]> worse = simulation(PLAN).replicas(40);
      for (Regression<float[]> regression : REGRESSIONS) {
        Detection seen = worse.detection(regression);
        report(
            "%s: median %s, p90 %s, never %d, %s"
                .formatted(regression, seen.median(), seen.p90(), seen.never(), seen.outcomes()));
      }
    }
    Simulation<float[]> worse = simulation(QUICK).replicas(4);
    for (Regression<float[]> regression :
        List.<Regression<float[]>>of(
            Regression.errors(0.2),
            Regression.latency(3),
            Regression.shiftedScores(2),
            Regression.aucDrop(0.3))) {
      Detection seen = worse.detection(regression);
      assertThat(seen.outcomes()).as(regression.name()).containsEntry("rolled back", 4);
      assertThat(seen.p90().orElseThrow()).isLessThan(Duration.ofHours(12));
    }
  }

  /** A candidate that gets no requests can do no harm, and none is seen. */
  @Test
  void rollout_candidateThatGetsNoRequests_isNotSeenToBeWorse() {
    Detection seen =
        Simulation.of(
                TRAFFIC.arriving(Arrivals.poisson(5_000)),
                (World<float[]> world) -> {
                  Rollout<float[], Double> rollout =
                      Rollout.<float[], Double>of(world.champion(), QUICK)
                          .time(world.time())
                          .build();
                  world.closing(rollout);
                  world.listener(rollout);
                  world.routing(unit -> world.champion());
                  rollout.start(world.candidate().number(), "nobody is routed to it");
                })
            .lasting(Duration.ofDays(1))
            .replicas(2)
            .detection(Regression.errors(1));
    assertThat(seen.untouched()).isEqualTo(2);
    assertThat(seen.delays()).isEmpty();
  }

  @Test
  void rollout_thatCannotTell_endsUndecided() {
    RolloutPlan hasty =
        QUICK
            .watching(Watch.errorRateNotWorseBy(0.0001))
            .lasting(Duration.ofMinutes(10), Duration.ofHours(1));
    FalseAlarms equal =
        Simulation.of(
                TRAFFIC,
                RolloutPolicy.<float[]>of(
                    world ->
                        Rollout.<float[], Double>of(world.champion(), hasty)
                            .store(world.store())
                            .time(world.time())
                            .every(Duration.ofMinutes(10))
                            .build()))
            .lasting(Duration.ofHours(6))
            .replicas(3)
            .falseAlarms();
    assertThat(equal.outcomes()).containsOnlyKeys("undecided");
  }
}
