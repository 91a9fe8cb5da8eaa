package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.report;
import static io.mlops4j.registry.Models.validated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What went wrong in the gates and registries of MLflow and TFX, and must not here. */
class DefectsElsewhereTest {
  private static final Metric SCORE =
      Metric.custom("score", Direction.HIGHER_IS_BETTER, "points", "May be negative, as R2 may.");

  private final ObjectStore store = ObjectStore.inMemory();
  private final RegisteredModel<String, String> model = handle();

  private RegisteredModel<String, String> handle() {
    return ModelRegistry.on(store, RegistryOptions.withDefaults().withActor("ci"))
        .model("m", LOADER);
  }

  private Verdict margin(MetricValue candidate, MetricValue bar, Margin by) {
    RegisteredModel<String, String> own = ModelRegistry.inMemory().model("m", LOADER);
    champion(own, "a", 0.7);
    validated(own, "b", 0.7);
    own.recordEvaluation(1, report(own.version(1), SCORE, bar, "d".repeat(64)));
    own.recordEvaluation(2, report(own.version(2), SCORE, candidate, "d".repeat(64)));
    return own.decide(2, GatePolicy.named("p").require(Gate.metric(SCORE).beatsChampionBy(by)))
        .verdict();
  }

  private static MetricValue value(double number) {
    return new MetricValue.Defined(number, 1000);
  }

  /** MLflow and TFMA divide by the baseline with its sign: progress from -2 to -1 fails there. */
  @ParameterizedTest
  @CsvSource({"-1, -2, PASS", "-3, -2, FAIL", "-2, -2, FAIL", "-1.98, -2, PASS"})
  void relativeMargin_negativeChampion_isNotInverted(double now, double before, Verdict verdict) {
    assertThat(margin(value(now), value(before), Margin.relative(0.01))).isEqualTo(verdict);
  }

  /** MLflow: "better than baseline"; TFMA: NaN; and 1e-12 is no zero to either. */
  @ParameterizedTest
  @CsvSource({"0", "-0.0", "1e-12", "-1e-12"})
  void relativeMargin_championOfZero_cannotBeTold(double before) {
    assertThat(margin(value(5), value(before), Margin.relative(0.01)))
        .isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(margin(value(5), value(before), Margin.absolute(1))).isEqualTo(Verdict.PASS);
  }

  /** MLflow: a NaN passes a check that is relative only. */
  @Test
  void nan_cannotEvenBeRecorded_andUndefinedNeverPasses() {
    assertThatIllegalArgumentException().isThrownBy(() -> value(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> value(Double.POSITIVE_INFINITY));
    MetricValue unknown = new MetricValue.Undefined("0/0");
    for (Margin by : List.of(Margin.relative(0), Margin.absolute(0))) {
      assertThat(margin(unknown, value(1), by)).isEqualTo(Verdict.INCONCLUSIVE);
      assertThat(margin(value(1), unknown, by)).isEqualTo(Verdict.INCONCLUSIVE);
    }
  }

  /** MLflow passes a model without thresholds; TFX gives no blessing and no reason (tfx#5148). */
  @Test
  void noThresholds_isAnErrorOfThePolicy() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new GatePolicy(
                    "empty",
                    List.of(),
                    1,
                    GatePolicy.WithoutChampion.VALUE_GATES_ONLY,
                    Optional.empty()))
        .withMessageContaining("it would let everything pass");
  }

  /** TFX stamps a first model as better than nothing, always ("rubber stamp"). */
  @Test
  void noChampion_isARuleOfThePolicy() {
    validated(model, "a", 0.7);
    GatePolicy policy =
        lenient().require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.01)));
    assertThat(model.decide(1, policy).verdict()).isEqualTo(Verdict.PASS);
    assertThat(model.decide(1, policy).results().get(1).verdict())
        .isEqualTo(Verdict.NOT_APPLICABLE);
    GatePolicy strict = policy.withoutChampion(GatePolicy.WithoutChampion.BLOCK);
    assertThat(model.decide(1, strict).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  /** TFX compares with the latest blessed model, also one that was rolled back since. */
  @Test
  void baseline_isWhatServes_notWhatWasLastBlessed() {
    champion(model, "a", 0.6);
    champion(model, "b", 0.9);
    model.rollback("p99 doubled");
    validated(model, "c", 0.7);
    GateDecision decision =
        model.promote(
            3, lenient().require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.01))));
    assertThat(decision.champion().orElseThrow().number()).isEqualTo(1);
    assertThat(decision.promoted()).isTrue();
  }

  /** tfx#2376: NOT_BLESSED is an empty file. */
  @Test
  void refusal_says_why_with_the_numbers_and_is_kept() {
    validated(model, "a", 0.4);
    GateDecision refused = model.promote(1, lenient());
    assertThat(refused.results().get(0).sentence())
        .isEqualTo("m:1 has auc 0.4 on march, not auc >= 0.5.");
    assertThat(model.decision(refused.digest()).results()).isEqualTo(refused.results());
    assertThat(model.history().get(model.history().size() - 1).sentence())
        .startsWith("Version 1 was refused promotion by ci on ")
        .contains(": lenient: FAIL (decision " + refused.digest().substring(0, 12) + ").");
  }

  /** MLflow: whoever may write sets a stage or an alias; mlflow#6636, #7762, #24742. */
  @Test
  void production_noMethodLeadsThereWithoutADecisionOrAVisibleException() {
    List<String> methods =
        Stream.concat(
                Arrays.stream(RegisteredModel.class.getMethods()),
                Arrays.stream(Promotions.class.getMethods()))
            .map(Method::getName)
            .distinct()
            .toList();
    assertThat(methods).doesNotContain("setStage", "transition", "setAlias", "setChampion");
    validated(model, "a", 0.4);
    List<Runnable> moves =
        List.of(() -> model.stage(1), () -> model.validate(1), () -> model.archive(1, "x"));
    moves.forEach(
        move -> {
          move.run();
          assertThat(model.champion()).isEmpty();
        });
    assertThatThrownBy(() -> model.promote(1, lenient())).isInstanceOf(MlopsException.class);
  }

  /**
   * MLflow 2.10.3: two concurrent promotions leave two Productions; aliases are last-writer-wins.
   */
  @Test
  void concurrentPromotions_oneChampion_andTheOtherIsDecidedAgain() throws Exception {
    champion(model, "a", 0.6);
    for (int i = 0; i < 8; i++) {
      validated(model, "b" + i, 0.7 + i / 100.0);
    }
    GatePolicy beats =
        lenient().require(Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<GateDecision>> made = new ArrayList<>();
    for (int i = 2; i <= 9; i++) {
      int number = i;
      RegisteredModel<String, String> mine = handle();
      made.add(
          threads.submit(
              () -> {
                start.await();
                return mine.promote(number, beats);
              }));
    }
    start.countDown();
    for (Future<GateDecision> one : made) {
      one.get();
    }
    threads.shutdown();
    assertThat(model.versions().stream().filter(v -> v.stage() == Stage.PRODUCTION)).hasSize(1);
    List<Reign> reigns = model.promotions().champions();
    for (int i = 1; i < reigns.size(); i++) {
      GateDecision decision = model.decision(reigns.get(i).decision().orElseThrow());
      assertThat(decision.champion().orElseThrow().number())
          .as("each was decided against the one it replaced")
          .isEqualTo(reigns.get(i - 1).version());
      assertThat(reigns.get(i).version()).isGreaterThan(reigns.get(i - 1).version());
    }
    assertThat(model.champion().orElseThrow().number()).as("the best one").isEqualTo(9);
  }

  /** mlflow#2169, open since 2019: which version was Production when. */
  @Test
  void championHistory_isThere() {
    champion(model, "a", 0.6);
    champion(model, "b", 0.7);
    assertThat(model.promotions().champions()).extracting(Reign::version).containsExactly(1, 2);
  }
}
