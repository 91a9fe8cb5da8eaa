package io.mlops4j.registry.lineage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Check;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.lineage.Reproduction.Difference;
import io.mlops4j.registry.lineage.Reproduction.Verdict;
import io.mlops4j.registry.lineage.Retraining.Trained;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReproductionTest {
  record Row(double x) {}

  /** A model that multiplies: its file holds the factor. */
  private static final ModelLoader<Row, Double> LOADER =
      new ModelLoader<>() {
        @Override
        public Set<String> formats() {
          return Set.of("factor");
        }

        @Override
        public Model<Row, Double> load(ModelVersion version, ModelArtifact artifact) {
          double factor =
              Double.parseDouble(new String(artifact.bytes("factor.txt"), UTF_8).strip());
          return rows -> rows.stream().map(row -> factor * row.x()).toList();
        }

        @Override
        public Optional<Schema<Row>> schema() {
          return Optional.of(Schema.of(Row.class));
        }
      };

  private static final List<Row> ROWS = List.of(new Row(1), new Row(-2), new Row(Double.NaN));
  private static final Lineage LINEAGE =
      Lineage.unknown()
          .withData("january", "d".repeat(64), 3)
          .withHyperparameter("seed", 42)
          .withEnvironment(environment("1.0", "a"));

  private final ModelRegistry registry = ModelRegistry.inMemory();
  private final RegisteredVersion<Row, Double> version =
      registry.model("factor", LOADER).register(files("0.5"), LINEAGE);

  @AfterEach
  void close() {
    registry.close();
  }

  private static ModelFiles files(String factor) {
    return ModelFiles.of("factor", Map.of("factor.txt", factor.getBytes(UTF_8)))
        .withGoldenRows(new GoldenRows(0, List.of(new GoldenRows.Row(Map.of("x", 4.0), 2.0))));
  }

  private static Environment environment(String version, String digest) {
    return new Environment(
        "jvm 17",
        "Linux",
        List.of("x-" + version + ".jar"),
        List.of(
            new Environment.Artifact(
                "x-" + version + ".jar", "org.example:x:" + version, digest.repeat(64))),
        List.of(),
        new TreeMap<>());
  }

  private Reproduction again(String factor, Lineage lineage, double tolerance) {
    return Reproduction.of(version)
        .loadedBy(LOADER)
        .onRows(ROWS)
        .within(tolerance)
        .by(registered -> new Trained(files(factor), lineage));
  }

  @Test
  void by_sameBytes_isIdentical() {
    Reproduction result = again("0.5", LINEAGE, 0);
    assertThat(result.verdict()).isEqualTo(Verdict.IDENTICAL);
    assertThat(result.differences()).isEmpty();
    assertThat(result.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(result)
        .hasToString("factor:1 trained again is IDENTICAL, byte for byte. Nothing differs.");
  }

  @Test
  void by_otherBytesOfTheSameAnswers_isEquivalent() {
    Reproduction result = again("0.50", LINEAGE, 0);
    assertThat(result.verdict()).isEqualTo(Verdict.EQUIVALENT);
    assertThat(result.differences())
        .extracting(Difference::what)
        .containsExactly("file factor.txt");
    assertThat(result.rows()).as("3 rows and a golden one").isEqualTo(4);
    assertThat(result.largest()).hasValue(0);
  }

  @Test
  void by_answersWithinTheTolerance_isEquivalentAndBeyondItDifferent() {
    // The largest difference is on the golden row: 4 times 0.25.
    assertThat(again("0.75", LINEAGE, 1).verdict()).isEqualTo(Verdict.EQUIVALENT);
    Reproduction beyond = again("0.75", LINEAGE, 0.999);
    assertThat(beyond.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(beyond.largest()).hasValue(1);
    assertThat(beyond.evaluate()).isInstanceOf(Check.Fail.class);
  }

  @Test
  void by_answersThatBecomeNaN_isDifferentWhateverTheTolerance() {
    assertThat(again("NaN", LINEAGE, 1e300).verdict()).isEqualTo(Verdict.DIFFERENT);
  }

  @Test
  void by_otherSeedRowsAndLibrary_listsEachOfThem() {
    Lineage other =
        Lineage.unknown()
            .withData("january", "e".repeat(64), 4)
            .withHyperparameter("seed", 43)
            .withHyperparameter("depth", 6)
            .withEnvironment(environment("1.1", "b"));
    Reproduction result = again("0.75", other, 0);
    assertThat(result.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(result.differences())
        .extracting(Difference::toString)
        .contains(
            "data digest: " + "d".repeat(64) + " -> " + "e".repeat(64),
            "data rows: 3 -> 4",
            "hyperparameter depth: none -> 6",
            "hyperparameter seed: 42 -> 43",
            "library org.example:x: 1.0 sha256 "
                + "a".repeat(64)
                + " -> 1.1 sha256 "
                + "b".repeat(64))
        .hasSize(6);
    assertThat(result.toReport().toText()).contains("hyperparameter seed", "DIFFERENT");
  }

  /** The same version number, but not the same jar: the negative control of comparing names. */
  @Test
  void by_aLibraryOfTheSameVersionWithOtherBytes_listsIt() {
    Reproduction result = again("0.5", LINEAGE.withEnvironment(environment("1.0", "c")), 0);
    assertThat(result.verdict()).as("the bytes are what counts").isEqualTo(Verdict.IDENTICAL);
    assertThat(result.differences())
        .singleElement()
        .satisfies(d -> assertThat(d.what()).isEqualTo("library org.example:x"));
  }

  @Test
  void by_withoutALoader_saysThatAnswersWereNotCompared() {
    Reproduction result =
        Reproduction.of(version).by(registered -> new Trained(files("0.50"), registered));
    assertThat(result.verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(result.toString()).contains("not compared: loadedBy");
  }

  @Test
  void by_getsTheRegisteredLineage() {
    Reproduction.of(version)
        .by(
            registered -> {
              assertThat(registered).isEqualTo(version.lineage());
              return new Trained(files("0.5"), registered);
            });
  }

  @Test
  void by_aTrainerThatFails_saysWhich() {
    assertThatThrownBy(
            () ->
                Reproduction.of(version)
                    .by(
                        registered -> {
                          throw new java.io.IOException("no such file");
                        }))
        .isInstanceOf(MlopsException.class)
        .hasMessage("factor:1 could not be trained again: no such file");
  }

  @Test
  void within_badTolerance_isRefused() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Reproduction.of(version).within(bad))
          .hasMessageStartingWith("tolerance: ");
    }
  }

  @Test
  void distance_ofEveryKindOfAnswer_isTheLargestOfItsNumbers() {
    assertThat(AnswerDistance.of(1, 1.5)).isEqualTo(0.5);
    assertThat(AnswerDistance.of(Double.NaN, Double.NaN)).isZero();
    assertThat(AnswerDistance.of(1, Double.NaN)).isInfinite();
    assertThat(AnswerDistance.of(new float[] {1, 2}, new float[] {1, 4})).isEqualTo(2);
    assertThat(AnswerDistance.of(new double[] {1}, new double[] {1, 4})).isInfinite();
    assertThat(
            AnswerDistance.of(
                ClassProbabilities.named(List.of("a", "b"), 0.25, 0.75),
                ClassProbabilities.named(List.of("a", "b"), 0.5, 0.5)))
        .isEqualTo(0.25);
    assertThat(AnswerDistance.of("a", "a")).isZero();
    assertThat(AnswerDistance.of("a", "b")).isInfinite();
    assertThat(AnswerDistance.of(null, 1)).isInfinite();
  }
}
