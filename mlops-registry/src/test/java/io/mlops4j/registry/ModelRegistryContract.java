package io.mlops4j.registry;

import static io.mlops4j.registry.Models.LOADER;
import static io.mlops4j.registry.Models.champion;
import static io.mlops4j.registry.Models.constant;
import static io.mlops4j.registry.Models.lenient;
import static io.mlops4j.registry.Models.report;
import static io.mlops4j.registry.Models.validated;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelSource;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.HistoryEntry.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every registry does, whatever it is stored in. */
abstract class ModelRegistryContract {
  final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(time).withActor("tester").withMaxFileBytes(1 << 20);

  private ObjectStore store;
  ModelRegistry registry;
  RegisteredModel<String, String> model;

  /** A view of the one store of this test, as another process would have it. */
  abstract ObjectStore openStore();

  /** Changes an object's content behind the store's back. */
  abstract void damage(String key);

  /** How many versions are many, where each costs what it costs here. */
  abstract int many();

  @BeforeEach
  void open() {
    store = openStore();
    registry = ModelRegistry.on(store, options);
    model = registry.model("delay", LOADER);
  }

  static String answer(ModelSource<String, String> source) {
    if (source.current() instanceof ModelSource.Selected<String, String> selected) {
      try (Model<String, String> loaded = selected.release().load()) {
        return loaded.predict(List.of("row")).get(0);
      }
    }
    return ((ModelSource.Empty<String, String>) source.current()).reason();
  }

  @Test
  void register_first_isVersionOneInStageNone() {
    RegisteredVersion<String, String> version = model.register(constant("a"), Lineage.unknown());
    assertThat(version.version()).isEqualTo(new ModelVersion("delay", 1));
    assertThat(version.stage()).isEqualTo(Stage.NONE);
    assertThat(version.digests())
        .containsExactly(Map.entry("model.txt", Digests.sha256("a".getBytes(UTF_8))));
    assertThat(registry.models()).containsExactly("delay");
    assertThat(registry.verify()).isEmpty();
  }

  record Row(double distance) {}

  @Test
  void register_everythingThatTravelsWithIt_isReadBackByAnother() {
    InputEncoding encoding =
        InputEncoding.of(List.of(new EncodedColumn.Numeric("distance", Float.NaN)));
    GoldenRows golden =
        new GoldenRows(0.1, List.of(new GoldenRows.Row(Map.of("distance", 1.0), 1)));
    Baseline baseline =
        Baseline.fit(Schema.of(Row.class), () -> Stream.of(new Row(1), new Row(2), new Row(3)));
    String signature = Digests.sha256(new byte[0]);
    Lineage lineage =
        Lineage.here()
            .withData("march", Models.DATASET, 1234)
            .withCode("abc123", Lineage.WorkTree.DIRTY)
            .withHyperparameter("depth", 6)
            .withHyperparameter("rate", 0.1)
            .withMetric("loss", 0.25)
            .withTag("team", "ops")
            .withParent(new ModelVersion("base", 3));
    model.register(
        constant("a")
            .withEncoding(encoding)
            .withGoldenRows(golden)
            .withBaseline(baseline)
            .withSignature(signature),
        lineage);

    RegisteredVersion<String, String> read =
        ModelRegistry.on(openStore(), options).model("delay", LOADER).version(1);
    assertThat(read.artifact().encoding()).contains(encoding);
    assertThat(read.artifact().goldenRows()).contains(golden);
    assertThat(read.artifact().signature()).contains(signature);
    assertThat(read.release().goldenRows()).contains(golden);
    assertThat(read.release().baseline().map(Baseline::fingerprint))
        .contains(baseline.fingerprint());
    assertThat(read.lineage()).isEqualTo(lineage.stamped(Models.NOON, "tester"));
    assertThat(read.lineage().createdBy()).isEqualTo("tester");
    assertThat(read.lineage().environment().jvm()).isNotEqualTo(Lineage.UNKNOWN);
    assertThat(answer(read.source())).isEqualTo("a");
  }

  @Test
  void lineage_nothingGiven_saysUnknown() {
    Lineage lineage =
        model.register(constant("a"), Lineage.unknown().withCreatedBy("me")).lineage();
    assertThat(lineage.data().name()).isEqualTo("UNKNOWN");
    assertThat(lineage.data().rows()).isEmpty();
    assertThat(lineage.code().workTree()).isEqualTo(Lineage.WorkTree.UNKNOWN);
    assertThat(lineage.environment()).isEqualTo(Environment.unknown());
    assertThat(lineage.createdBy()).isEqualTo("me");
  }

  @Test
  void register_fromFile_keepsTheBytesThatWereThere(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("model.txt"), "first");
    RegisteredVersion<String, String> version =
        model.register(ModelFiles.of("constant", file), Lineage.unknown());
    Files.writeString(file, "second");
    assertThat(answer(version.source())).isEqualTo("first");
    Files.delete(file);
    assertThat(answer(version.source())).isEqualTo("first");
  }

  @Test
  void register_sameBytesTwice_areTwoVersions() {
    model.register(constant("a"), Lineage.unknown());
    assertThat(model.register(constant("a"), Lineage.unknown()).number()).isEqualTo(2);
    assertThat(answer(model.version(1).source())).isEqualTo("a");
    assertThat(answer(model.version(2).source())).isEqualTo("a");
  }

  @Test
  void register_sameRequestAgain_isTheSameVersionForEveryone() {
    RegisteredVersion<String, String> first =
        model.register(constant("a"), Lineage.unknown(), "build-17");
    champion(model, "b", 0.7);
    RegisteredModel<String, String> other =
        ModelRegistry.on(openStore(), options).model("delay", LOADER);
    model.stage(first);
    RegisteredVersion<String, String> again =
        other.register(constant("a"), Lineage.unknown().withTag("try", "2"), "build-17");
    assertThat(again.number()).isEqualTo(first.number());
    assertThat(again.stage()).isEqualTo(Stage.STAGING);
    assertThat(again.lineage()).isEqualTo(first.lineage());
    assertThat(model.versions()).hasSize(2);
    assertThat(model.register(constant("a"), Lineage.unknown(), "build-18").number()).isEqualTo(3);
    assertThatThrownBy(() -> other.register(constant("c"), Lineage.unknown(), "build-17"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("Request build-17 has registered delay:1")
        .hasMessageContaining("Use another request");
    assertThatThrownBy(() -> other.register(constant("c"), Lineage.unknown(), "a b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("request: ");
    assertThat(model.versions()).hasSize(3);
    assertThat(registry.verify()).isEmpty();
  }

  @Test
  void register_oneRequestInEightThreads_isOneVersion() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      RegisteredModel<String, String> mine =
          ModelRegistry.on(openStore(), options).model("delay", LOADER);
      calls.add(() -> mine.register(constant("a"), Lineage.unknown(), "once").number());
    }
    for (Future<Integer> number : threads.invokeAll(calls)) {
      assertThat(number.get()).isEqualTo(1);
    }
    threads.shutdown();
    assertThat(model.versions()).hasSize(1);
  }

  @Test
  void register_fileLargerThanAllowed_refusesAndLeavesNoVersion() {
    ModelFiles large = ModelFiles.of("constant", Map.of("model.txt", new byte[(1 << 20) + 1]));
    assertThatThrownBy(() -> model.register(large, Lineage.unknown()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("model.txt")
        .hasMessageContaining("1048576");
    assertThat(model.versions()).isEmpty();
    ModelFiles largest = ModelFiles.of("constant", Map.of("model.txt", new byte[1 << 20]));
    assertThat(model.register(largest, Lineage.unknown()).number()).isEqualTo(1);
  }

  @Test
  void register_lineageTooLargeToReadBack_isNotAcknowledged() {
    Lineage huge = Lineage.unknown().withTag("note", "x".repeat(2 << 20));
    assertThatThrownBy(() -> model.register(constant("a"), huge))
        .isInstanceOf(MlopsException.class);
    assertThat(model.versions()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "../x", "a/b", "a\\b", "%2e%2e", "a\0", "a\r\nb", "a b", "ü", "\u202ea", "а"
      })
  void model_hostileName_refuses(String name) {
    assertThatThrownBy(() -> registry.model(name, LOADER))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> registry.model("x".repeat(10_000), LOADER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void model_namesThatDifferInCaseOnlyOrAreDevices_areDifferentModels() {
    for (String name : List.of("Delay", "DELAY", "CON", "nul", "com1.x", "a.", "X".repeat(128))) {
      registry.model(name, LOADER).register(constant(name), Lineage.unknown());
    }
    model.register(constant("delay"), Lineage.unknown());
    ModelRegistry other = ModelRegistry.on(openStore(), options);
    for (String name : List.of("Delay", "DELAY", "delay", "CON", "nul", "com1.x", "a.")) {
      assertThat(answer(other.model(name, LOADER).version(1).source())).isEqualTo(name);
    }
    assertThat(other.models()).hasSize(8).isSorted();
    assertThat(other.verify()).isEmpty();
  }

  @Test
  void version_unknown_saysWhatExists() {
    model.register(constant("a"), Lineage.unknown());
    assertThatThrownBy(() -> model.version(7))
        .isInstanceOf(MlopsException.class)
        .hasMessage("Model delay has no version 7. It has 1 version: 1 NONE; the newest is 1.");
  }

  @Test
  void production_nothingThere_saysWhatToDo() {
    assertThat(model.production().name()).isEqualTo("delay@production");
    assertThat(answer(model.production()))
        .contains("delay has no version in PRODUCTION")
        .contains("no versions")
        .contains("Register one");
    model.register(constant("a"), Lineage.unknown());
    assertThat(answer(model.production())).contains("1 version: 1 NONE").contains("promote");
  }

  @Test
  void promote_throughAllStages_servesAndArchivesTheOldChampion() {
    RegisteredVersion<String, String> first = champion(model, "a", 0.7);
    assertThat(answer(model.production())).isEqualTo("a");
    RegisteredVersion<String, String> second = champion(model, "b", 0.8);
    assertThat(answer(model.production())).isEqualTo("b");
    assertThat(model.version(first.number()).stage()).isEqualTo(Stage.ARCHIVED);
    assertThat(model.champion().map(RegisteredVersion::number)).contains(second.number());
    HistoryEntry last = model.history().get(model.history().size() - 1);
    assertThat(last.kind()).isEqualTo(Kind.PROMOTE);
    assertThat(last.replaced()).hasValue(1);
    assertThat(last.by()).isEqualTo("tester");
    assertThat(registry.verify()).isEmpty();
  }

  @Test
  void promote_notInValidation_refusesAndSaysHow() {
    RegisteredVersion<String, String> version = model.register(constant("a"), Lineage.unknown());
    model.recordEvaluation(version, report(version, Metric.AUC, 0.9));
    assertThatThrownBy(() -> model.promote(version, lenient()))
        .hasMessageContaining("delay:1 is in NONE")
        .hasMessageContaining("only a version in VALIDATION");
    model.stage(version);
    assertThatThrownBy(() -> model.promote(version, lenient())).hasMessageContaining("STAGING");
    model.validate(version);
    assertThat(model.promote(version, lenient()).promoted()).isTrue();
    assertThatThrownBy(() -> model.promote(version, lenient()))
        .hasMessageContaining("champion already");
  }

  @Test
  void move_edgesThatDoNotExist_areRefusedWithThoseThatDo() {
    RegisteredVersion<String, String> version = model.register(constant("a"), Lineage.unknown());
    assertThatThrownBy(() -> model.validate(version))
        .hasMessageContaining("delay:1 cannot go from NONE to VALIDATION")
        .hasMessageContaining("STAGING");
    model.stage(version);
    assertThatThrownBy(() -> model.stage(version)).isInstanceOf(MlopsException.class);
    model.reject(version.number(), "worse");
    for (Runnable move :
        List.<Runnable>of(
            () -> model.stage(version),
            () -> model.validate(version),
            () -> model.archive(1, ""),
            () -> model.reject(1, ""),
            () -> model.promote(version, lenient()))) {
      assertThatThrownBy(move::run).isInstanceOf(MlopsException.class);
    }
    RegisteredVersion<String, String> champion = champion(model, "b", 0.9);
    assertThatThrownBy(() -> model.reject(champion.number(), "no"))
        .hasMessageContaining("rollback or promote another");
    assertThatThrownBy(() -> model.stage(champion)).isInstanceOf(MlopsException.class);
  }

  @Test
  void archive_thenStageAgain_isAllowed() {
    model.register(constant("a"), Lineage.unknown());
    assertThat(model.archive(1, "later").stage()).isEqualTo(Stage.ARCHIVED);
    assertThat(model.stage(1).stage()).isEqualTo(Stage.STAGING);
  }

  @Test
  void promote_refused_isStoredAndChangesNothing() {
    champion(model, "a", 0.7);
    RegisteredVersion<String, String> second = validated(model, "b", 0.4);
    GateDecision decision = model.promote(second, lenient());
    assertThat(decision.promoted()).isFalse();
    assertThat(decision.verdict()).isEqualTo(GateResult.Verdict.FAIL);
    assertThat(answer(model.production())).isEqualTo("a");
    HistoryEntry last = model.history().get(model.history().size() - 1);
    assertThat(last.kind()).isEqualTo(Kind.REFUSE);
    GateDecision read = model.decision(last.digest().orElseThrow());
    assertThat(read.results()).isEqualTo(decision.results());
    assertThat(read.toString()).isEqualTo(decision.toString());
    assertThat(read.digest()).isEqualTo(decision.digest());
    assertThat(model.version(2).stage()).isEqualTo(Stage.VALIDATION);
    assertThatThrownBy(() -> model.decision("0".repeat(64))).isInstanceOf(MlopsException.class);
  }

  @Test
  void rollback_goesBackOneChampionAtATime() {
    champion(model, "a", 0.7);
    champion(model, "b", 0.8);
    champion(model, "c", 0.9);
    assertThat(model.rollback("c is slow").number()).isEqualTo(2);
    assertThat(answer(model.production())).isEqualTo("b");
    assertThat(model.version(3).stage()).isEqualTo(Stage.ARCHIVED);
    assertThat(model.rollback("b is slow too").stage()).isEqualTo(Stage.PRODUCTION);
    assertThat(answer(model.production())).isEqualTo("a");
    assertThatThrownBy(() -> model.rollback("and a"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("no intact earlier champion");
    assertThat(answer(model.production())).isEqualTo("a");
    assertThat(model.history()).extracting(HistoryEntry::kind).contains(Kind.ROLLBACK);
    assertThat(model.history().get(model.history().size() - 1).reason()).isEqualTo("b is slow too");
  }

  @Test
  void rollback_previousChampionIsDamaged_skipsAndQuarantinesIt() {
    champion(model, "a", 0.7);
    champion(model, "b", 0.8);
    champion(model, "c", 0.9);
    damage(blobKey(2));
    assertThat(model.rollback("slow").number()).isEqualTo(1);
    assertThat(model.version(2).stage()).isEqualTo(Stage.QUARANTINED);
  }

  @Test
  void load_flippedBit_refusesNamesFileAndDigestsAndQuarantines() {
    champion(model, "a", 0.7);
    champion(model, "b", 0.8);
    String digest = model.version(2).digests().get("model.txt");
    damage(blobKey(2));
    assertThatThrownBy(() -> model.version(2).release().load())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("delay:2 file model.txt")
        .hasMessageContaining(digest)
        .hasMessageContaining("its digest is ")
        .hasMessageContaining("quarantined");
    assertThat(model.version(2).stage()).isEqualTo(Stage.QUARANTINED);
    assertThat(answer(model.production()))
        .contains("version 2 was quarantined")
        .contains("model.txt")
        .contains("rollback(reason) to return to version 1");
    assertThatThrownBy(() -> model.version(2).release().load())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("delay:2 is quarantined");
    assertThatThrownBy(() -> model.version(2).release().files())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("delay:2 is quarantined");
    assertThat(model.version(1).release().files().orElseThrow().files())
        .containsExactly("model.txt");
    assertThat(registry.verify()).extracting(Problem::where).contains("delay:2");
    assertThat(model.rollback("damaged").number()).isEqualTo(1);
    assertThat(answer(model.production())).isEqualTo("a");
    assertThat(model.version(2).stage()).isEqualTo(Stage.QUARANTINED);
  }

  @Test
  void load_damageInAFileTheLoaderDoesNotRead_refusesToo() {
    model.register(
        ModelFiles.of(
            "constant", Map.of("model.txt", "a".getBytes(UTF_8), "notes.txt", "n".getBytes(UTF_8))),
        Lineage.unknown());
    damage(blobKey(1, "notes.txt"));
    assertThatThrownBy(() -> model.version(1).release().load())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("notes.txt");
    assertThat(model.version(1).stage()).isEqualTo(Stage.QUARANTINED);
  }

  @Test
  void load_damagedManifest_refusesAndQuarantines() {
    model.register(constant("a"), Lineage.unknown());
    String manifest = model.history().get(0).digest().orElseThrow();
    damage(DirectoryObjectStore.blobKey(manifest));
    assertThatThrownBy(() -> model.version(1).release().load())
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("The manifest of delay:1");
    assertThat(model.version(1).stage()).isEqualTo(Stage.QUARANTINED);
  }

  @Test
  void load_noLoaderOfTheFormat_listsBothSides() {
    model.register(ModelFiles.of("tribuo", Map.of("model.pb", new byte[] {1})), Lineage.unknown());
    assertThatThrownBy(() -> model.version(1).release().load())
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("delay:1 has the format tribuo")
        .hasMessageContaining("read constant");
    assertThatThrownBy(() -> registry.model("delay").version(1).release().load())
        .hasMessageContaining("read none");
    assertThatThrownBy(() -> registry.model("delay", LOADER, LOADER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void log_damagedInTheMiddle_isNamedAndOtherModelsGoOn() {
    champion(model, "a", 0.7);
    registry.model("other", LOADER).register(constant("o"), Lineage.unknown());
    damage("models/delay/log/0000000002.json");
    ModelRegistry reopened = ModelRegistry.on(openStore(), options);
    RegisteredModel<String, String> damaged = reopened.model("delay", LOADER);
    assertThat(answer(damaged.production())).contains("log of model delay is corrupt");
    assertThatThrownBy(damaged::versions)
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining("record");
    assertThatThrownBy(() -> damaged.register(constant("x"), Lineage.unknown()))
        .isInstanceOf(IntegrityException.class);
    assertThat(reopened.verify()).extracting(Problem::where).anyMatch(w -> w.contains("delay"));
    assertThat(answer(reopened.model("other", LOADER).version(1).source())).isEqualTo("o");
  }

  @Test
  void source_anotherProcessPromotes_followsWithinOnePoll() {
    ModelSource<String, String> source = model.production();
    AtomicInteger calls = new AtomicInteger();
    var subscription = source.subscribe(calls::incrementAndGet);
    RegisteredModel<String, String> other =
        ModelRegistry.on(openStore(), options).model("delay", LOADER);
    champion(other, "a", 0.7);
    assertThat(source.current()).isInstanceOf(ModelSource.Empty.class);
    time.advance(Duration.ofSeconds(1));
    assertThat(answer(source)).isEqualTo("a");
    assertThat(calls).hasValueGreaterThan(0);
    int before = calls.get();
    subscription.close();
    subscription.close();
    champion(other, "b", 0.8);
    time.advance(Duration.ofSeconds(1));
    assertThat(answer(source)).isEqualTo("b");
    assertThat(calls).hasValue(before);
  }

  @Test
  void source_promotionInThisProcess_followsAtOnce() {
    List<String> seen = new ArrayList<>();
    ModelSource<String, String> source = registry.model("delay", LOADER).production();
    source.subscribe(
        () -> {
          throw new IllegalStateException("a bad listener");
        });
    source.subscribe(() -> seen.add(answer(source)));
    champion(model, "a", 0.7);
    assertThat(seen).last().isEqualTo("a");
    assertThat(source.current()).isSameAs(source.current());
    champion(model, "b", 0.8);
    model.rollback("no");
    assertThat(seen).last().isEqualTo("a");
  }

  @Test
  void source_recordsThatDoNotChangeProduction_keepTheSelection() {
    champion(model, "a", 0.7);
    var before = model.production().current();
    model.register(constant("b"), Lineage.unknown());
    assertThat(model.production().current()).isSameAs(before);
  }

  @Test
  void close_twice_endsPollingAndWritingButNotReading() {
    champion(model, "a", 0.7);
    registry.close();
    registry.close();
    assertThat(time.pending()).isZero();
    assertThat(answer(model.production())).isEqualTo("a");
    assertThatThrownBy(() -> model.register(constant("b"), Lineage.unknown()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void order_wallClockGoesBack_followsTheLog() {
    champion(model, "a", 0.7);
    time.setWallClock(Models.NOON.minusSeconds(86_400));
    champion(model, "b", 0.8);
    ModelRegistry other = ModelRegistry.on(openStore(), options);
    assertThat(answer(other.model("delay", LOADER).production())).isEqualTo("b");
  }

  @Test
  void recordEvaluation_aboutAnotherVersion_refuses() {
    RegisteredVersion<String, String> first = model.register(constant("a"), Lineage.unknown());
    RegisteredVersion<String, String> second = model.register(constant("b"), Lineage.unknown());
    assertThatThrownBy(() -> model.recordEvaluation(second, report(first, Metric.AUC, 0.9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("report: about delay:1 (expected: about delay:2)");
    model.recordEvaluation(first, report(first, Metric.AUC, 0.9));
    assertThat(model.version(1).evaluations()).containsExactly(report(first, Metric.AUC, 0.9));
  }

  @Test
  void head_changesWithEachRecord() {
    String empty = model.head();
    model.register(constant("a"), Lineage.unknown());
    String one = model.head();
    assertThat(one).isNotEqualTo(empty).hasSize(64);
    assertThat(ModelRegistry.on(openStore(), options).model("delay").head()).isEqualTo(one);
  }

  @Test
  void store_writtenByANewerFormat_isReadButNotWritten() {
    champion(model, "a", 0.7);
    store.putIfAbsent("format/registry-2", new byte[0]);
    RegisteredModel<String, String> older =
        ModelRegistry.on(openStore(), options).model("delay", LOADER);
    assertThat(answer(older.production())).isEqualTo("a");
    assertThatThrownBy(() -> older.register(constant("b"), Lineage.unknown()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("format 2")
        .hasMessageContaining("writes 1");
  }

  @Test
  void log_recordOfANewerFormat_isPassedOverAndNothingIsWritten() {
    champion(model, "a", 0.7);
    int next = model.history().size() + 1;
    String json =
        "{\"v\":4,\"model\":\"delay\",\"seq\":"
            + next
            + ",\"prev\":\""
            + model.head()
            + "\",\"id\":\"x\",\"kind\":\"SHADOW\"}";
    store.putIfAbsent(String.format("models/delay/log/%010d.json", next), json.getBytes(UTF_8));
    assertThat(answer(model.production())).isEqualTo("a");
    assertThatThrownBy(() -> model.register(constant("b"), Lineage.unknown()))
        .hasMessageContaining("format 4");
    assertThat(registry.verify()).isEmpty();
  }

  @Test
  void versions_many_areAllThereAfterReopening() {
    for (int i = 1; i <= many(); i++) {
      model.register(constant("same"), Lineage.unknown());
    }
    List<RegisteredVersion<String, String>> read =
        ModelRegistry.on(openStore(), options).model("delay", LOADER).versions();
    assertThat(read).hasSize(many());
    assertThat(read.get(many() - 1).number()).isEqualTo(many());
  }

  private String blobKey(int version) {
    return blobKey(version, "model.txt");
  }

  private String blobKey(int version, String file) {
    return DirectoryObjectStore.blobKey(
        Objects.requireNonNull(model.version(version).digests().get(file)));
  }
}
