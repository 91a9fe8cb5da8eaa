package io.mlops4j.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.RolloutStatus.Phase;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.HistoryEntry;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Stage;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From a registry's candidate to its champion, on real sessions: version 1 answers x + 1. */
@Timeout(120)
class RegistryRolloutTest {
  private static final Schema<float[]> ONE = Schema.floats("x");
  private static final GatePolicy POLICY =
      GatePolicy.named("rollout").require(Gate.check("rollout"));
  private static final RolloutPlan PLAN =
      RolloutPlan.steps(0.3, 1)
          .watching(
              Watch.errorRateNotWorseBy(0.1),
              Watch.errorRateAtMost(0.2),
              Watch.squaredErrorNotWorseBy(0.25))
          .withMinSamples(60)
          .lasting(Duration.ofMinutes(5), Duration.ofHours(6));

  private final VirtualTime time = VirtualTime.startingAt(Traffic.START);
  private final ObjectStore store = ObjectStore.inMemory();
  private final ModelRegistry registry = registry("ci");
  private final RegisteredModel<float[], Double> model =
      registry.model("m", OnnxModel.regression(ONE));

  @SuppressWarnings("NullAway.Init") // set by serve(), which every test but one calls first
  private Rollout<float[], Double> rollout;

  @SuppressWarnings("NullAway.Init")
  private TrafficSplit<float[], Double> split;

  private int sent;

  private ModelRegistry registry(String actor) {
    return ModelRegistry.on(store, RegistryOptions.withDefaults().withTime(time).withActor(actor));
  }

  private int register(String file) {
    return model.register(files(file), Lineage.unknown()).number();
  }

  private static ModelFiles files(String name) {
    try (var in =
        Objects.requireNonNull(
            RegistryRolloutTest.class.getResourceAsStream("/models/" + name + ".onnx"))) {
      return ModelFiles.of("onnx", Map.of("model.onnx", in.readAllBytes()))
          .withSignature(ONE.fingerprint());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void serve(GatePolicy policy) {
    if (model.champion().isEmpty()) {
      int first = register("plus1");
      model.stage(first);
      model.validate(first);
      model.promotions().bootstrap(first, "the first one");
    }
    rollout =
        Rollout.of(model, policy, PLAN)
            .store(store)
            .time(time)
            .every(Duration.ofMinutes(1))
            .build();
    split =
        TrafficSplit.of(
            Predictor.from(model.production())
                .unitBy(row -> "u" + row[0])
                .time(time)
                .listener(rollout)
                .build(),
            row -> "u" + row[0],
            candidate -> candidate.time(time).listener(rollout));
    rollout.steer(split);
  }

  @AfterEach
  void close() {
    if (split != null) {
      rollout.close();
      split.close();
    }
    registry.close();
  }

  private void start(int number) {
    rollout.start(number, "weekly");
    until(() -> split.candidateProblem().isEmpty() && split.candidate().isPresent());
    rollout.look();
  }

  private static void until(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - begin).as("nanoseconds").isLessThan(30_000_000_000L);
      Thread.onSpinWait();
    }
  }

  /** Sends requests and their labels, then moves time. Every request is answered. */
  private void minutes(int count) {
    for (int minute = 0; minute < count; minute++) {
      for (int i = 0; i < 100; i++) {
        float x = sent++;
        Prediction<float[], Double> answer = split.predictDetailed(new float[] {x});
        rollout.reportById(answer.id(), x + 1, time.now());
      }
      assertThat(split.awaitListeners(Duration.ofSeconds(20))).isTrue();
      time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void goodCandidate_becomesTheChampion_byTheRegistrysGates() {
    serve(POLICY);
    int candidate = register("plus1");
    start(candidate);
    assertThat(model.version(candidate).stage()).isEqualTo(Stage.VALIDATION);
    minutes(30);

    assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
    assertThat(model.champion().orElseThrow().number()).isEqualTo(candidate);
    assertThat(model.version(candidate).checks())
        .extracting(CheckEvidence::name, CheckEvidence::outcome)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("rollout-step", CheckEvidence.Outcome.PASS),
            org.assertj.core.groups.Tuple.tuple("rollout", CheckEvidence.Outcome.PASS));
    assertThat(model.history())
        .extracting(HistoryEntry::kind)
        .contains(HistoryEntry.Kind.EVIDENCE, HistoryEntry.Kind.PROMOTE);
    // The candidate is taken out once the champion's predictor serves its version.
    until(() -> split.version().orElseThrow().number() == candidate);
    rollout.look();
    assertThat(split.candidate()).isEmpty();
    assertThat(split.predict(new float[] {1})).isEqualTo(2);
  }

  @Test
  void badCandidate_isRolledBackAtTheFirstStep_andItsEvidenceFailsTheGate() {
    serve(POLICY);
    int candidate = register("plus2");
    start(candidate);
    minutes(12);

    assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(rollout.status().step()).isZero();
    assertThat(rollout.status().reason()).contains("squared error");
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
    assertThat(split.share()).isZero();
    assertThat(split.predict(new float[] {1})).isEqualTo(2);
    GateDecision decision = model.decide(candidate, POLICY);
    assertThat(decision.toString()).contains("FAIL").contains("squared error");
    assertThatThrownBy(() -> rollout.start(candidate, "please"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("was rolled back on");
  }

  @Test
  void waitingForApproval_candidateTurnsBad_isRolledBack() {
    serve(POLICY.requireApproval("owner"));
    int candidate = register("plus1");
    start(candidate);
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(rollout.status().reason()).contains("owner");
    assertThat(split.share()).isEqualTo(1);

    ModelVersion version = model.version(candidate).version();
    for (int i = 0; i < 3_000; i++) {
      rollout.onFailure(
          new io.mlops4j.core.FailedPrediction(
              version,
              io.mlops4j.core.FailedPrediction.Reason.MODEL,
              time.now(),
              Duration.ofMillis(1)));
    }
    time.advance(Duration.ofMinutes(1));
    assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
    assertThat(split.share()).isZero();
  }

  @Test
  void waitingForApproval_approved_isPromotedAtTheNextLook() {
    serve(POLICY.requireApproval("owner"));
    int candidate = register("plus1");
    start(candidate);
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(model.history().stream().filter(e -> e.kind() == HistoryEntry.Kind.DECIDE).count())
        .isEqualTo(1); // asked at every look, decided once
    String digest =
        model.history().stream()
            .filter(e -> e.kind() == HistoryEntry.Kind.DECIDE)
            .findFirst()
            .flatMap(HistoryEntry::digest)
            .orElseThrow();
    try (ModelRegistry ann = registry("ann")) {
      var same = ann.model("m", OnnxModel.regression(ONE));
      same.promotions().approve(same.decision(digest), "owner", "fine");
    }
    time.advance(Duration.ofMinutes(2));
    assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
    assertThat(model.champion().orElseThrow().number()).isEqualTo(candidate);
  }

  @Test
  void gatesRefuse_isRolledBack_gatesThatDoNotTell_pause() {
    serve(POLICY.require(Gate.check("security")));
    int refused = register("plus1");
    model.recordCheck(
        refused,
        new CheckEvidence(
            "security",
            "m:" + refused,
            java.util.Optional.empty(),
            CheckEvidence.Outcome.FAIL,
            "A known hole.",
            new java.util.TreeMap<>(),
            time.now()));
    start(refused);
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(rollout.status().reason()).contains("The gates refused it").contains("hole");

    int unknown = register("plus1");
    start(unknown);
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.PAUSED);
    assertThat(rollout.status().reason()).contains("The gates do not tell");
    assertThat(model.champion().orElseThrow().number()).isEqualTo(1);
  }

  @Test
  void candidate_thatCannotBeLoaded_isRolledBackAtOnce_andGetsNoRequest() {
    serve(POLICY);
    int broken =
        model
            .register(
                ModelFiles.of("onnx", Map.of("model.onnx", new byte[] {1, 2, 3}))
                    .withSignature(ONE.fingerprint()),
                Lineage.unknown())
            .number();
    rollout.start(broken, "weekly");
    until(() -> split.candidateFailed() || split.candidate().isEmpty());
    minutes(2);
    assertThat(rollout.status().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(rollout.status().reason()).contains("It cannot be served");
    assertThat(sent).isEqualTo(200);
  }

  @Test
  void championChanges_endsTheRollout_promotionByHandIsItsEnd() {
    serve(GatePolicy.named("any").require(Gate.check("ok")));
    int candidate = register("plus1");
    int other = register("plus1");
    start(candidate);
    byHand(other);
    time.advance(Duration.ofMinutes(1));
    assertThat(rollout.status().phase()).isEqualTo(Phase.ABORTED);
    assertThat(rollout.status().reason()).contains("The champion is m:" + other + " by now");

    start(candidate);
    byHand(candidate);
    time.advance(Duration.ofMinutes(1));
    assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
    assertThat(rollout.status().reason()).isEqualTo("It is in production.");
  }

  private void byHand(int number) {
    if (model.version(number).stage() == Stage.NONE) {
      model.stage(number);
      model.validate(number);
    }
    model.recordCheck(
        number,
        new CheckEvidence(
            "ok",
            "m:" + number,
            java.util.Optional.empty(),
            CheckEvidence.Outcome.PASS,
            "Fine.",
            new java.util.TreeMap<>(),
            time.now()));
    assertThat(model.promote(number, GatePolicy.named("hand").require(Gate.check("ok"))).promoted())
        .isTrue();
  }

  @Test
  void restart_withSessions_goesOnAtItsStep() {
    serve(POLICY);
    int candidate = register("plus1");
    start(candidate);
    minutes(3);
    rollout.close();
    split.close();
    serve(POLICY); // another process: same store
    until(() -> split.candidateProblem().isEmpty() && split.candidate().isPresent());
    assertThat(rollout.status().phase()).isEqualTo(Phase.RUNNING);
    assertThat(split.share()).isGreaterThan(0.29);
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
  }

  @Test
  void start_withoutChampion_isRefused() {
    try (var early = Rollout.of(model, POLICY, PLAN).store(store).time(time).build()) {
      int only = register("plus1");
      assertThatThrownBy(() -> early.start(only, "first"))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("no champion to compare it with");
    }
  }

  @Test
  void frozenPromotions_wait_andGoOnWhenTheyMay() {
    serve(POLICY);
    int candidate = register("plus1");
    start(candidate);
    model.freezePromotions("quarter end");
    minutes(30);
    assertThat(rollout.status().phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(rollout.status().reason()).contains("quarter end");
    model.unfreezePromotions("over");
    time.advance(Duration.ofMinutes(1));
    assertThat(rollout.status().phase()).isEqualTo(Phase.PROMOTED);
  }
}
