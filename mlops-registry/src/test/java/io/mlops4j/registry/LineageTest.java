package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.DatasetFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LineageTest {
  record Visit(String ward, double age, Instant at) {}

  static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");
  static final Dataset<Visit> VISITS =
      Dataset.of(
          Schema.of(Visit.class),
          List.of(new Visit("a", 40, MAY.plusSeconds(60)), new Visit("b", 50, MAY)));

  /** Every field has a value of its own. */
  static Lineage full() {
    DatasetFacts facts = VISITS.facts();
    return Lineage.unknown()
        .withData(facts)
        .withSnapshot("s".repeat(64))
        .withCode(
            new Lineage.Code(
                "a".repeat(40), Lineage.WorkTree.DIRTY, Optional.of("b".repeat(64)), "g:a:1"))
        .withEnvironment(
            new Environment(
                "jvm 17",
                "Linux",
                List.of("x-1.jar"),
                List.of(
                    new Environment.Artifact("x-1.jar", "g:x:1", "c".repeat(64)),
                    new Environment.Artifact("classes/", "UNKNOWN", "UNKNOWN")),
                List.of(new Environment.NativeLibrary("libx.so", "g:x:1")),
                new TreeMap<>(Map.of("zone", "UTC"))))
        .withHyperparameter("depth", 6)
        .withMetric("auc", 0.71)
        .withMetric("auc", 0.69, facts)
        .withTag("team", "risk")
        .withParent(new ModelVersion("delay", 3))
        .withRun("run-1")
        .withLicences("Apache-2.0", "CC-BY-4.0")
        .withCreatedBy("ann");
  }

  @Test
  void withData_facts_hasDigestRowsSchemaAndPeriod() {
    Lineage.Data data = full().data();
    assertThat(data.digest()).isEqualTo(VISITS.digest());
    assertThat(data.rows()).hasValue(2);
    assertThat(data.schema()).isEqualTo(VISITS.schema().fingerprint());
    assertThat(data.period()).contains(new DatasetFacts.Period(MAY, MAY.plusSeconds(60)));
    assertThat(data.snapshot()).isEqualTo("s".repeat(64));
    assertThat(full().measurements())
        .containsExactly(new Lineage.Measurement("auc", 0.69, VISITS.name(), VISITS.digest()));
  }

  @Test
  void json_ofAFullLineage_isReadBackWhole() {
    Lineage lineage = full().stamped(MAY, "nobody");
    byte[] json = Json.canonical(LineageJson.write(lineage));
    assertThat(LineageJson.read(Json.parse(json, "lineage"))).isEqualTo(lineage);
    assertThat(lineage.missing()).isEmpty();
  }

  @Test
  void json_ofUnknown_staysSmall() {
    ObjectNode json = LineageJson.write(Lineage.unknown());
    assertThat(json.path("data").has("schema")).isFalse();
    assertThat(json.has("licences")).isFalse();
    assertThat(Json.canonical(json).length).isLessThan(350);
    assertThat(LineageJson.read(json)).isEqualTo(Lineage.unknown());
  }

  /** What the library before format 2 does: it reads the fields it knows, wherever they are. */
  @Test
  void json_newFields_standBesideThoseOfFormat1() {
    ObjectNode json = LineageJson.write(full().stamped(MAY, "nobody"));
    assertThat(json.path("data").path("name").asText()).isEqualTo("Visit");
    assertThat(json.path("data").path("rows").asLong()).isEqualTo(2);
    assertThat(json.path("code").path("commit").asText()).isEqualTo("a".repeat(40));
    assertThat(json.path("code").path("workTree").asText()).isEqualTo("DIRTY");
    assertThat(json.path("environment").path("dependencies").get(0).asText()).isEqualTo("x-1.jar");
    assertThat(json.path("metrics").path("auc").asDouble()).isEqualTo(0.71);
    assertThat(json.path("parents").get(0).path("version").asInt()).isEqualTo(3);
  }

  @Test
  void json_ofAFutureFormat_isReadAsFarAsItIsUnderstood() {
    ObjectNode json = LineageJson.write(full());
    json.put("v", 99).putObject("quantum").put("entangled", true);
    assertThat(LineageJson.read(json)).isEqualTo(full());
  }

  @Test
  void missing_ofUnknown_namesEveryPart() {
    assertThat(Lineage.unknown().missing())
        .containsExactly(
            "data name",
            "data digest",
            "data rows",
            "data schema",
            "data snapshot",
            "commit",
            "work tree",
            "runtime",
            "operating system",
            "libraries",
            "hyperparameters",
            "metrics",
            "model licence",
            "data licence");
  }

  @Test
  void register_here_storesWhatTheJvmKnows() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      Lineage stored =
          registry
              .model("delay")
              .register(Models.constant("a"), Lineage.here().withData(VISITS.facts()))
              .lineage();
      assertThat(stored.environment()).isEqualTo(Environment.capture());
      assertThat(stored.missing())
          .doesNotContain("data digest", "data rows", "data schema", "runtime", "libraries");
    }
  }

  @Test
  void measurement_notFinite_isRefused() {
    assertThatThrownBy(() -> Lineage.unknown().withMetric("auc", Double.NaN, VISITS.facts()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("metric auc: NaN (expected: finite)");
  }

  @Property(tries = 100)
  void json_ofAnyLineage_isReadBackWhole(@ForAll("lineages") Lineage lineage) {
    byte[] json = Json.canonical(LineageJson.write(lineage));
    assertThat(LineageJson.read(Json.parse(json, "lineage"))).isEqualTo(lineage);
  }

  @Provide
  Arbitrary<Lineage> lineages() {
    Arbitrary<String> texts = Arbitraries.strings().excludeChars('\0').ofMaxLength(12);
    Arbitrary<Map<String, String>> maps = Arbitraries.maps(texts, texts).ofMaxSize(4);
    Arbitrary<Map<String, Double>> numbers =
        Arbitraries.maps(texts, Arbitraries.doubles()).ofMaxSize(4);
    return Combinators.combine(texts, maps, numbers, Arbitraries.longs().greaterOrEqual(0))
        .as(
            (text, map, metrics, rows) ->
                full()
                    .withData(text, text, rows)
                    .withHyperparameters(map)
                    .withMetrics(metrics)
                    .withTags(map)
                    .withRun(text)
                    .withLicences(text, text)
                    .withCreatedBy("ann " + io.mlops4j.core.Text.printable(text, 200)));
  }
}
