package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Season;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How often a whole monitor's judgement cries wolf over a stable stream, looked at again and again
 * as the window grows. Seven kinds of streams; each run has its own training rows. The configured
 * probability of a false alarm in a window is 5 %.
 *
 * <p>The rule's threshold is set to next to nothing, so that the evidence alone has to hold back.
 */
class StableFamiliesTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int RUNS = PROOF ? 2_000 : 30;
  private static final int TRAINING = PROOF ? 5_000 : 2_000;
  private static final int LIVE = PROOF ? 5_000 : 2_000;
  private static final int LOOK_EVERY = PROOF ? 50 : 100;
  private static final double CONFIGURED = 0.05;
  private static final Instant MONDAY = Instant.parse("2026-11-23T00:00:00Z");

  record Row(double number, @Nullable String category, Instant at) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class).only("number", "category");

  /** Makes the i-th row of a stream. */
  private interface Family {
    Row row(int i, SplittableRandom random);
  }

  private static Instant hour(int i) {
    return MONDAY.plusSeconds(3_600L * i);
  }

  private static @Nullable Family family(String name) {
    IntFunction<String> zipf = rank -> "v" + rank;
    return switch (name) {
      case "normal" -> (i, r) -> new Row(r.nextGaussian(), "a" + r.nextInt(5), hour(i));
      case "lognormal" ->
          (i, r) -> new Row(Math.exp(2 * r.nextGaussian()), "a" + r.nextInt(2), hour(i));
      case "heavy tails" ->
          (i, r) -> new Row(Math.tan(Math.PI * (r.nextDouble() - .5)), "a", hour(i));
      case "counts with many zeros" ->
          (i, r) ->
              new Row(
                  r.nextInt(10) < 7 ? 0 : Math.floor(-3 * Math.log(r.nextDouble())),
                  r.nextBoolean() ? "x" : "y",
                  hour(i));
      case "long-tailed categories" ->
          (i, r) ->
              new Row(r.nextDouble(), zipf.apply((int) (1 / (r.nextDouble() + 1e-3))), hour(i));
      case "missing values" ->
          (i, r) ->
              new Row(
                  r.nextInt(10) < 3 ? Double.NaN : r.nextGaussian(),
                  r.nextInt(10) < 3 ? null : "a" + r.nextInt(3),
                  hour(i));
      case "weekly season" ->
          (i, r) -> {
            boolean weekend = i % 168 >= 120;
            return new Row(
                r.nextGaussian() + (weekend ? 2 : 0), weekend ? "late" : "early", hour(i));
          };
      default -> null;
    };
  }

  static final List<String> FAMILIES =
      List.of(
          "normal",
          "lognormal",
          "heavy tails",
          "counts with many zeros",
          "long-tailed categories",
          "missing values",
          "weekly season");

  private static boolean alarms(Family family, boolean seasonal, long seed, double perLook) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> training = new ArrayList<>();
    for (int i = 0; i < TRAINING; i++) {
      training.add(family.row(i, random));
    }
    var builder = Baseline.of(SCHEMA).options(Baseline.Options.withDefaults().withBins(10));
    if (seasonal) {
      builder.season(Season.dayOfWeek(), Row::at);
    }
    Baseline baseline = builder.fit(training::stream);
    DriftCounter counter = new DriftCounter(new ModelVersion("m", 1), baseline);
    Duration window = Duration.ofDays(7);
    // So that one window may alarm with probability perLook.
    DriftRule rule =
        DriftRule.psi()
            .above(1e-9)
            .withFalseAlarms(
                FalseAlarmBudget.atMostOncePer(
                    Duration.ofMillis(Math.round(window.toMillis() / perLook))));
    int start = 168 * 40;
    for (int i = 1; i <= LIVE; i++) {
      Row row = family.row(start + i, random);
      counter.observe(SCHEMA.encode(row), row.at());
      if (i % LOOK_EVERY == 0
          && DriftReport.judge(baseline, counter.snapshot(), rule, window, Set.of()).stream()
              .anyMatch(f -> f.verdict() instanceof DriftVerdict.Drifted)) {
        return true;
      }
    }
    return false;
  }

  @TestFactory
  List<DynamicTest> judge_stableStreamWatchedContinuously_alarmsNoMoreThanConfigured() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : FAMILIES) {
      tests.add(
          DynamicTest.dynamicTest(
              name,
              () -> {
                Family family = java.util.Objects.requireNonNull(family(name));
                int alarms = 0;
                for (int run = 0; run < RUNS; run++) {
                  alarms += alarms(family, name.equals("weekly season"), run, CONFIGURED) ? 1 : 0;
                }
                if (PROOF) {
                  org.slf4j.LoggerFactory.getLogger(StableFamiliesTest.class)
                      .warn("{}: {} of {} windows alarmed", name, alarms, RUNS);
                }
                // Within 1.2 times the configured rate; few runs are allowed their own noise.
                double limit = PROOF ? 1.2 * CONFIGURED * RUNS : 5;
                assertThat(alarms).isLessThanOrEqualTo((int) limit);
              }));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> judge_seasonLeftOut_isTheControlThatAlarms() {
    return List.of(
        DynamicTest.dynamicTest(
            "weekly season without a season",
            () -> {
              Family family = java.util.Objects.requireNonNull(family("weekly season"));
              int alarms = 0;
              for (int run = 0; run < 10; run++) {
                alarms += alarms(family, false, run, CONFIGURED) ? 1 : 0;
              }
              assertThat(alarms).isGreaterThan(7);
            }));
  }
}
