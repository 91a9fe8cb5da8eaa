package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Labels that come late, segments, meters, the page, and plans that cannot be. */
class RolloutOutcomesTest {
  record Row(String origin) {}

  private static final Schema<Row> ROWS = Schema.of(Row.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Traffic traffic = new Traffic(23);

  private RolloutBuilder<Row, Double> builder(Watch... watches) {
    return Rollout.<Row, Double>of(
            Traffic.CHAMPION,
            RolloutPlan.steps(0.5, 0.9)
                .watching(watches)
                .withMinSamples(100)
                .lasting(MINUTE, Duration.ofDays(40)))
        .time(traffic.time)
        .every(Duration.ofDays(365));
  }

  private Prediction<Row, Double> prediction(boolean candidate, int i, String origin) {
    return new Prediction<>(
        (candidate ? "d" : "c") + i,
        (candidate ? "dk" : "ck") + i,
        "u" + i,
        candidate ? Traffic.CANDIDATE : Traffic.CHAMPION,
        Prediction.Source.MODEL,
        ROWS.encode(new Row(origin)),
        i % 2 == 0 ? 0.9 : 0.1,
        traffic.time.now(),
        Duration.ofMillis(5));
  }

  private static WatchResult of(Rollout<?, ?> rollout, String watch, int step) {
    return rollout.results().stream()
        .filter(result -> result.watch().equals(watch) && result.step() == step)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void lateLabels_countForTheStepOfThePrediction_andCanStillRollBack() {
    Watch quality = Watch.squaredErrorNotWorseBy(0.1).notWaitedFor();
    try (var rollout = builder(Watch.errorRateNotWorseBy(0.2), quality).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 400; i++) {
        rollout.onPrediction(prediction(false, i, "JFK"));
        rollout.onPrediction(prediction(true, i, "JFK"));
      }
      traffic.time.advance(MINUTE.multipliedBy(2));
      assertThat(rollout.look().step()).as("no label is waited for").isEqualTo(1);

      for (int i = 0; i < 400; i++) {
        double truth = i % 2 == 0 ? 1 : 0;
        rollout.reportById("c" + i, truth, traffic.time.now()); // the champion was right
        rollout.reportByKey("dk" + i, 1 - truth, traffic.time.now()); // the candidate was not
        rollout.reportByKey("dk" + i, truth, traffic.time.now()); // the first label wins
      }
      RolloutStatus status = rollout.look();
      assertThat(status.phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(status.step()).isEqualTo(1);
      WatchResult evidence =
          rollout.history().get(3).evidence().stream()
              .filter(r -> r.verdict() == RolloutVerdict.ROLL_BACK)
              .findFirst()
              .orElseThrow();
      assertThat(evidence.step()).isZero();
      assertThat(evidence.champion()).isEqualTo(0.01, org.assertj.core.data.Offset.offset(1e-12));
      assertThat(evidence.candidate()).isEqualTo(0.81, org.assertj.core.data.Offset.offset(1e-12));
      assertThat(evidence.candidateSamples()).isEqualTo(400);
    }
  }

  @Test
  void labels_beforeTheirPrediction_join_andWithoutLabelsThereIsNoData() {
    try (var rollout = builder(Watch.wrongDecisionsNotMoreBy(0.1)).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 400; i++) {
        double truth = i % 2 == 0 ? 1 : 0;
        rollout.reportByKey("ck" + i, truth, traffic.time.now());
        rollout.reportById("d" + i, truth, traffic.time.now());
      }
      rollout.look();
      assertThat(of(rollout, "wrong decisions", 0).verdict()).isEqualTo(RolloutVerdict.NO_DATA);
      for (int i = 0; i < 400; i++) {
        rollout.onPrediction(prediction(false, i, "JFK"));
        rollout.onPrediction(prediction(true, i, "JFK"));
      }
      rollout.look();
      assertThat(of(rollout, "wrong decisions", 0).verdict()).isEqualTo(RolloutVerdict.PROMOTE);
      assertThat(of(rollout, "wrong decisions", 0).candidateSamples()).isEqualTo(400);
      assertThatThrownBy(() -> rollout.reportById("d1", Double.NaN, traffic.time.now()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("label: NaN");
    }
  }

  @Test
  void labels_beyondWhatMayWait_areGivenUp() {
    try (var rollout = builder(Watch.squaredErrorNotWorseBy(0.1)).pendingLabels(10).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 100; i++) {
        rollout.onPrediction(prediction(true, i, "JFK"));
      }
      for (int i = 0; i < 100; i++) {
        rollout.reportById("d" + i, 1, traffic.time.now());
      }
      rollout.look();
      assertThat(of(rollout, "squared error", 0).candidateSamples()).isEqualTo(10);
    }
  }

  @Test
  void segment_thatIsWorse_rollsBack_whenAllTogetherWouldPass() {
    Watch all = Watch.squaredErrorNotWorseBy(0.3);
    try (var rollout =
        builder(
                all,
                Watch.squaredErrorNotWorseBy(0.3).inSegment("origin=LGA"),
                Watch.latencyNotSlowerThan(0.5, 2).inSegment("even"))
            .segment("even", p -> p.output() > 0.5)
            .build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 4_000; i++) {
        boolean small = i % 10 < 2;
        double truth = i % 2 == 0 ? 1 : 0;
        rollout.onPrediction(prediction(false, i, small ? "LGA" : "JFK"));
        rollout.onPrediction(prediction(true, i, small ? "LGA" : "JFK"));
        rollout.reportById("c" + i, truth, traffic.time.now());
        rollout.reportById("d" + i, small ? 1 - truth : truth, traffic.time.now());
      }
      assertThat(rollout.look().phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(rollout.status().reason()).startsWith("squared error, origin=LGA:");
      List<WatchResult> evidence = rollout.history().get(2).evidence();
      assertThat(evidence)
          .filteredOn(result -> result.watch().equals("squared error"))
          .allSatisfy(r -> assertThat(r.verdict()).isEqualTo(RolloutVerdict.PROMOTE));
      assertThat(evidence)
          .filteredOn(result -> result.watch().equals("p50 latency, even"))
          .allSatisfy(r -> assertThat(r.candidateSamples()).isEqualTo(2_000));
    }
  }

  @Test
  void segment_unknown_orOfAnswersForErrorRates_isRefused() {
    assertThatThrownBy(
            () -> builder(Watch.squaredErrorNotWorseBy(0.1).inSegment("nowhere")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("feature=value");
    assertThatThrownBy(
            () ->
                builder(Watch.errorRateAtMost(0.1).inSegment("even"))
                    .segment("even", p -> p.output() > 0.5)
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segment: 'even' of the error rate limit (expected: feature=value");
    assertThatThrownBy(() -> builder().segment("a", p -> true).segment("a", p -> true))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> Watch.latencyNotSlowerThan(0.5, 2).inSegment(" "))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void scoresOfAnswersThatAreNoNumbers_areNoData_unlessTheyAreTold() {
    RolloutPlan plan =
        RolloutPlan.steps(0.5)
            .watching(Watch.scoreShiftAtMost(0.2, 0.5))
            .withMinSamples(50)
            .lasting(MINUTE, Duration.ofDays(1));
    for (boolean told : new boolean[] {false, true}) {
      RolloutBuilder<Object, String> builder =
          Rollout.<Object, String>of(Traffic.CHAMPION, plan)
              .time(traffic.time)
              .every(Duration.ofDays(365))
              .actor("ann");
      if (told) {
        builder.scoreBy(Double::parseDouble);
      }
      try (var rollout = builder.build()) {
        rollout.start(2, "weekly");
        for (int i = 0; i < 600; i++) {
          for (boolean candidate : new boolean[] {false, true}) {
            rollout.onPrediction(
                new Prediction<>(
                    "p" + candidate + i,
                    null,
                    null,
                    candidate ? Traffic.CANDIDATE : Traffic.CHAMPION,
                    Prediction.Source.MODEL,
                    null,
                    candidate ? "0.9" : "0.1",
                    traffic.time.now(),
                    MINUTE));
          }
        }
        Phase phase = rollout.look().phase();
        assertThat(phase).isEqualTo(told ? Phase.ROLLED_BACK : Phase.RUNNING);
        assertThat(rollout.toString()).contains("rollout of m");
      }
    }
  }

  @Test
  void watches_andPlans_outOfRange_sayWhatIsExpected() {
    assertRefused(() -> Watch.errorRateNotWorseBy(0), "margin: 0.0 (expected: 0.0001");
    assertRefused(() -> Watch.errorRateAtMost(1), "limit: 1.0");
    assertRefused(() -> Watch.latencyNotSlowerThan(0.2, 2), "quantile: 0.2");
    assertRefused(() -> Watch.latencyNotSlowerThan(0.99, 1), "factor: 1.0");
    assertRefused(() -> Watch.scoreShiftAtMost(0), "limit: 0.0");
    assertRefused(() -> Watch.scoreShiftAtMost(0.1, 0.5, 0.4), "edges[1]: 0.4");
    assertRefused(() -> Watch.scoreShiftAtMost(0.1, new double[0]), "edges: 0");
    assertRefused(() -> Watch.outcomeNotWorseBy(" ", (s, l) -> 0, 1), "name:");
    assertRefused(() -> Watch.outcomeNotWorseBy("x", (s, l) -> 0, Double.NaN), "margin: NaN");
    assertRefused(() -> RolloutPlan.steps(new double[0]), "steps: 0");
    assertRefused(() -> RolloutPlan.steps(0.5, 0.4), "ascending");
    assertRefused(() -> RolloutPlan.steps(1).withMinSamples(3), "minSamples: 3");
    assertRefused(() -> RolloutPlan.steps(1).lasting(MINUTE, MINUTE), "the second longer");
    assertRefused(() -> RolloutPlan.steps(1).withFalseRollbacks(0.5), "falseRollbacks: 0.5");
    assertRefused(
        () -> RolloutPlan.withDefaults().andWatching(Watch.errorRateAtMost(0.1)), "twice");
    assertRefused(() -> builder().every(Duration.ZERO), "every: PT0S");
    assertRefused(() -> builder().pendingLabels(0), "pendingLabels: 0");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class)
        .hasMessageContaining(message);
  }

  @Test
  void digest_isOfEverythingInThePlan() {
    RolloutPlan plan = RolloutPlan.withDefaults();
    assertThat(
            List.of(
                plan.digest(),
                RolloutPlan.steps(0.1, 1).digest(),
                plan.withMinSamples(600).digest(),
                plan.withFalseRollbacks(0.02).digest(),
                plan.whenUndecided(RolloutPlan.Undecided.ROLL_BACK).digest(),
                plan.andWatching(Watch.scoreShiftAtMost(0.1)).digest(),
                plan.andWatching(Watch.scoreShiftAtMost(0.1, 0.5)).digest(),
                plan.andWatching(Watch.scoreShiftAtMost(0.1).notWaitedFor()).digest()))
        .doesNotHaveDuplicates();
    assertThat(plan.digest()).isEqualTo(RolloutPlan.withDefaults().digest());
  }

  @Test
  void meters_areThoseOfThePage() throws IOException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    var rollout = builder(Watch.errorRateNotWorseBy(0.1)).meters(meters).build();
    rollout.start(2, "weekly");
    assertThat(meters.get("mlops.rollout.share").gauge().value()).isEqualTo(0.5);
    assertThat(meters.get("mlops.rollout.step").gauge().value()).isEqualTo(1);
    assertThat(meters.get("mlops.rollout.candidate").gauge().value()).isEqualTo(2);
    assertThat(meters.get("mlops.rollout.phase").tag("phase", "running").gauge().value())
        .isEqualTo(1);
    assertThat(meters.get("mlops.rollout.watches").tag("verdict", "no_data").gauge().value())
        .isEqualTo(2);

    TreeSet<String> exported = new TreeSet<>();
    for (Meter meter : meters.getMeters()) {
      for (Tag tag : meter.getId().getTags()) {
        exported.add(
            meter.getId().getName() + (tag.getKey().equals("model") ? "" : " " + tag.getValue()));
      }
    }
    TreeSet<String> documented = new TreeSet<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(mlops\\.rollout\\.[a-z]+)` \\| gauge \\|([^|]*)\\|")
            .matcher(Files.readString(Path.of("../docs/delivery.md")));
    while (row.find()) {
      documented.add(row.group(1));
      Matcher value = Pattern.compile("`([a-z_]+)`").matcher(row.group(2));
      for (boolean key = true; value.find(); key = false) {
        if (!key) {
          documented.add(row.group(1) + " " + value.group(1));
        }
      }
    }
    assertThat(exported).isEqualTo(documented);
    rollout.close();
    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void report_tellsWhereItStands_inEveryPhase() {
    try (var rollout = builder(Watch.errorRateNotWorseBy(0.2)).build()) {
      assertThat(rollout.report().toText()).contains("There has been no rollout.");
      rollout.start(2, "weekly");
      for (int i = 0; i < 500; i++) {
        rollout.onPrediction(prediction(false, i, "JFK"));
        rollout.onPrediction(prediction(true, i, "JFK"));
      }
      rollout.look();
      String running = rollout.report().toText();
      assertThat(running).contains("m:2 is at step 1 of 2 (50.00 %)").contains("error rate");
      assertThat(rollout.report().toHtml()).contains("<title>Rollout of m</title>");
      rollout.pause("lunch");
      assertThat(rollout.report().toText()).contains("m:2 is paused at step 1 of 2");
      rollout.abort("no");
      assertThat(rollout.report().toText()).contains("m:2 was aborted at step 1 of 2");
    }
  }
}
