package io.mlops4j.junit.simulation;

import static io.mlops4j.drift.FalseAlarmBudget.atMostOncePer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Time;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftRule;
import io.mlops4j.drift.QualityMetric;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.drift.QualityRule;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.service.ServiceMonitor;
import io.mlops4j.drift.stream.ChangeDetector;
import io.mlops4j.experiments.Assignment;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.experiments.analysis.Analysis;
import io.mlops4j.experiments.analysis.Metric;
import io.mlops4j.experiments.analysis.UnitLedger;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Every policy object as a service builds it, with nothing but the world's clock and store. */
class PoliciesTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration YEAR = Duration.ofDays(365);

  private static final Traffic<float[]> SCORES =
      Traffic.binary(0.85, 0.3)
          .arriving(Arrivals.poisson(400))
          .labelled(LabelDelay.exponential(Duration.ofHours(6)));

  private static void drift(World<float[]> world) {
    var drift =
        DriftMonitor.following(world.source())
            .alertWhen(DriftRule.psi().above(0.1).withFalseAlarms(atMostOncePer(YEAR)))
            .time(world.time())
            .build();
    world.listener(drift);
    world.alarmWhen(drift, HOUR.multipliedBy(6));
    world.closing(drift);
  }

  private static void quality(World<float[]> world) {
    var quality =
        QualityMonitor.following(world.source())
            .failWhen(
                new QualityRule(
                    QualityMetric.AUC,
                    new QualityRule.Absolute(0.02),
                    new QualityRule.FirstWindows(4),
                    atMostOncePer(YEAR),
                    200,
                    0.5))
            .window(DAY)
            .rolling(2)
            .time(world.time())
            .build();
    var alerts =
        Alerts.named("simulated")
            .rule(AlertRule.on("quality", quality).withConsecutive(2, 2))
            .time(world.time())
            .store(world.store(), "only")
            .executor(world.executor())
            .every(HOUR.multipliedBy(3))
            .build();
    world.listener(quality);
    world.labels(quality);
    world.alarmWhen(alerts.check("quality"), HOUR.multipliedBy(3));
    world.closing(alerts);
    world.closing(quality);
  }

  private static void latency(World<float[]> world, Time clock) {
    ServiceMonitor<float[], Double> service = ServiceMonitor.named("simulated", clock, 100);
    var alerts =
        Alerts.named("simulated")
            .rule(
                AlertRule.on("latency", service.latency(0.95, Duration.ofMillis(45), HOUR))
                    .withFor(Duration.ofMinutes(10)))
            .rule(AlertRule.on("errors", service.errorRate(0.02, HOUR)))
            .time(clock)
            .executor(world.executor())
            .build();
    world.listener(service);
    everyMinutes(world, 5, alerts);
    world.closing(alerts);
  }

  private static void everyMinutes(World<float[]> world, int minutes, Alerts alerts) {
    Duration every = Duration.ofMinutes(minutes);
    world
        .time()
        .schedule(
            every,
            () -> {
              alerts.evaluate();
              everyMinutes(world, minutes, alerts);
            });
    if (world.time().now().getEpochSecond() % 86_400 == 0) {
      world.alarmWhen(alerts.check("latency"), every);
      world.alarmWhen(alerts.check("errors"), every);
    }
  }

  private static void experiment(World<float[]> world) {
    Experiment<ModelVersion> experiment =
        Experiment.named("candidate-" + world.seed())
            .control("champion", world.champion())
            .treatment("candidate", 0.5, world.candidate())
            .build();
    UnitLedger ledger =
        Analysis.of(experiment)
            .metric(Metric.binary("kept"))
            .alwaysValid(5_000)
            .build()
            .ledger(world.time());
    world.routing(
        unit -> {
          if (experiment.assign(unit) instanceof Assignment.Included<ModelVersion> in) {
            ledger.exposed(unit, in.arm());
            return in.payload();
          }
          return world.champion();
        });
    world.whenLabelled(
        (prediction, label) ->
            ledger.observe(Objects.requireNonNull(prediction.unit()), "kept", label));
    world.decideBy(new LiveCheck(() -> ledger.analyse().check()), HOUR.multipliedBy(12));
  }

  /** A check that is made anew each time it is asked. */
  private record LiveCheck(java.util.function.Supplier<io.mlops4j.core.Check> made)
      implements io.mlops4j.core.Check {
    @Override
    public String name() {
      return made.get().name();
    }

    @Override
    public Outcome evaluate() {
      return made.get().evaluate();
    }
  }

  @Test
  void driftMonitor_unchanged_seesADriftAndNothingElse() {
    Simulation<float[]> simulation =
        Simulation.of(SCORES, PoliciesTest::drift).lasting(Duration.ofDays(7)).replicas(10);
    SimulationResult result =
        simulation.run(Regression.drift("signal", 1), Regression.drift("signal", 0));
    assertThat(result.calm().alarms()).isZero();
    assertThat(result.detections().get(0).delays()).hasSize(10);
    assertThat(result.detections().get(0).p90().orElseThrow()).isLessThan(DAY.multipliedBy(3));
    assertThat(result.detections().get(1).delays()).isEmpty();
  }

  @Test
  void qualityAlert_unchanged_seesADropAndNothingElse() {
    Simulation<float[]> simulation =
        Simulation.of(SCORES, PoliciesTest::quality)
            .warmUp(Duration.ofDays(5))
            .lasting(Duration.ofDays(6))
            .replicas(5);
    assertThat(simulation.falseAlarms().alarms()).isZero();
    Detection seen = simulation.detection(Regression.aucDrop(0.2));
    assertThat(seen.delays()).hasSize(5);
    assertThat(seen.median().orElseThrow()).isBetween(HOUR.multipliedBy(6), DAY.multipliedBy(4));
  }

  @Test
  void serviceAlerts_unchanged_seeLatencyAndErrorsWithinAnHour() {
    Simulation<float[]> simulation =
        Simulation.of(
                SCORES.arriving(Arrivals.poisson(5_000)).errors(0.002),
                world -> latency(world, world.time()))
            .warmUp(HOUR.multipliedBy(3))
            .lasting(HOUR.multipliedBy(12))
            .replicas(8);
    assertThat(simulation.falseAlarms().alarms()).isZero();
    assertThat(simulation.detection(Regression.latency(3)).delays())
        .hasSize(8)
        .allMatch(delay -> delay.compareTo(HOUR) < 0);
    assertThat(simulation.detection(Regression.errors(0.2)).delays())
        .hasSize(8)
        .allMatch(delay -> delay.compareTo(HOUR) < 0);
  }

  /** The control: on the machine's clock no simulated minute passes, and nothing is ever seen. */
  @Test
  void serviceAlerts_onTheMachinesClock_neverFire() {
    Simulation<float[]> simulation =
        Simulation.of(
                SCORES.arriving(Arrivals.poisson(5_000)), world -> latency(world, Time.system()))
            .lasting(HOUR.multipliedBy(6))
            .replicas(2);
    assertThat(simulation.detection(Regression.latency(3)).delays()).isEmpty();
  }

  @Test
  void experiment_unchanged_stopsAWorseCandidateAndNoEqualOne() {
    Simulation<float[]> simulation =
        Simulation.of(
                SCORES.units(100_000).labelled(LabelDelay.constant(HOUR)), PoliciesTest::experiment)
            .lasting(Duration.ofDays(12))
            .replicas(10);
    SimulationResult result = simulation.run(Regression.fewerPositives(0.6));
    assertThat(result.calm().runsWithAlarm()).isLessThanOrEqualTo(2);
    Detection seen = result.detections().get(0);
    assertThat(seen.delays()).hasSize(10);
    assertThat(seen.outcomes()).containsOnlyKeys("fail");
    assertThat(result.report("An experiment").toText()).contains("How runs ended", "fail");
  }

  @Test
  void changeDetector_unchanged_seesWrongDecisions() {
    Simulation<float[]> simulation =
        Simulation.of(
                SCORES,
                world -> {
                  ChangeDetector detector =
                      ChangeDetector.expecting(ChangeDetector.Method.ADWIN, 100_000);
                  world.whenLabelled(
                      (prediction, label) -> {
                        boolean wrong = (prediction.output() >= 0.5) != (label == 1);
                        if (detector.add(wrong ? 1 : 0)) {
                          world.alarm("decisions are wrong more often");
                        }
                      });
                })
            .warmUp(Duration.ofDays(5))
            .lasting(Duration.ofDays(5))
            .replicas(10);
    assertThat(simulation.detection(Regression.accuracyDrop(0.15)).delays()).hasSize(10);
    assertThat(simulation.falseAlarms().runsWithAlarm()).isLessThanOrEqualTo(2);
  }

  /** The control: the rule of thumb that a team would write. */
  @Test
  void ruleOfThumb_threePointsOfTheLast100_criesWolfEveryWeek() {
    Simulation<float[]> simulation =
        Simulation.of(
                SCORES,
                (World<float[]> world) -> {
                  java.util.ArrayDeque<Boolean> last = new java.util.ArrayDeque<>();
                  world.whenLabelled(
                      (prediction, label) -> {
                        last.add((prediction.output() >= 0.5) == (label == 1));
                        if (last.size() > 100) {
                          last.remove();
                        }
                      });
                  world.alarmWhen(new ThumbCheck(last), DAY);
                })
            .lasting(Duration.ofDays(21))
            .replicas(10);
    assertThat(simulation.falseAlarms().perYear(0.9).low()).isGreaterThan(30);
  }

  private record ThumbCheck(java.util.ArrayDeque<Boolean> last) implements io.mlops4j.core.Check {
    @Override
    public String name() {
      return "accuracy of the last 100";
    }

    @Override
    public Outcome evaluate() {
      long right = last.stream().filter(Boolean::booleanValue).count();
      // The model's accuracy is 0.802: see oracles/simulation.json.
      return last.size() == 100 && right < 77 ? new Fail(right + " of 100.") : new Pass("Fine.");
    }
  }
}
