package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.Metric;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  record Row(double age, String ward) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);
  private static final List<Row> ROWS = List.of(new Row(1, "a"), new Row(2, "b"), new Row(3, "a"));

  @TempDir Path root;
  private final VirtualTime time = VirtualTime.startingAt(Models.NOON);
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(time).withActor("ann");

  /** A version with everything a version can have. */
  static ModelFiles full() {
    return ModelFiles.of(
            "constant",
            Map.of("model.txt", "one".getBytes(UTF_8), "notes.txt", "n".getBytes(UTF_8)))
        .withEncoding(
            InputEncoding.learn(SCHEMA).standardized("age").oneHot("ward").from(ROWS::stream))
        .withSignature(SCHEMA.fingerprint())
        .withGoldenRows(
            new GoldenRows(1e-6, List.of(new GoldenRows.Row(Map.of("age", 1.0, "ward", "a"), 0.5))))
        .withBaseline(Baseline.fit(SCHEMA, ROWS::stream));
  }

  static RegisteredVersion<String, String> registered(RegisteredModel<String, String> model) {
    RegisteredVersion<String, String> version = model.register(full(), LineageTest.full());
    model.recordEvaluation(version, Models.report(version, Metric.AUC, 0.7));
    model.recordEvaluation(version, Models.report(version, Metric.BRIER, 0.2));
    return model.version(version.number());
  }

  private ModelRegistry registry(String name) {
    return ModelRegistry.open(root.resolve(name), options);
  }

  @Test
  void register_anExportedVersion_isTheSameVersionElsewhere() {
    try (ModelRegistry here = registry("here");
        ModelRegistry there = registry("there")) {
      RegisteredVersion<String, String> sent = registered(here.model("delay", Models.LOADER));
      Bundle bundle = sent.export(root.resolve("delay-1.zip"));
      assertThat(bundle.version()).isEqualTo(new ModelVersion("delay", 1));
      assertThat(bundle.lineage()).isEqualTo(sent.lineage());
      assertThat(bundle.evaluations()).isEqualTo(sent.evaluations());

      RegisteredModel<String, String> model = there.model("late", Models.LOADER);
      model.register(Models.constant("older"), Lineage.unknown());
      RegisteredVersion<String, String> got =
          model.register(Bundle.open(root.resolve("delay-1.zip")));
      assertThat(got.version()).isEqualTo(new ModelVersion("late", 2));
      assertThat(got.stage()).isEqualTo(Stage.NONE);
      assertThat(got.digests()).isEqualTo(sent.digests());
      assertThat(got.lineage()).as("its own lineage, author and time").isEqualTo(sent.lineage());
      assertThat(got.artifact().encoding()).isEqualTo(sent.artifact().encoding());
      assertThat(got.artifact().signature()).isEqualTo(sent.artifact().signature());
      assertThat(got.artifact().goldenRows()).isEqualTo(sent.artifact().goldenRows());
      assertThat(got.artifact().baseline().orElseThrow().fingerprint())
          .isEqualTo(sent.artifact().baseline().orElseThrow().fingerprint());
      assertThat(ModelRegistryContract.answer(got.source())).isEqualTo("one");

      Origin origin = got.origin().orElseThrow();
      assertThat(origin.version()).isEqualTo(sent.version());
      assertThat(origin.bundle()).isEqualTo(bundle.digest());
      assertThat(origin.at()).isEqualTo(Models.NOON);
      assertThat(sent.origin()).isEmpty();
      assertThat(model.history())
          .last()
          .satisfies(
              entry ->
                  assertThat(entry.reason())
                      .startsWith(
                          "imported: delay:1 of another registry, bundle " + bundle.digest()));
      assertThat(there.verify()).isEmpty();
    }
  }

  @Test
  void register_anExportedVersion_keepsItsReportsAndCountsNoneAsEvidence() {
    try (ModelRegistry here = registry("here");
        ModelRegistry there = registry("there")) {
      Bundle bundle = registered(here.model("delay", Models.LOADER)).export(root.resolve("b.zip"));
      RegisteredModel<String, String> model = there.model("delay", Models.LOADER);
      RegisteredVersion<String, String> got = model.register(bundle);
      assertThat(got.evaluationsAtOrigin()).isEqualTo(bundle.evaluations()).hasSize(2);
      assertThat(got.evaluations()).isEmpty();
      assertThat(model.decide(1, Models.lenient()).verdict())
          .isEqualTo(GateResult.Verdict.INCONCLUSIVE);
      assertThat(model.champion()).isEmpty();
    }
  }

  @Test
  void verify_aDamagedReportOfTheOrigin_namesIt() throws Exception {
    try (ModelRegistry here = registry("here");
        ModelRegistry there = registry("there")) {
      Bundle bundle = registered(here.model("delay", Models.LOADER)).export(root.resolve("b.zip"));
      RegisteredVersion<String, String> got = there.model("delay", Models.LOADER).register(bundle);
      String digest = got.origin().orElseThrow().evaluations().get(0);
      Path blob =
          root.resolve("there/blobs/sha256").resolve(digest.substring(0, 2)).resolve(digest);
      Files.delete(blob);
      assertThat(there.verify())
          .singleElement()
          .satisfies(problem -> assertThat(problem.toString()).contains("report of its origin"));
    }
  }

  @Test
  void export_twice_givesTheSameBytes() throws Exception {
    try (ModelRegistry here = registry("here")) {
      RegisteredVersion<String, String> version = registered(here.model("delay", Models.LOADER));
      version.export(root.resolve("a.zip"));
      version.export(root.resolve("b.zip"));
      assertThat(root.resolve("b.zip")).hasSameBinaryContentAs(root.resolve("a.zip"));
      assertThatThrownBy(() -> version.export(root.resolve("a.zip")))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("FileAlreadyExistsException");
      assertThatThrownBy(() -> version.export(root.resolve("none/a.zip")))
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("delay:1 was not exported to ");
    }
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("here", "a.zip", "b.zip");
    }
  }

  @Test
  void export_anImportedVersion_canGoOn() {
    try (ModelRegistry here = registry("here");
        ModelRegistry there = registry("there");
        ModelRegistry third = registry("third")) {
      Bundle first = registered(here.model("delay", Models.LOADER)).export(root.resolve("1.zip"));
      RegisteredVersion<String, String> second = there.model("x", Models.LOADER).register(first);
      Bundle again = second.export(root.resolve("2.zip"));
      RegisteredVersion<String, String> last = third.model("y", Models.LOADER).register(again);
      assertThat(last.digests()).isEqualTo(second.digests());
      assertThat(last.lineage()).isEqualTo(second.lineage());
      assertThat(last.origin().orElseThrow().version()).isEqualTo(second.version());
      assertThat(third.verify()).isEmpty();
    }
  }

  /** Read by the JDK's own zip, which knows nothing of ours. */
  @Test
  void export_isAZipThatAnyToolOpens() throws Exception {
    try (ModelRegistry here = registry("here")) {
      registered(here.model("delay", Models.LOADER)).export(root.resolve("b.zip"));
    }
    List<String> names = new ArrayList<>();
    try (ZipFile zip = new ZipFile(root.resolve("b.zip").toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        names.add(entry.getName());
        try (InputStream in = zip.getInputStream(entry)) {
          assertThat(in.readAllBytes()).hasSize((int) entry.getSize());
        }
      }
      try (InputStream in = zip.getInputStream(zip.getEntry("files/model.txt"))) {
        assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("one");
      }
    }
    assertThat(names)
        .containsExactly(
            "bundle.json",
            "manifest.json",
            "encoding.json",
            "golden.json",
            "baseline.json",
            "files/model.txt",
            "files/notes.txt",
            "evaluations/00001.json",
            "evaluations/00002.json");
  }

  @Test
  void register_fileChangedAfterOpening_registersNothing() throws Exception {
    try (ModelRegistry here = registry("here");
        ModelRegistry there = registry("there")) {
      Path file = root.resolve("b.zip");
      Bundle bundle = registered(here.model("delay", Models.LOADER)).export(file);
      RegisteredModel<String, String> model = there.model("delay", Models.LOADER);
      byte[] bytes = Files.readAllBytes(file);
      byte[] changed = bytes.clone();
      int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("one", 30);
      changed[at] = 'O';
      Files.write(file, changed);
      assertThatThrownBy(() -> model.register(bundle)).isInstanceOf(MlopsException.class);
      Path other = root.resolve("other.zip");
      RegisteredVersion<String, String> second =
          here.model("delay", Models.LOADER).register(Models.constant("z"), Lineage.unknown());
      second.export(other);
      Files.copy(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      assertThatThrownBy(() -> model.register(bundle))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining("is not the file it was when it was opened");
      Files.delete(file);
      assertThatThrownBy(() -> model.register(bundle))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("there is no such file");
      assertThat(model.versions()).isEmpty();
      Files.write(file, bytes);
      assertThat(model.register(bundle).number()).isEqualTo(1);
    }
  }

  @Test
  void register_aFileLargerThanAllowed_isRefused() {
    try (ModelRegistry here = registry("here");
        ModelRegistry small =
            ModelRegistry.open(root.resolve("small"), options.withMaxFileBytes(100))) {
      RegisteredVersion<String, String> version =
          here.model("delay", Models.LOADER)
              .register(Models.constant("x".repeat(101)), Lineage.unknown());
      Bundle bundle = version.export(root.resolve("b.zip"));
      RegisteredModel<String, String> model = small.model("delay", Models.LOADER);
      assertThatThrownBy(() -> model.register(bundle))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("larger than 100 bytes");
      assertThat(model.versions()).isEmpty();
    }
  }
}
