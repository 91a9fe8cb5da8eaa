package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores written by released formats are read for ever. Never regenerate the checked-in ones. */
class StoreFormatTest {
  @TempDir Path root;

  @Test
  void format1_checkedInStore_isReadCompletelyAndWritten() throws Exception {
    copy(Path.of(StoreFormatTest.class.getResource("/store-format-1").toURI()), root);
    try (ModelRegistry registry = ModelRegistry.open(root)) {
      assertThat(registry.verify()).isEmpty();
      assertThat(registry.models()).containsExactly("Delay");
      RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
      assertThat(model.versions())
          .extracting(RegisteredVersion::stage)
          .containsExactly(Stage.PRODUCTION, Stage.ARCHIVED, Stage.VALIDATION, Stage.REJECTED);
      assertThat(ModelRegistryContract.answer(model.production())).isEqualTo("first");
      assertThat(ModelRegistryContract.answer(model.version(2).source())).isEqualTo("second");
      assertThat(model.history())
          .extracting(HistoryEntry::kind)
          .contains(
              Kind.REGISTER, Kind.MOVE, Kind.EVALUATE, Kind.PROMOTE, Kind.REFUSE, Kind.ROLLBACK);
      Lineage lineage = model.version(1).lineage();
      assertThat(lineage.data().rows()).hasValue(1234);
      assertThat(lineage.hyperparameters()).containsEntry("depth", "6");
      assertThat(lineage.code().workTree()).isEqualTo(Lineage.WorkTree.CLEAN);
      assertThat(lineage.environment().dependencies()).containsExactly("some-1.0.jar");
      assertThat(model.version(1).evaluations().get(0).value(Metric.AUC).number()).hasValue(0.7);
      for (HistoryEntry entry : model.history()) {
        if (entry.kind() == Kind.PROMOTE || entry.kind() == Kind.REFUSE) {
          GateDecision decision = model.decision(entry.digest().orElseThrow());
          assertThat(decision.promoted()).isEqualTo(entry.kind() == Kind.PROMOTE);
        }
      }
      assertThat(model.register(Models.constant("new"), Lineage.unknown()).number()).isEqualTo(5);
    }
  }

  @Test
  void format2_checkedInStore_hasFreezesAFleetAndADecisionAboutIt() throws Exception {
    copy(Path.of(StoreFormatTest.class.getResource("/store-format-2").toURI()), root);
    VirtualTime time = VirtualTime.startingAt(Models.NOON);
    try (ModelRegistry registry =
        ModelRegistry.open(root, RegistryOptions.withDefaults().withTime(time))) {
      assertThat(registry.verify()).isEmpty();
      RegisteredModel<FleetTest.Row, String> model = registry.model("Delay", FleetTest.ROWS);
      assertThat(model.promotionFreeze())
          .contains(new PromotionFreeze("release week", "ci", Models.NOON));
      assertThat(model.history().stream().filter(e -> e.version() == 0))
          .extracting(HistoryEntry::kind)
          .containsExactly(Kind.FREEZE, Kind.UNFREEZE, Kind.FREEZE);
      HistoryEntry promotion =
          model.history().stream().filter(e -> e.kind() == Kind.PROMOTE).findFirst().orElseThrow();
      GateDecision decision = model.decision(promotion.digest().orElseThrow());
      assertThat(decision.results()).extracting(GateResult::metric).containsExactly("auc", "fleet");
      FleetInstance instance = model.fleet().get(0);
      assertThat(instance.id()).isEqualTo("pod-1");
      assertThat(instance.problem()).contains("nothing yet");
      assertThat(instance.canServe(model.version(1)).yes()).isTrue();
      assertThat(model.unfreezePromotions("over")).isTrue();
    }
  }

  @Test
  void format3_checkedInStore_hasEvidenceApprovalsAndAnOverride() throws Exception {
    copy(Path.of(StoreFormatTest.class.getResource("/store-format-3").toURI()), root);
    VirtualTime time = VirtualTime.startingAt(Models.NOON);
    try (ModelRegistry registry =
        ModelRegistry.open(root, RegistryOptions.withDefaults().withTime(time))) {
      assertThat(registry.verify()).isEmpty();
      RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
      assertThat(model.history())
          .extracting(HistoryEntry::kind)
          .contains(
              Kind.EVIDENCE,
              Kind.BOOTSTRAP,
              Kind.DECIDE,
              Kind.APPROVE,
              Kind.REQUEST_OVERRIDE,
              Kind.OVERRIDE);
      assertThat(model.version(2).checks().get(0).name()).isEqualTo("mine");
      assertThat(model.version(2).latencies()).hasSize(1);
      assertThat(model.version(3).overrides().get(0).confirmedBy()).isEqualTo("bob");
      HistoryEntry promotion =
          model.history().stream().filter(e -> e.kind() == Kind.PROMOTE).findFirst().orElseThrow();
      GateDecision decision = model.decision(promotion.digest().orElseThrow());
      assertThat(decision.terms().approvals()).containsExactly(new ApprovalRule("risk officer", 1));
      assertThat(model.promotions().approvals(decision).get(0).by()).isEqualTo("rita");
      assertThat(registry.policies("lenient")).hasSize(1);
      assertThat(model.version(2).decide(decidedBy()).verdict()).isEqualTo(GateResult.Verdict.PASS);
      assertThat(model.rollback("back").number()).isEqualTo(2);
    }
  }

  private static GatePolicy decidedBy() {
    return Models.lenient().require(Gate.check("mine")).requireApproval("risk officer");
  }

  /** What wrote {@code store-format-3}; the test shows that it still can be written. */
  @Test
  void format3_writtenAnew_hasTheSameKindsInTheSameOrder() throws Exception {
    writeFormat3(root.resolve("new"));
    copy(Path.of(StoreFormatTest.class.getResource("/store-format-3").toURI()), root);
    assertThat(kinds(root.resolve("new"))).isEqualTo(kinds(root));
  }

  private static List<Kind> kinds(Path store) {
    try (ModelRegistry registry = ModelRegistry.open(store)) {
      return registry.model("Delay", Models.LOADER).history().stream()
          .map(HistoryEntry::kind)
          .toList();
    }
  }

  private static void writeFormat3(Path store) {
    VirtualTime time = VirtualTime.startingAt(Models.NOON);
    RegistryOptions options = RegistryOptions.withDefaults().withTime(time).withActor("ci");
    try (ModelRegistry registry = ModelRegistry.open(store, options);
        ModelRegistry rita = registry.as("rita");
        ModelRegistry ann = registry.as("ann");
        ModelRegistry bob = registry.as("bob")) {
      RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
      Models.validated(model, "first", 0.6);
      model.promotions().bootstrap(1, "serves since 2024");
      Models.validated(model, "second", 0.7);
      model.recordCheck(2, Models.passing("mine", model.version(2)));
      model.recordLatency(2, Models.latency(model.version(2), 1000));
      model.recordTrainingRows(2, Models.trainingRows());
      GateDecision decision = model.promote(2, decidedBy());
      rita.model("Delay").promotions().approve(decision, "risk officer", "fine");
      model.promote(2, decidedBy());
      Models.validated(model, "third", 0.6);
      GatePolicy strict =
          GatePolicy.named("strict").require(Gate.metric(Metric.AUC).atLeast(0.9)).allowOverride();
      GateDecision failed =
          ann.model("Delay").promotions().requestOverride(3, strict, "the second leaks");
      bob.model("Delay").promotions().override(failed, "agreed");
    }
  }

  @Test
  void lineage2_checkedInStore_isReadCompletely() throws Exception {
    copy(Path.of(StoreFormatTest.class.getResource("/store-lineage-2").toURI()), root);
    try (ModelRegistry registry = ModelRegistry.open(root)) {
      assertThat(registry.verify()).isEmpty();
      RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
      Lineage lineage = model.version(1).lineage();
      assertThat(lineage).isEqualTo(LineageTest.full().stamped(Models.NOON, "ci"));
      assertThat(lineage.missing()).isEmpty();
      RegisteredVersion<String, String> imported = model.version(2);
      assertThat(imported.lineage()).isEqualTo(lineage);
      assertThat(imported.origin().orElseThrow().version()).hasToString("delay:1");
      assertThat(imported.evaluationsAtOrigin()).hasSize(2);
      assertThat(ModelRegistryContract.answer(imported.source())).isEqualTo("one");
    }
  }

  private static void copy(Path from, Path to) throws IOException, URISyntaxException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(from)) {
      all = files.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
    }
  }
}
