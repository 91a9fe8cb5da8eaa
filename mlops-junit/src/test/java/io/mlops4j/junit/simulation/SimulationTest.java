package io.mlops4j.junit.simulation;

import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mlops4j.core.Check;
import io.mlops4j.core.FailedPrediction;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SimulationTest {
  /** One request in ten minutes, at full ones. */
  private static final Traffic<float[]> EVEN =
      Traffic.binary(0.75, 0.2).arriving(Arrivals.constant(144));

  private static final Traffic<float[]> RANDOM =
      Traffic.binary(0.75, 0.2).arriving(Arrivals.poisson(144));

  private static final Duration DAY = Duration.ofDays(1);

  /** Fails while more than a given number of requests of the last day have failed. */
  static final class Failures implements PredictionListener<float[], Double>, Check {
    private final World<float[]> world;
    private final int limit;
    private final List<Instant> failures = new ArrayList<>();

    Failures(World<float[]> world, int limit) {
      this.world = world;
      this.limit = limit;
    }

    @Override
    public void onPrediction(Prediction<float[], Double> prediction) {}

    @Override
    public void onFailure(FailedPrediction failure) {
      assertThat(failure.at()).isEqualTo(world.time().now());
      failures.add(failure.at());
    }

    @Override
    public String name() {
      return "failures";
    }

    @Override
    public Outcome evaluate() {
      failures.removeIf(at -> at.isBefore(world.time().now().minus(DAY)));
      return failures.size() > limit ? new Fail(failures.size() + " failed.") : new Pass("Fine.");
    }
  }

  private static void pollsEverySevenMinutes(World<float[]> world) {
    Failures failures = new Failures(world, 0);
    world.listener(failures);
    world.alarmWhen(failures, Duration.ofMinutes(7));
  }

  private static void neverFires(World<float[]> world) {
    world.alarmWhen(always(new Check.Pass("Always fine.")), Duration.ofHours(1));
  }

  private static void alwaysFires(World<float[]> world) {
    world.alarmWhen(always(new Check.Fail("Always bad.")), Duration.ofHours(1));
  }

  private static Check always(Check.Outcome outcome) {
    return new Check() {
      @Override
      public String name() {
        return "constant";
      }

      @Override
      public Outcome evaluate() {
        return outcome;
      }
    };
  }

  /** Rings by chance, about once in 20 days. */
  private static void ringsByChance(World<float[]> world) {
    var random = new java.util.SplittableRandom(world.seed());
    world.time().schedule(DAY, () -> everyDay(world, random));
  }

  private static void everyDay(World<float[]> world, java.util.SplittableRandom random) {
    if (random.nextInt(20) == 0) {
      world.alarm("a bad day");
    }
    world.time().schedule(DAY, () -> everyDay(world, random));
  }

  @Test
  void detection_delay_isTheTimeToTheFirstPollToTheMinute() {
    Detection seen =
        Simulation.of(EVEN, SimulationTest::pollsEverySevenMinutes)
            .warmUp(DAY)
            .replicas(3)
            .detection(Regression.errors(1));
    // The day ends after 1440 minutes, with a request; the 206th poll is at 1442.
    assertThat(seen.delays()).containsOnly(Duration.ofMinutes(2)).hasSize(3);
    assertThat(seen.median()).contains(Duration.ofMinutes(2));
    assertThat(seen.never()).isZero();
  }

  @Test
  void detection_someRunsNever_quantilesSayNever() {
    Detection seen =
        new Detection(
            "d",
            10,
            List.of(DAY, DAY.multipliedBy(3), DAY.multipliedBy(2), DAY, DAY, DAY),
            0,
            0,
            0,
            new java.util.TreeMap<>());
    assertThat(seen.never()).isEqualTo(4);
    assertThat(seen.median()).contains(DAY.multipliedBy(2));
    assertThat(seen.quantile(0.6)).contains(DAY.multipliedBy(3));
    assertThat(seen.p90()).isEmpty();
    assertThat(seen.within(DAY)).isEqualTo(4);
    assertThatIllegalArgumentException().isThrownBy(() -> seen.quantile(0));
  }

  @Test
  void run_sameSeed_isTheSameOnAnyNumberOfThreads() {
    Simulation<float[]> simulation =
        Simulation.of(RANDOM, SimulationTest::ringsByChance).replicas(24);
    Regression<float[]> errors = Regression.errors(0.1);
    SimulationResult one = simulation.threads(1).run(errors);
    assertThat(simulation.threads(5).run(errors)).isEqualTo(one);
    assertThat(simulation.threads(2).run(errors).report("t").toHtml())
        .isEqualTo(one.report("t").toHtml());
    assertThat(simulation.seed(2).run(errors)).isNotEqualTo(one);
  }

  @Test
  void policy_thatNeverFires_neitherSeesNorCries() {
    Simulation<float[]> blind = Simulation.of(EVEN, SimulationTest::neverFires).replicas(40);
    assertThat(blind).criesWolfAtMostOncePer(Duration.ofDays(365));
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(blind).catches(Regression.errors(1)).within(DAY))
        .withMessage(
            "Expected '100.0 % errors' to be caught within 24 h in at least 90 % of the runs, but"
                + " it was in 0 of 40: at most 7.22 % (95 % confidence).");
  }

  @Test
  void policy_thatAlwaysFires_criesWolfEveryDayAndSeesNothing() {
    Simulation<float[]> nervous =
        Simulation.of(EVEN, SimulationTest::alwaysFires).warmUp(DAY).replicas(40);
    FalseAlarms calm = nervous.falseAlarms();
    assertThat(calm.perYear()).isBetween(360.0, 370.0);
    assertThat(calm.runsWithAlarm()).isEqualTo(40);
    Detection seen = nervous.detection(Regression.errors(1));
    assertThat(seen.delays()).isEmpty();
    assertThat(seen.rangBefore()).isEqualTo(40);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(nervous).criesWolfAtMostOncePer(Duration.ofDays(365)))
        .withMessageContaining("at least 348")
        .withMessageContaining("a year (95 % confidence).");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(nervous).catches(Regression.errors(1)).within(DAY))
        .withMessageEndingWith("In 40 runs an alarm was standing before it began.");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(nervous).isWrongInAtMost(0.5))
        .withMessageContaining("it was in 40 of 40: at least 92.78 %");
  }

  @Test
  void regression_ofSizeZero_isOnlyFalseAlarms() {
    Simulation<float[]> simulation =
        Simulation.of(RANDOM, SimulationTest::ringsByChance).replicas(30);
    Detection nothing = simulation.detection(Regression.errors(0));
    FalseAlarms calm = simulation.falseAlarms();
    assertThat(nothing.delays()).isEmpty();
    assertThat(nothing.untouched()).isEqualTo(30);
    assertThat(nothing.falseAlarms()).isEqualTo(calm.alarms()).isGreaterThan(20);
    // The rate the policy was made with: 365.25 / 20 a year.
    assertThat(calm.perYear(0.99).low()).isLessThan(18.3);
    assertThat(calm.perYear(0.99).high()).isGreaterThan(18.3);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () -> assertThat(simulation).catches(Regression.errors(0)).within(DAY.multipliedBy(30)))
        .withMessageContaining("changed no request: whatever was alarmed is a false alarm");
  }

  @Test
  void clock_movedByThePolicy_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world ->
                            world
                                .time()
                                .schedule(
                                    Duration.ofHours(1),
                                    () -> ((VirtualTime) world.time()).advance(DAY)))
                    .falseAlarms())
        .withMessageContaining("the policy has moved it");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world ->
                            world
                                .time()
                                .schedule(
                                    Duration.ofHours(1),
                                    () ->
                                        ((VirtualTime) world.time())
                                            .setWallClock(Instant.parse("2020-01-01T00:00:00Z"))))
                    .falseAlarms())
        .withMessageContaining("the clock stands at 2020-01-01");
  }

  @Test
  void policy_withStateOfAllRuns_isRefused() {
    AtomicLong shared = new AtomicLong();
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world -> {
                          if (shared.incrementAndGet() % 2 == 0) {
                            world.alarm("every second run");
                          }
                        })
                    .falseAlarms())
        .withMessageContaining("the same run gave")
        .withMessageContaining("make it anew in each run");
  }

  @Test
  void world_otherThreads_areRefused() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world -> {
                          List<RuntimeException> thrown = new ArrayList<>();
                          Thread other =
                              new Thread(
                                  () -> {
                                    try {
                                      world.alarm("from elsewhere");
                                    } catch (RuntimeException e) {
                                      thrown.add(e);
                                    }
                                  },
                                  "elsewhere");
                          other.start();
                          other.join();
                          throw thrown.get(0);
                        })
                    .falseAlarms())
        .withMessageContaining("alarm: called on thread 'elsewhere'")
        .withMessageContaining("world.executor()");
  }

  @Test
  void world_closesWhatItWasGiven_lastFirst() {
    List<String> closed = new ArrayList<>();
    Simulation.of(
            EVEN,
            world -> {
              world.closing(() -> closed.add("first"));
              world.closing(() -> closed.add("last"));
              world.end("at once");
              world.end("too late");
            })
        .replicas(1)
        .threads(1)
        .falseAlarms();
    assertThat(closed.subList(0, 2)).containsExactly("last", "first");
  }

  @Test
  void policy_thatCannotBeBuilt_saysWhy() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world -> {
                          throw new IOException("no such file");
                        })
                    .falseAlarms())
        .withMessageContaining("the policy failed: java.io.IOException: no such file");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world -> {
                          world.routing(unit -> world.champion());
                          world.routing(unit -> world.candidate());
                        })
                    .falseAlarms())
        .withMessageContaining("set already");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world ->
                            world.routing(unit -> new io.mlops4j.core.ModelVersion("other", 1)))
                    .falseAlarms())
        .withMessageContaining("expected: simulated:1 or simulated:2");
    assertThatExceptionOfType(io.mlops4j.core.MlopsException.class)
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN,
                        world -> {
                          var current = world.source().current();
                          ((io.mlops4j.core.ModelSource.Selected<?, ?>) current).release().load();
                        })
                    .falseAlarms())
        .withMessageContaining("answers come from the traffic");
  }

  @Test
  void claims_thatAreOnlyNotRefuted_failAndSayHowManyRunsItTakes() {
    Simulation<float[]> few =
        Simulation.of(EVEN, SimulationTest::pollsEverySevenMinutes).replicas(10);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(few).criesWolfAtMostOncePer(Duration.ofDays(365)))
        .withMessageContaining("0 in 0.82 simulated years: up to 3.65 a year cannot be excluded")
        .withMessageEndingWith("Even without an alarm that takes replicas(37).");
    assertThat(few.replicas(37)).criesWolfAtMostOncePer(Duration.ofDays(365));
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(few).catches(Regression.errors(1)).within(DAY))
        .withMessageContaining("it was in 10 of 10, half of them within 14 min")
        .withMessageEndingWith("Even if all see it that takes replicas(29).");
    assertThat(few.replicas(29)).catches(Regression.errors(1)).within(DAY);
    assertThat(few).catches(Regression.errors(1)).inAtLeast(0.7).within(DAY);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(few).isWrongInAtMost(0.01))
        .withMessageEndingWith("Even without an alarm that takes replicas(299).");
    Simulation<float[]> wrong = Simulation.of(RANDOM, SimulationTest::ringsByChance).replicas(30);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(wrong).criesWolfAtMostOncePer(Duration.ofDays(19)))
        .withMessageEndingWith("Simulate more runs, or make the policy stricter.");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> assertThat(wrong).isWrongInAtMost(0.85))
        .withMessageEndingWith("Simulate more runs, or make the policy stricter.");
  }

  @Test
  void settings_unusable_areRefused() {
    Simulation<float[]> simulation = Simulation.of(EVEN, SimulationTest::neverFires);
    assertThatIllegalArgumentException().isThrownBy(() -> simulation.replicas(0));
    assertThatIllegalArgumentException().isThrownBy(() -> simulation.threads(0));
    assertThatIllegalArgumentException().isThrownBy(() -> simulation.lasting(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> simulation.warmUp(Duration.ofDays(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> assertThat(simulation).criesWolfAtMostOncePer(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> assertThat(simulation).isWrongInAtMost(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> assertThat(simulation).catches(Regression.none()).inAtLeast(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Simulation.of(
                        EVEN, world -> world.alarmWhen(always(new Check.Pass("")), Duration.ZERO))
                    .falseAlarms())
        .withMessageContaining("every: PT0S");
    assertThatIllegalArgumentException().isThrownBy(() -> Traffic.binary(0.4, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> Traffic.binary(0.8, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> EVEN.units(0));
    assertThatIllegalArgumentException().isThrownBy(() -> EVEN.errors(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EVEN.latency(Duration.ofMillis(2), Duration.ofMillis(1)));
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () ->
                assertThat(Simulation.of(EVEN, (World<float[]> world) -> world.end("at once")))
                    .criesWolfAtMostOncePer(DAY))
        .withMessageContaining("No time was simulated");
  }

  @Test
  void startingAt_anotherDay_beginsThere() {
    List<Instant> seen = new ArrayList<>();
    Simulation.of(
            EVEN,
            world -> {
              seen.add(world.time().now());
              world.end("seen");
            })
        .startingAt(Instant.parse("2030-01-01T00:00:00Z"))
        .replicas(1)
        .threads(1)
        .falseAlarms();
    assertThat(seen).containsOnly(Instant.parse("2030-01-01T00:00:00Z"));
  }
}
