package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult.Verdict;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks, latencies and training rows go along in a bundle, and prove nothing where they arrive.
 */
class BundleEvidenceTest {
  @TempDir Path root;
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(VirtualTime.startingAt(Models.NOON)).withActor("ann");

  /** What {@code bundles/format-2.zip} holds, but for the suite: that library knew none. */
  private static RegisteredVersion<String, String> proven(RegisteredModel<String, String> model) {
    RegisteredVersion<String, String> version = BundleTest.registered(model);
    int number = version.number();
    model.recordCheck(number, Models.passing("mine", version));
    model.recordLatency(number, Models.latency(version, 1000));
    model.recordTrainingRows(number, Models.trainingRows());
    model.recordCheck(
        number,
        Models.passing(CheckEvidence.DATA_VALIDATION, version)
            .onData(version.lineage().data().digest())
            .ofSuite("5".repeat(64))
            .withNumber("rows", 12));
    model.recordLatency(number, Models.latency(version, 2000));
    return model.version(number);
  }

  private RegisteredVersion<String, String> proven() {
    try (ModelRegistry registry = ModelRegistry.on(ObjectStore.inMemory(), options)) {
      return proven(registry.model("delay", Models.LOADER));
    }
  }

  @Test
  void export_fromStoreToStore_keepsAllEvidence() {
    ObjectStore h2 = ObjectStores.jdbc(Databases.h2(), Databases.prefix());
    List<ObjectStore> stores =
        List.of(ObjectStores.directory(root.resolve("a")), h2, ObjectStore.inMemory());
    for (ObjectStore from : stores) {
      RegisteredModel<String, String> sender =
          ModelRegistry.on(from, options).model("from-" + stores.indexOf(from), Models.LOADER);
      RegisteredVersion<String, String> sent = proven(sender);
      for (ObjectStore to : stores) {
        ModelRegistry there = ModelRegistry.on(to, options);
        String name = "to-" + stores.indexOf(from);
        Path file = root.resolve(name + "-" + stores.indexOf(to) + ".zip");
        Bundle bundle = sent.export(file);
        assertThat(bundle.checks()).isEqualTo(sent.checks()).hasSize(2);
        assertThat(bundle.checks().get(1).suite()).contains("5".repeat(64));
        assertThat(bundle.latencies()).isEqualTo(sent.latencies()).hasSize(2);
        RegisteredVersion<String, String> got =
            there.model(name, Models.LOADER).register(Bundle.open(file));
        assertThat(got.checksAtOrigin()).isEqualTo(sent.checks());
        assertThat(got.latenciesAtOrigin()).isEqualTo(sent.latencies());
        assertThat(got.evaluationsAtOrigin()).isEqualTo(sent.evaluations());
        assertThat(got.checks()).isEmpty();
        assertThat(got.latencies()).isEmpty();
        assertThat(sent.checksAtOrigin()).isEmpty();
        assertThat(sent.latenciesAtOrigin()).isEmpty();
        assertThat(there.verify()).isEmpty();
      }
    }
  }

  @Test
  void register_evidenceOfElsewhere_passesNoGate() {
    Bundle bundle = proven().export(root.resolve("b.zip"));
    RegisteredModel<String, String> model =
        ModelRegistry.on(ObjectStore.inMemory(), options).model("delay", Models.LOADER);
    model.register(bundle);
    List<Gate> gates =
        List.of(
            Gate.check("mine"),
            Gate.dataValidated(),
            Gate.latency(Percentile.P99).atMost(Duration.ofSeconds(1)));
    for (Gate gate : gates) {
      assertThat(decided(model, gate)).as(gate.subject()).isEqualTo(Verdict.INCONCLUSIVE);
    }
    RegisteredVersion<String, String> here = model.version(1);
    model.recordCheck(1, Models.passing("mine", here));
    model.recordCheck(
        1,
        Models.passing(CheckEvidence.DATA_VALIDATION, here).onData(here.lineage().data().digest()));
    model.recordLatency(1, Models.latency(here, 1000));
    for (Gate gate : gates) {
      assertThat(decided(model, gate)).as("made here: " + gate.subject()).isEqualTo(Verdict.PASS);
    }
  }

  private static Verdict decided(RegisteredModel<String, String> model, Gate gate) {
    return model.decide(1, GatePolicy.named("p").require(gate)).results().get(0).verdict();
  }

  /** Which rows it learned from is no claim about how good it is: it only ever holds it back. */
  @Test
  void register_trainingRowsOfElsewhere_holdBackWhatIsJudgedOnThem() {
    Bundle first = proven().export(root.resolve("1.zip"));
    ModelRegistry there = ModelRegistry.on(ObjectStore.inMemory(), options);
    Bundle again = there.model("x", Models.LOADER).register(first).export(root.resolve("2.zip"));
    assertThat(again.checks()).as("of others nothing goes on").isEmpty();
    RegisteredModel<String, String> model = there.model("delay", Models.LOADER);
    model.register(again);
    GatePolicy policy =
        GatePolicy.named("p")
            .require(Gate.metric(Metric.accuracyAt(0.5)).atLeast(0))
            .withMinRows(1);
    judge(model, new Models.Row(1));
    assertThat(model.decide(1, policy).results().get(0).sentence())
        .contains("are among the training rows of delay:1");
    assertThat(model.decide(1, policy).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    judge(model, new Models.Row(2));
    assertThat(model.decide(1, policy).verdict()).as("other rows").isEqualTo(Verdict.PASS);
  }

  private static void judge(RegisteredModel<String, String> model, Models.Row row) {
    model.recordEvaluation(
        1,
        Evaluator.<Models.Row>binary()
            .metrics(Metric.accuracyAt(0.5))
            .build()
            .evaluate(
                new io.mlops4j.evaluation.Contender<>(
                    "delay:1", "f".repeat(64), rows -> rows.stream().map(r -> 0.1).toList()),
                LabeledDataset.of(Schema.of(Models.Row.class), List.of(new Labeled<>(row, 0))),
                Models.NOON));
  }

  @Test
  void verify_damagedEvidenceOfTheOrigin_namesIt() throws Exception {
    Bundle bundle = proven().export(root.resolve("b.zip"));
    try (ModelRegistry there = ModelRegistry.open(root.resolve("there"), options)) {
      RegisteredVersion<String, String> got = there.model("delay", Models.LOADER).register(bundle);
      List<String> evidence = got.origin().orElseThrow().evidence();
      assertThat(evidence).hasSize(5);
      String digest = evidence.get(1);
      Files.delete(
          root.resolve("there/blobs/sha256").resolve(digest.substring(0, 2)).resolve(digest));
      assertThat(there.verify())
          .singleElement()
          .satisfies(problem -> assertThat(problem.toString()).contains("evidence of its origin"));
      assertThatThrownBy(got::latenciesAtOrigin).isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void gc_evidenceOfTheOrigin_isKept() {
    Bundle bundle = proven().export(root.resolve("b.zip"));
    try (ModelRegistry there = ModelRegistry.open(root.resolve("there"), options)) {
      there.model("delay", Models.LOADER).register(bundle);
    }
    for (int years = 1; years < 4; years++) {
      VirtualTime later = VirtualTime.startingAt(Models.NOON.plus(Duration.ofDays(365L * years)));
      try (ModelRegistry there =
          ModelRegistry.open(root.resolve("there"), options.withTime(later))) {
        assertThat(there.collectGarbage(Duration.ofDays(1)).freed()).isEmpty();
        assertThat(there.verify()).isEmpty();
        assertThat(there.model("delay", Models.LOADER).version(1).checksAtOrigin()).hasSize(2);
      }
    }
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(BundleEvidenceTest.class.getResource("/bundles/" + name)).toURI());
  }

  /** Written by the library before bundles had evidence. Never written anew. */
  @Test
  void format1_checkedInBundle_isTakenIn() throws Exception {
    Bundle old = Bundle.open(resource("format-1.zip"));
    assertThat(index(Files.readAllBytes(old.file()))).startsWith("{\"bundle\":1,");
    assertThat(old.evaluations()).hasSize(2);
    assertThat(old.checks()).isEmpty();
    assertThat(old.latencies()).isEmpty();
    RegisteredVersion<String, String> got =
        ModelRegistry.on(ObjectStore.inMemory(), options)
            .model("delay", Models.LOADER)
            .register(old);
    assertThat(got.origin().orElseThrow().evidence()).isEmpty();
    assertThat(got.checksAtOrigin()).isEmpty();
    assertThat(got.evaluationsAtOrigin()).hasSize(2);
    assertThat(ModelRegistryContract.answer(got.source())).isEqualTo("one");
  }

  @Test
  void format2_checkedInBundle_isTakenIn() throws Exception {
    Bundle old = Bundle.open(resource("format-2.zip"));
    assertThat(index(Files.readAllBytes(old.file()))).startsWith("{\"bundle\":2,");
    RegisteredVersion<String, String> got =
        ModelRegistry.on(ObjectStore.inMemory(), options)
            .model("delay", Models.LOADER)
            .register(old);
    assertThat(got.checksAtOrigin())
        .extracting(CheckEvidence::name)
        .containsExactly("mine", CheckEvidence.DATA_VALIDATION);
    assertThat(got.checksAtOrigin()).allMatch(check -> check.suite().isEmpty());
    assertThat(got.origin().orElseThrow().evidence())
        .as("read and written again they have the digests they had")
        .containsAll(got.checksAtOrigin().stream().map(CheckEvidence::digest).toList());
    assertThat(got.latenciesAtOrigin())
        .extracting(report -> report.nanos(Percentile.P50))
        .containsExactly(1000L, 2000L);
  }

  /** An older library reads what has nothing that it does not know. */
  @Test
  void export_withoutEvidence_isOfFormat1() throws IOException {
    ModelRegistry registry = ModelRegistry.on(ObjectStore.inMemory(), options);
    Bundle bundle =
        BundleTest.registered(registry.model("delay", Models.LOADER)).export(root.resolve("b.zip"));
    assertThat(index(Files.readAllBytes(bundle.file()))).startsWith("{\"bundle\":1,");
  }

  private static String index(byte[] zip) {
    return new String(
        Objects.requireNonNull(BundleHostilityTest.parts(zip).get("bundle.json")), UTF_8);
  }

  @Test
  void open_hostileEvidence_isRefusedAndNothingIsWritten() throws IOException {
    Path file = root.resolve("b.zip");
    proven().export(file);
    byte[] good = Files.readAllBytes(file);
    Map<String, byte[]> entries = BundleHostilityTest.entries(good);
    assertThat(BundleHostilityTest.build(entries)).isEqualTo(good);
    String check = "evidence/00001.json";
    String latency = "evidence/00002.json";
    String rows = "evidence/00003.json";
    for (String name : List.of(check, latency, rows)) {
      for (String content : List.of("", "garbage", "{}", "[]", "null", "{\"kind\":\"other\"}")) {
        requireRefused(name, content, good);
      }
      requireRefused(name, "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000), good);
    }
    for (String[] change :
        new String[][] {
          {check, "delay:1", "delay:2"},
          {check, "\"PASS\"", "\"SURE\""},
          {check, "\"format\":1", "\"format\":2"},
          {check, "\"name\":\"mine\"", "\"name\":\" \""},
          {check, "\"name\":\"mine\"", "\"name\":\"" + "x".repeat(129) + "\""},
          {check, "\"numbers\":{}", "\"numbers\":{\"rows\":1e999}"},
          {check, "\"numbers\":{}", "\"numbers\":{\"rows\":\"many\"}"},
          {check, "2026-06-01T12", "2026-06-01T25"},
          {latency, "delay:1", "delay:2"},
          {latency, "\"format\":1", "\"format\":2"},
          {latency, "\"calls\":2000", "\"calls\":-1"},
          {latency, "\"P99\":1000", "\"P99\":0"},
          {latency, "\"P99\":1000", "\"P98\":1000"},
          {latency, "\"noise\":{", "\"noise\":{\"P100\":1,"},
          {latency, "2026-06-01T12", "yesterday"},
          {rows, "\"rows\":1", "\"rows\":-1"},
          {rows, "\"format\":1", "\"format\":9"},
          {rows, "\"hashes\":\"", "\"hashes\":\"!"},
          {rows, "\"hashes\":\"", "\"hashes\":\"AAAA"},
        }) {
      String was = new String(Objects.requireNonNull(entries.get(change[0])), UTF_8);
      String now = was.replace(change[1], change[2]);
      assertThat(now).as(change[1]).isNotEqualTo(was);
      requireRefused(change[0], now, good);
    }
    Map<String, byte[]> parts = BundleHostilityTest.parts(good);
    for (UnaryOperator<String> change :
        List.<UnaryOperator<String>>of(
            json -> json.replace("\"bundle\":2", "\"bundle\":1"),
            json -> json.replace("\"bundle\":2", "\"bundle\":3"),
            json -> json.replace("\"bundle\":2", "\"bundle\":0"),
            json -> json.replace("evidence/00001.json", "evidence/1.json"),
            json -> json.replace("evidence/00001.json", "evidence/../x.json"))) {
      Map<String, byte[]> changed = new java.util.LinkedHashMap<>(parts);
      changed.put("bundle.json", change.apply(index(good)).getBytes(UTF_8));
      requireRefused(BundleHostilityTest.raw(changed));
    }
    for (int i = 0; i < good.length; i += 5) {
      byte[] flipped = good.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      requireRefused(flipped);
    }
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files).containsExactly(file);
    }
  }

  private void requireRefused(String name, String content, byte[] good) throws IOException {
    Map<String, byte[]> entries = BundleHostilityTest.entries(good);
    entries.put(name, content.getBytes(UTF_8));
    requireRefused(BundleHostilityTest.build(entries));
  }

  private void requireRefused(byte[] bytes) throws IOException {
    Path hostile = Files.write(root.resolve("hostile.zip"), bytes);
    ModelRegistry registry = ModelRegistry.on(ObjectStore.inMemory(), options);
    assertThatThrownBy(() -> registry.model("delay", Models.LOADER).register(Bundle.open(hostile)))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Bundle hostile.zip is refused: ");
    assertThat(registry.models()).isEmpty();
    Files.delete(hostile);
  }
}
