package io.mlops4j.registry;

import static io.mlops4j.registry.FleetTest.ROWS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Digests;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetGateTest {
  private static final GatePolicy POLICY = Models.lenient().require(Gate.fleetCanServe());
  private static final ServingState NOTHING = new ServingState(Optional.empty(), Optional.empty());

  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final ObjectStore store = ObjectStore.inMemory();
  private final RegistryOptions options = RegistryOptions.withDefaults().withTime(time);
  private final RegisteredModel<FleetTest.Row, String> model =
      ModelRegistry.on(store, options).model("delay", ROWS);

  /** A version in VALIDATION that reads some numbers, good enough for every other gate. */
  private RegisteredVersion<FleetTest.Row, String> reading(String... features) {
    List<EncodedColumn> columns =
        List.of(features).stream()
            .<EncodedColumn>map(name -> new EncodedColumn.Numeric(name, Float.NaN))
            .toList();
    ModelFiles files =
        ModelFiles.of("constant", Map.of("model.txt", "x".getBytes(UTF_8)))
            .withEncoding(InputEncoding.of(columns));
    var version = model.register(files, Lineage.unknown());
    model.recordEvaluation(version, Models.report(version, Metric.AUC, 0.9));
    model.stage(version);
    return model.validate(version);
  }

  private static GateResult fleet(GateDecision decision) {
    return decision.results().get(1);
  }

  @Test
  void promote_everyLiveInstanceCan_passesAndStoresWhoTheyWere() {
    model.announce("pod-1", () -> NOTHING);
    model.announce("pod-2", () -> NOTHING);
    var candidate = reading("distance");
    GateDecision decision = model.promote(candidate, POLICY);
    assertThat(decision.promoted()).isTrue();
    assertThat(fleet(decision))
        .isEqualTo(
            new GateResult(
                "fleet",
                Verdict.PASS,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                "2 of 2 live instances can serve it",
                "every live instance can serve it",
                "Every live instance (2) can serve delay:1."));
    String digest = decision.evidence().get(1);
    byte[] stored = store.get(DirectoryObjectStore.blobKey(digest)).orElseThrow();
    assertThat(Digests.sha256(stored)).isEqualTo(digest);
    assertThat(new String(stored, UTF_8)).contains("pod-1", "pod-2", "distance");
    GateDecision read = model.decision(decision.digest());
    assertThat(read.results()).isEqualTo(decision.results());
    assertThat(read.evidence()).isEqualTo(decision.evidence());
    assertThat(read.digest()).isEqualTo(decision.digest());
  }

  @Test
  void promote_anInstanceCannot_refusesNamingItAndWhatItLacks_untilItHasGone() {
    Announcement old = model.announce("pod-old", () -> NOTHING);
    ModelRegistry.on(store, options).model("delay", ROWS).announce("pod-2", () -> NOTHING);
    var candidate = reading("distance", "carrier");
    GateDecision refused = model.promote(candidate, POLICY);
    assertThat(refused.promoted()).isFalse();
    assertThat(refused.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(fleet(refused).observed()).isEqualTo("0 of 2 live instances can serve it");
    assertThat(fleet(refused).sentence())
        .contains("pod-old cannot serve delay:1: it reads carrier")
        .contains("pod-2 cannot serve delay:1: it reads carrier");
    assertThat(refused.toReport().toHtml()).contains("pod-old", "carrier");
    assertThat(model.champion()).isEmpty();
    old.close();
    assertThat(fleet(model.decide(candidate.number(), POLICY)).sentence())
        .doesNotContain("pod-old");
  }

  @Test
  void promote_noLiveInstance_isInconclusive() {
    var candidate = reading("distance");
    GateDecision refused = model.promote(candidate, POLICY);
    assertThat(refused.promoted()).isFalse();
    assertThat(fleet(refused).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(fleet(refused).sentence())
        .startsWith("No live instance has announced itself")
        .contains("announce(");
    model.announce("pod-1", () -> NOTHING).close();
    assertThat(model.decide(1, POLICY).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
  }

  @Test
  void promote_anInstanceThatDoesNotSayWhatItsRowsAre_isInconclusive() {
    model.announce("pod-1", () -> NOTHING);
    ModelRegistry.on(store, options).model("delay", Models.LOADER).announce("pod-2", () -> NOTHING);
    GateResult result = fleet(model.promote(reading("distance"), POLICY));
    assertThat(result.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    assertThat(result.sentence()).startsWith("pod-2 does not say what its rows are");
    GateResult worse = fleet(model.promote(reading("carrier"), POLICY));
    assertThat(worse.verdict()).as("a certain no counts more").isEqualTo(Verdict.FAIL);
  }

  @Test
  void decide_withTheFleet_storesNothing() {
    model.announce("pod-1", () -> NOTHING);
    reading("distance");
    List<String> before = store.list("");
    GateDecision decision = model.decide(1, POLICY);
    assertThat(decision.verdict()).isEqualTo(Verdict.PASS);
    assertThat(store.list("")).isEqualTo(before);
  }

  @Test
  void sentence_manyInstancesCannot_namesTenAndCountsTheRest() {
    for (int i = 10; i < 40; i++) {
      model.announce("pod-" + i, () -> NOTHING);
    }
    GateResult result = fleet(model.promote(reading("carrier"), POLICY));
    assertThat(result.sentence()).contains("pod-10 ", "pod-19 ", "And 20 more instances.");
    assertThat(result.sentence()).doesNotContain("pod-20 ");
    assertThat(result.observed()).isEqualTo("0 of 30 live instances can serve it");
  }

  @Test
  void canServe_askedOfAnInstance_readsTheVersion() {
    model.announce("pod-1", () -> NOTHING);
    FleetInstance instance = model.fleet().get(0);
    assertThat(instance.canServe(reading("distance")).yes()).isTrue();
    assertThat(instance.canServe(reading("carrier")).sentence())
        .isEqualTo(
            "pod-1 cannot serve delay:2: it reads carrier, which rows of Row(origin, distance)"
                + " lack.");
  }

  @Test
  void promote_withoutTheGate_doesNotAskTheFleet() {
    model.announce("pod-1", () -> NOTHING);
    GateDecision decision = model.promote(reading("carrier"), Models.lenient());
    assertThat(decision.promoted()).isTrue();
    assertThat(decision.evidence()).hasSize(1);
  }

  @Test
  void promote_instanceKilled_passesOnceItIsForgotten() {
    VirtualTime stopped = VirtualTime.startingAt(Models.NOON);
    ModelRegistry.on(store, options.withTime(stopped))
        .model("delay", ROWS)
        .announce("pod-old", () -> NOTHING);
    ModelRegistry.on(store, options).model("delay", new Wider()).announce("pod-new", () -> NOTHING);
    var candidate = reading("distance", "carrier");
    assertThat(model.promote(candidate, POLICY).verdict()).isEqualTo(Verdict.FAIL);
    time.advance(Duration.ofSeconds(61));
    assertThat(model.promote(candidate, POLICY).promoted()).isTrue();
  }

  record WideRow(String origin, double distance, double carrier) {}

  /** Reads the same format for rows with one feature more. */
  private static final class Wider implements ModelLoader<WideRow, String> {
    @Override
    public Set<String> formats() {
      return ROWS.formats();
    }

    @Override
    public Model<WideRow, String> load(ModelVersion version, ModelArtifact artifact) {
      return inputs -> List.of();
    }

    @Override
    public Optional<Schema<WideRow>> schema() {
      return Optional.of(Schema.of(WideRow.class));
    }
  }

  /** Computed by the library before there was a fleet gate: stored decisions hold such digests. */
  @Test
  void policyDigest_ofMetricGates_isWhatItAlwaysWas() {
    GatePolicy delay =
        GatePolicy.named("flight-delay")
            .require(
                Gate.metric(Metric.AUC).atLeast(0.65),
                Gate.metric(Metric.AUC).beatsChampionBy(Margin.absolute(0.005)));
    assertThat(delay.digest())
        .isEqualTo("ef0d7be33727e7cbd887be93afb94ea556357dca6d92a961c3eecfec6fd3b149");
    GatePolicy costs =
        GatePolicy.named("costs")
            .require(
                Gate.metric(Metric.LOG_LOSS).below(0.5),
                Gate.metric(Metric.AUC).above(0.6),
                Gate.metric(Metric.LOG_LOSS).atMost(0.7),
                Gate.metric(Metric.LOG_LOSS).beatsChampionBy(Margin.relative(0.01)))
            .withMinRows(7)
            .onDataset("d".repeat(64))
            .withoutChampion(GatePolicy.WithoutChampion.BLOCK);
    assertThat(costs.digest())
        .isEqualTo("8b89cd3ed88fb0cb9d05145cb40d0fb8f0becdf2c6502e69491a768719f8c4cb");
    assertThat(delay.require(Gate.fleetCanServe()).digest()).isNotEqualTo(delay.digest());
  }

  @Test
  void gate_saysWhatItLooksAt() {
    assertThat(Gate.fleetCanServe().subject()).isEqualTo("fleet");
    assertThat(Gate.fleetCanServe().requirement()).isEqualTo("every live instance can serve it");
    assertThat(Gate.metric(Metric.AUC).atLeast(0.5).subject()).isEqualTo("auc");
    assertThat(Gate.fleetCanServe()).isEqualTo(Gate.fleetCanServe());
  }
}
