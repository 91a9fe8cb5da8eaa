package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.data.DatasetSnapshot;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.lineage.Reproduction;
import io.mlops4j.registry.lineage.Reproduction.Difference;
import io.mlops4j.registry.lineage.Reproduction.Verdict;
import io.mlops4j.registry.lineage.Retraining.Trained;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.classification.Label;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.common.tree.RandomForestTrainer;

/** A logistic regression on flights, registered here and trained again from its lineage. */
class ReproductionTest {
  @TempDir static Path root;
  private static Path store;
  private static ModelRegistry registry;
  private static RegisteredVersion<Flight, Double> version;
  private static List<Flight> rows;
  private static LabeledDataset<Flight> some;

  @BeforeAll
  static void register() throws IOException {
    store = root.resolve("store");
    registry = ModelRegistry.open(store);
    DatasetSnapshot snapshot =
        DatasetSnapshot.byContent(
            ObjectStores.directory(store), "flights", FlightsTraining.someFlights(root));
    Trained trained = FlightsTraining.train(store, root, FlightsTraining.plan(snapshot, 42));
    version =
        registry
            .model("delay", TribuoModel.probability(Flight.SCHEMA))
            .register(trained.artifact(), trained.lineage());
    some = FlightsTraining.rows(root.resolve("flights.csv"), 7);
    rows = some.features().limit(500).toList();
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  private static Reproduction again(java.util.function.UnaryOperator<Lineage> change) {
    return Reproduction.of(version)
        .loadedBy(TribuoModel.probability(Flight.SCHEMA))
        .onRows(rows)
        .within(1e-6)
        .by(lineage -> FlightsTraining.train(store, root, change.apply(lineage)));
  }

  @Test
  void by_theSameLineage_isIdentical() {
    Reproduction result = again(lineage -> lineage);
    assertThat(result.differences()).isEmpty();
    assertThat(result.verdict()).isEqualTo(Verdict.IDENTICAL);
  }

  @Test
  void by_theSameLineageInAnotherProcess_isIdentical() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.util.logging.config.file=" + quiet());
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(FlightsTraining.class.getName());
    command.add(store.toString());
    command.add(root.toString());
    File output = root.resolve("output.txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(output.toPath()))
        .contains("delay:1 trained again is IDENTICAL, byte for byte.");
  }

  private static Path quiet() throws IOException {
    return Files.writeString(root.resolve("logging.properties"), ".level = OFF\n");
  }

  @Test
  void by_anotherSeed_isDifferentAndNamesIt() {
    Reproduction result = again(lineage -> lineage.withHyperparameter("seed", 43));
    assertThat(result.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(result.differences())
        .contains(new Difference("hyperparameter trainer.seed", "42", "43"))
        .extracting(Difference::what)
        .contains("file model.pb")
        .doesNotContain("data digest", "encoding", "jvm");
    assertThat(result.largest().orElseThrow()).isGreaterThan(1e-6);
  }

  @Test
  void by_otherRows_isDifferentAndNamesThem() {
    Reproduction result = again(lineage -> lineage.withHyperparameter("endHour", 8));
    assertThat(result.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(result.differences())
        .extracting(Difference::what)
        .contains("data digest", "data rows", "file model.pb")
        .doesNotContain("data snapshot");
  }

  /** The lineage says that another Tribuo was on the class path when the version was made. */
  @Test
  void by_anotherLibrary_namesItWithBothVersions() {
    Environment here = version.lineage().environment();
    List<Environment.Artifact> artifacts =
        here.artifacts().stream()
            .map(
                artifact ->
                    artifact.coordinates().startsWith("org.tribuo:tribuo-core:")
                        ? new Environment.Artifact(
                            "tribuo-core-4.3.1.jar", "org.tribuo:tribuo-core:4.3.1", "0".repeat(64))
                        : artifact)
            .toList();
    assertThat(artifacts).isNotEqualTo(here.artifacts());
    Lineage older =
        version
            .lineage()
            .withEnvironment(
                new Environment(
                    here.jvm(),
                    here.os(),
                    here.dependencies(),
                    artifacts,
                    here.natives(),
                    here.settings()));
    RegisteredVersion<Flight, Double> other =
        registry
            .model("older", TribuoModel.probability(Flight.SCHEMA))
            .register(version.artifact(), older);
    Reproduction result =
        Reproduction.of(other).by(lineage -> new Trained(version.artifact(), version.lineage()));
    assertThat(result.differences())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.what()).isEqualTo("library org.tribuo:tribuo-core");
              assertThat(d.registered()).startsWith("4.3.1 sha256 000");
              assertThat(d.again()).startsWith("4.3.2 sha256 ");
            });
  }

  @Test
  void artifact_ofTwoEqualTrainings_hasEqualBytes() {
    for (var trainer :
        List.<java.util.function.Supplier<org.tribuo.Trainer<Label>>>of(
            LogisticRegressionTrainer::new,
            () -> new CARTClassificationTrainer(6),
            () ->
                new RandomForestTrainer<>(
                    new CARTClassificationTrainer(4, 0.5f, 7L), new VotingCombiner(), 3))) {
      ModelArtifact first = train(trainer.get(), some).artifact();
      ModelArtifact second = train(trainer.get(), some).artifact();
      assertThat(first.bytes("model.pb")).isEqualTo(second.bytes("model.pb"));
      var loaded = TribuoModel.probability(Flight.SCHEMA).load(version.version(), first);
      assertThat(loaded.predict(rows)).isEqualTo(train(trainer.get(), some).predict(rows));
    }
    ModelArtifact first = train(new LogisticRegressionTrainer(), some).toOnnx();
    ModelArtifact second = train(new LogisticRegressionTrainer(), some).toOnnx();
    assertThat(first.bytes("model.onnx")).isEqualTo(second.bytes("model.onnx"));
  }

  /** Negative control: as Tribuo writes them, equal models have other bytes. */
  @Test
  void tribuosOwnBytes_ofTwoEqualTrainings_differ() {
    var first = train(new LogisticRegressionTrainer(), some).tribuo().serialize();
    var second = train(new LogisticRegressionTrainer(), some).tribuo().serialize();
    assertThat(first.toByteArray()).isNotEqualTo(second.toByteArray());
  }

  private static TribuoModel<Flight> train(
      org.tribuo.Trainer<Label> trainer, LabeledDataset<Flight> data) {
    return TribuoTrainer.classification(trainer).train(data, Flight::encode);
  }
}
