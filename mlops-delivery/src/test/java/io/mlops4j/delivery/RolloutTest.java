package io.mlops4j.delivery;

import static io.mlops4j.delivery.RolloutEvent.Kind.ABORTED;
import static io.mlops4j.delivery.RolloutEvent.Kind.ADVANCED;
import static io.mlops4j.delivery.RolloutEvent.Kind.PAUSED;
import static io.mlops4j.delivery.RolloutEvent.Kind.PROMOTED;
import static io.mlops4j.delivery.RolloutEvent.Kind.REQUESTED;
import static io.mlops4j.delivery.RolloutEvent.Kind.RESUMED;
import static io.mlops4j.delivery.RolloutEvent.Kind.ROLLED_BACK;
import static io.mlops4j.delivery.RolloutEvent.Kind.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.delivery.RolloutStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The steps of a rollout, and what canaries elsewhere got wrong. */
class RolloutTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  static final RolloutPlan PLAN =
      RolloutPlan.steps(0.1, 0.5, 1)
          .watching(Watch.errorRateNotWorseBy(0.05), Watch.errorRateAtMost(0.2))
          .withMinSamples(100)
          .lasting(Duration.ofMinutes(10), Duration.ofHours(6));

  private final Traffic traffic = new Traffic(5);
  private final ObjectStore store = ObjectStore.inMemory();

  private RolloutBuilder<Object, Double> builder(RolloutPlan plan) {
    return Rollout.<Object, Double>of(Traffic.CHAMPION, plan)
        .store(store)
        .time(traffic.time)
        .every(MINUTE);
  }

  private static List<RolloutEvent.Kind> kinds(Rollout<?, ?> rollout) {
    return rollout.history().stream().map(RolloutEvent::kind).toList();
  }

  @Test
  void goodCandidate_passesEveryStepWithEvidence() {
    try (var rollout = builder(PLAN).build()) {
      assertThat(rollout.status().phase()).isEqualTo(Phase.NONE);
      assertThat(rollout.start(2, "weekly").share()).isEqualTo(0.1);
      traffic.send(rollout, 30_000, Duration.ofHours(3));

      assertThat(kinds(rollout)).containsExactly(REQUESTED, STARTED, ADVANCED, ADVANCED, PROMOTED);
      assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
      assertThat(rollout.status().share()).isZero();
      assertThat(rollout.history())
          .filteredOn(event -> event.kind() == ADVANCED || event.kind() == PROMOTED)
          .allSatisfy(
              event -> {
                assertThat(event.evidence()).isNotEmpty();
                assertThat(event.evidence())
                    .allSatisfy(
                        result -> assertThat(result.verdict()).isEqualTo(RolloutVerdict.PROMOTE));
              });
      assertThat(rollout.history().get(4).sentence())
          .startsWith("m:2 was promoted by rollout on 2026-03-02T");
    }
  }

  @Test
  void step_tooYoung_isNotLeft() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      traffic.send(rollout, 20_000, Duration.ofMinutes(9));
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.PROMOTE);
      assertThat(rollout.status().step()).isZero();
      traffic.send(rollout, 10, Duration.ofMinutes(2));
      assertThat(rollout.status().step()).isEqualTo(1);
    }
  }

  @Test
  void zeroRequests_neitherPassNorFail() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      traffic.time.advance(Duration.ofHours(5));
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
      assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
      assertThat(rollout.status().step()).isZero();
      traffic.time.advance(Duration.ofHours(2));
      assertThat(rollout.status().phase()).isEqualTo(Phase.PAUSED);
      assertThat(rollout.status().reason())
          .contains("undecided after PT6H")
          .contains("needed: 100");
    }
  }

  @Test
  void undecided_planSaysSo_rollsBack() {
    var plan = PLAN.whenUndecided(RolloutPlan.Undecided.ROLL_BACK);
    try (var rollout = builder(plan).build()) {
      rollout.start(2, "weekly");
      traffic.time.advance(Duration.ofHours(7));
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    }
  }

  @Test
  void onlyTheChampionIsAsked_isNoDataForTheCandidate() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 5_000; i++) {
        rollout.onPrediction(traffic.prediction(Traffic.CHAMPION, "u" + i, 0.5));
      }
      traffic.time.advance(Duration.ofHours(1));
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
      assertThat(rollout.status().step()).isZero();
    }
  }

  @Test
  void everyCheckThrows_isNoSuccess() {
    Check broken =
        check(
            "drift",
            () -> {
              throw new IllegalStateException("no connection");
            });
    try (var rollout = builder(PLAN).check(broken).build()) {
      rollout.start(2, "weekly");
      traffic.send(rollout, 20_000, Duration.ofHours(2));
      assertThat(rollout.status().step()).isZero();
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
      assertThat(rollout.results())
          .anySatisfy(r -> assertThat(r.sentence()).contains("no connection"));
      traffic.time.advance(Duration.ofHours(5));
      assertThat(rollout.status().phase()).isEqualTo(Phase.PAUSED);
    }
  }

  @Test
  void checks_failRollsBack_guardIsNotWaitedFor() {
    var drift = new AtomicReference<Check.Outcome>(new Check.NoData("no labels yet"));
    try (var rollout = builder(PLAN).guard(check("quality", drift::get)).build()) {
      rollout.start(2, "weekly");
      traffic.send(rollout, 3_000, Duration.ofMinutes(15));
      assertThat(rollout.status().step()).isEqualTo(1);
      drift.set(new Check.Fail("AUC fell by 0.2"));
      traffic.time.advance(MINUTE);
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(rollout.status().reason()).isEqualTo("quality: AUC fell by 0.2");
    }
  }

  @Test
  void answersThatAreNaN_areErrors() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 3_000; i++) {
        rollout.onPrediction(traffic.prediction(Traffic.CHAMPION, "u" + i, 0.5));
        rollout.onPrediction(
            traffic.prediction(Traffic.CANDIDATE, "v" + i, i % 2 == 0 ? Double.NaN : 0.5));
      }
      traffic.time.advance(MINUTE);
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(rollout.status().reason()).contains("error rate").contains("50.00 %");
    }
  }

  @Test
  void fallbackAnswers_areErrors_cachedOnesAreNothing() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 200; i++) {
        rollout.onPrediction(
            traffic.prediction(Traffic.CANDIDATE, "u" + i, 0.5, Prediction.Source.CACHE));
      }
      rollout.look();
      assertThat(rollout.results().get(0).candidateSamples()).isZero();
      for (int i = 0; i < 200; i++) {
        rollout.onPrediction(traffic.prediction(Traffic.CHAMPION, "c" + i, 0.5));
        rollout.onPrediction(
            traffic.prediction(Traffic.CANDIDATE, "u" + i, 0.5, Prediction.Source.FALLBACK));
      }
      assertThat(rollout.look().phase()).isEqualTo(Phase.ROLLED_BACK);
    }
  }

  @Test
  void failures_areLookedAtSoon_withoutWaitingForTheInterval() {
    try (var rollout =
        Rollout.<Object, Double>of(Traffic.CHAMPION, PLAN)
            .time(traffic.time)
            .every(Duration.ofHours(1))
            .build()) {
      rollout.start(2, "weekly");
      traffic.candidateErrorRate = 1;
      traffic.send(rollout, 3_000, Duration.ofSeconds(60));
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    }
  }

  @Test
  void rollback_isArmedWhilePaused() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      assertThat(rollout.pause("lunch").phase()).isEqualTo(Phase.PAUSED);
      assertThat(rollout.status().share()).isEqualTo(0.1);
      traffic.send(rollout, 10_000, Duration.ofHours(7));
      assertThat(rollout.status().phase()).isEqualTo(Phase.PAUSED);
      assertThat(rollout.status().step()).isZero();
      traffic.candidateErrorRate = 0.9;
      traffic.send(rollout, 2_000, Duration.ofMinutes(20));
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    }
  }

  @Test
  void resume_goesOnWithWhatWasCounted_abortEnds() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      rollout.pause("lunch");
      traffic.send(rollout, 10_000, Duration.ofHours(7));
      assertThat(rollout.resume("back").phase()).isEqualTo(Phase.RUNNING);
      traffic.time.advance(Duration.ofMinutes(11));
      assertThat(rollout.status().step()).isEqualTo(1);
      assertThat(rollout.abort("enough").phase()).isEqualTo(Phase.ABORTED);
      assertThat(rollout.arm("u1")).isEqualTo(Arm.CHAMPION);
      assertThat(kinds(rollout))
          .containsExactly(REQUESTED, STARTED, PAUSED, RESUMED, ADVANCED, ABORTED);
      assertThatThrownBy(() -> rollout.pause("late"))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("No rollout of m is under way");
    }
  }

  @Test
  void newVersion_inTheMiddle_startsCleanly() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      traffic.candidateErrorRate = 0.06;
      traffic.send(rollout, 3_000, Duration.ofMinutes(8));
      long seen = rollout.results().get(0).candidateSamples();
      assertThat(seen).isPositive();

      rollout.start(3, "a better one");
      assertThat(rollout.status().candidate()).contains(new ModelVersion("m", 3));
      assertThat(rollout.status().step()).isZero();
      rollout.look();
      assertThat(rollout.results().get(0).candidateSamples()).isZero();
      traffic.send(rollout, 1_000, Duration.ofMinutes(8)); // of version 2: not the candidate's
      assertThat(rollout.results().get(0).candidateSamples()).isZero();
      assertThat(kinds(rollout)).containsExactly(REQUESTED, STARTED, REQUESTED, ABORTED, STARTED);
      assertThat(rollout.history().get(3).reason()).isEqualTo("Superseded by m:3.");
    }
  }

  @Test
  void rolledBackVersion_isNotOfferedAgain_unlessSomebodyInsists() {
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      traffic.candidateErrorRate = 0.9;
      traffic.send(rollout, 2_000, Duration.ofMinutes(20));
      assertThat(kinds(rollout)).contains(ROLLED_BACK);
      assertThatThrownBy(() -> rollout.start(2, "once more"))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("m:2 was rolled back on")
          .hasMessageContaining("again:");
      assertThat(rollout.start(2, "again: the data base was down").phase())
          .isEqualTo(Phase.RUNNING);
    }
  }

  @Test
  void predictions_ofOtherVersionsAndTimes_areNotCounted() {
    try (var rollout = builder(PLAN).build()) {
      var early = traffic.prediction(Traffic.CANDIDATE, "u1", 0.5);
      traffic.time.advance(MINUTE);
      rollout.start(2, "weekly");
      rollout.onPrediction(early);
      rollout.onPrediction(traffic.prediction(new ModelVersion("m", 9), "u2", 0.5));
      rollout.look();
      assertThat(rollout.results().get(0).candidateSamples()).isZero();
      assertThat(rollout.results().get(0).championSamples()).isZero();
    }
  }

  @Test
  void plan_thatCannotRollBack_isRefused() {
    RolloutPlan blind = RolloutPlan.steps(1).watching(Watch.errorRateNotWorseBy(0.01));
    assertThatThrownBy(() -> builder(blind).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing can roll back");
    builder(RolloutPlan.steps(1)).build().close(); // its limit can
  }

  @Test
  void blueGreen_isOneStep_andRollsBack() {
    RolloutPlan plan = RolloutPlan.steps(1).lasting(Duration.ofHours(1), Duration.ofDays(1));
    try (var rollout = builder(plan).build()) {
      rollout.start(2, "switch");
      assertThat(rollout.arm("anybody")).isEqualTo(Arm.CANDIDATE);
      traffic.send(rollout, 5_000, Duration.ofMinutes(50));
      assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
      traffic.candidateErrorRate = 0.5;
      traffic.send(rollout, 2_000, Duration.ofMinutes(5));
      assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(rollout.status().reason()).contains("error rate limit");
    }
  }

  @Test
  void fewUnits_areNoEvidence_howeverManyRequests() {
    traffic.units = 8;
    try (var rollout = builder(PLAN).build()) {
      rollout.start(2, "weekly");
      for (int i = 0; i < 5_000; i++) {
        rollout.onPrediction(traffic.prediction(Traffic.CHAMPION, "c" + i % 8, 0.5));
        rollout.onPrediction(traffic.prediction(Traffic.CANDIDATE, "u" + i % 8, 0.5));
      }
      traffic.time.advance(Duration.ofHours(1));
      assertThat(rollout.verdict()).isEqualTo(RolloutVerdict.NO_DATA);
      assertThat(rollout.results())
          .anySatisfy(r -> assertThat(r.sentence()).contains("too few different units"));
    }
  }

  private static Check check(String name, java.util.function.Supplier<Check.Outcome> outcome) {
    return new Check() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Outcome evaluate() {
        return outcome.get();
      }
    };
  }
}
