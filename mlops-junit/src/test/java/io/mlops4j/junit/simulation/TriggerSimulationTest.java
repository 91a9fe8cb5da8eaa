package io.mlops4j.junit.simulation;

import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftRule;
import io.mlops4j.pipeline.Codec;
import io.mlops4j.pipeline.Pipeline;
import io.mlops4j.pipeline.PipelineRunner;
import io.mlops4j.pipeline.Step;
import io.mlops4j.pipeline.Trigger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A trigger on drift, with the pipeline it starts: the retraining is the alarm. */
class TriggerSimulationTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private static void retrainingOnDrift(World<float[]> world) {
    var drift =
        DriftMonitor.following(world.source())
            .alertWhen(
                DriftRule.psi().above(0.1).withFalseAlarms(atMostOncePer(DAY.multipliedBy(365))))
            .window(DAY)
            .time(world.time())
            .build();
    world.listener(drift);
    world.closing(drift);
    retrainingOn(world, Trigger.drift("drift", drift).withCoolDown(DAY));
  }

  private static void retrainingOn(World<float[]> world, Trigger trigger) {
    var retrain =
        Step.named("retrain")
            .readsInterval()
            .source(
                Codec.text(),
                step -> {
                  world.alarm("a retraining began");
                  return "model";
                });
    PipelineRunner runner =
        PipelineRunner.of(Pipeline.named("retraining").steps(retrain).build(), world.store(), "one")
            .trigger(trigger)
            .time(world.time())
            .executor(world.executor())
            .every(HOUR.multipliedBy(2))
            .lease(HOUR.multipliedBy(6))
            .build();
    world.closing(runner);
    runner.start();
  }

  private static final Traffic<float[]> TRAFFIC =
      Traffic.binary(0.8, 0.3).arriving(Arrivals.poisson(1_000));

  @Test
  void driftTrigger_unchanged_retrainsOnDriftAndOnlyThen() {
    Simulation<float[]> simulation =
        Simulation.of(TRAFFIC, TriggerSimulationTest::retrainingOnDrift)
            .warmUp(DAY)
            .lasting(DAY.multipliedBy(3))
            .replicas(4);
    SimulationResult result = simulation.run(Regression.drift("signal", 1));
    assertThat(result.calm().alarms()).isZero();
    assertThat(result.detections().get(0).delays())
        .hasSize(4)
        .allMatch(delay -> delay.compareTo(DAY) <= 0);
  }

  /**
   * The control: a trigger on a check that always fails retrains as often as its cool-down lets.
   */
  @Test
  void trigger_onACheckThatAlwaysFails_retrainsOncePerCoolDown() {
    Check always =
        new Check() {
          @Override
          public String name() {
            return "always";
          }

          @Override
          public Outcome evaluate() {
            return new Fail("Bad.");
          }
        };
    FalseAlarms calm =
        Simulation.of(
                TRAFFIC.arriving(Arrivals.poisson(10)),
                (World<float[]> world) ->
                    retrainingOn(world, Trigger.quality("always", always).withCoolDown(DAY)))
            .lasting(Duration.ofHours(71))
            .replicas(2)
            .falseAlarms();
    assertThat(calm.alarms()).isEqualTo(2 * 3);
    assertThat(calm.perYear()).isBetween(365.0, 375.0);
  }
}
