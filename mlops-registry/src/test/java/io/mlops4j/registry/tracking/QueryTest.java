package io.mlops4j.registry.tracking;

import static io.mlops4j.registry.tracking.Field.attribute;
import static io.mlops4j.registry.tracking.Field.metric;
import static io.mlops4j.registry.tracking.Field.param;
import static io.mlops4j.registry.tracking.Field.tag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.ModelFiles;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  private final Tracking tracking = Tracking.inMemory();
  private final TrackedExperiment flights = tracking.experiment("flights");

  @BeforeEach
  void runs() {
    run("deep", Map.of("depth", "6", "kind", "trees"), Map.of("auc", 0.71), "risk");
    run("shallow", Map.of("depth", "10.0", "kind", "tree's"), Map.of("auc", 0.69), "risk");
    run("broken", Map.of("depth", "none"), Map.of("auc", Double.NaN), "fraud");
    run("huge", Map.of("kind", "net"), Map.of("auc", Double.POSITIVE_INFINITY), "fraud");
    run("empty", Map.of(), Map.of(), "a b`c");
  }

  private void run(
      String name, Map<String, String> params, Map<String, Double> metrics, String team) {
    try (Run run = flights.start(RunSettings.named(name).withTag("team", team).withSeed(1))) {
      run.params(params);
      metrics.forEach(run::metric);
      if (name.equals("deep")) {
        run.metric("auc", 5, 0.9);
        run.metric("auc", 6, 0.7);
        run.tag("odd `name` (1)", "x");
      }
      if (name.equals("broken")) {
        run.fail(new IllegalStateException("boom"));
      }
    }
  }

  private List<String> names(String query) {
    return flights.query(query).stream().map(RunRecord::name).sorted().toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          metric.auc > 0.69                                  | deep, huge
          metrics.auc >= 0.69                                | deep, huge, shallow
          max(metric.auc) > 0.8                              | deep, huge
          MIN(metric.auc) <= 0.70 and last(metric.auc) < 1   | deep, shallow
          metric.auc != 0.7                                  | huge, shallow
          NOT metric.auc = 0.7                               | huge, shallow
          metric.auc = Infinity                              | huge
          metric.auc > -Infinity                             | deep, huge, shallow
          metric.auc IS NAN                                  | broken
          metric.auc IS NULL                                 | empty
          metric.auc IS NOT NULL AND metric.auc IS NOT NAN   | deep, huge, shallow
          EXISTS metric.auc                                  | broken, deep, huge, shallow
          NOT EXISTS param.kind                              | broken, empty
          param.depth <= 6                                   | deep
          param.depth = 10                                   | shallow
          param.depth = '10'                                 | ~~
          param.depth IN (6, 10)                             | deep, shallow
          param.depth NOT IN (6)                             | shallow
          param.kind IN ('net', 'trees')                     | deep, huge
          param.kind LIKE 'tree%'                            | deep, shallow
          param.kind NOT LIKE '%''_'                         | deep, huge
          param.kind CONTAINS "e'"                           | shallow
          tag.team = 'a b`c'                                 | empty
          tag.`odd ``name`` (1)` = 'x'                       | deep
          status = 'FAILED' OR name = 'empty'                | broken, empty
          reason CONTAINS 'boom'                             | broken
          (tag.team = 'risk' OR tag.team = 'fraud') AND NOT status = 'FAILED' | deep, huge, shallow
          tag.team = 'risk' OR tag.team = 'fraud' AND status = 'FAILED'       | broken, deep, shallow
          started > '2020-01-01' AND started < '2999-01-01T00:00:00Z' AND name LIKE 'e_pty' | empty
          seed = 1 AND seconds < 1e6 AND experiment = 'flights' AND name != 'deep'          | broken, empty, huge, shallow
          """)
  void query_eachFeature_selectsWhatItSays(String query, String expected) {
    List<String> names = expected.isEmpty() ? List.of() : List.of(expected.split(", ", -1));
    assertThat(names(query)).isEqualTo(names);
    Query parsed = Query.parse(query);
    assertThat(Query.parse(parsed.toString())).isEqualTo(parsed);
  }

  @Test
  void order_nanAndMissing_comeLastBothWays() {
    assertThat(flights.query("ORDER BY metric.auc DESC, name"))
        .extracting(RunRecord::name)
        .containsExactly("huge", "deep", "shallow", "broken", "empty");
    assertThat(flights.query("ORDER BY metric.auc"))
        .extracting(RunRecord::name)
        .containsExactly("shallow", "deep", "huge", "broken", "empty");
    assertThat(flights.query("ORDER BY param.depth DESC LIMIT 3"))
        .as("numbers as numbers, before texts")
        .extracting(RunRecord::name)
        .containsExactly("shallow", "deep", "broken");
  }

  @Test
  void query_acrossExperimentsAndWithoutCondition_findsAll() {
    tracking.experiment("other").start("elsewhere").close();
    assertThat(tracking.query("LIMIT 100")).hasSize(6);
    assertThat(tracking.query("experiment = 'other'")).hasSize(1);
    assertThat(tracking.query("")).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          metric.auc > 'high'             | 14 | metric.auc is a number
          metric.auc >                    | 13 | expected a number or a 'text' after >
          metric.auc > 0.7 AN param.x = 1 | 18 | found AN
          metric.auc = NaN                | 14 | IS NAN
          metric. = 1                     | 8  | a name right after the point
          metric.auc LIKE 'x'             | 1  | is no text
          param.a IS 5                    | 12 | expected NULL
          auc > 0.7                       | 1  | attribute auc is not known (known: [commit
          status = 'FINISHD'              | 10 | [RUNNING, FINISHED, FAILED, KILLED]
          status > 'FINISHED'             | 10 | has no order
          started > 'yesterday'           | 11 | compare it with one such as
          param.a IN (1, 'x')             | 13 | numbers and texts are mixed
          param.a IN ()                   | 13 | expected a number or a 'text'
          (param.a = 1                    | 13 | expected ), found the end
          param.a = 'x                    | 11 | has no end
          param.`a = 1                    | 7  | has no end
          param.a = 1.2.3                 | 11 | is not a number
          param.a = 1 ORDER metric.auc    | 19 | expected BY
          LIMIT 0                         | 7  | whole number of 1 to 100000
          LIMIT 1.5                       | 7  | whole number
          param.a = 1; DROP TABLE runs    | 12 | has no meaning here
          param.é = 1                     | 7  | stand in `backticks`
          min(param.a) = 1                | 5  | only a metric
          param.a = 1 LIMIT 5 5           | 21 | found 5
          AND param.a = 1                 | 1  | found AND
          seconds IS NAN AND NOT          | 23 | found the end
          """)
  void parse_wrongText_pointsAtTheColumn(String query, int column, String problem) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse(query))
        .satisfies(e -> assertThat(e.column()).isEqualTo(column))
        .withMessageContaining(problem);
  }

  @Test
  void parse_wrongText_hasACaretBelowThePlace() {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse("metric.auc > 'high' LIMIT 3"))
        .withMessage(
            """
            Query: metric.auc is a number: compare it with a number (column 14).
              metric.auc > 'high' LIMIT 3
                           ^\
            """);
  }

  @Test
  void parse_hostileText_isBoundedAndShownOnOneLine() {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse("(".repeat(9_000)))
        .withMessageContaining("nested deeper than");
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse("NOT ".repeat(2_400)))
        .withMessageContaining("nested deeper than");
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse("x".repeat(10_001)))
        .withMessageContaining("10001 characters");
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Query.parse("param.a = 'x\n\u001b[31m' AND \u202e"))
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(3))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b", "\u202e"));
  }

  @Test
  void builder_valuesWithQuotes_areValuesAndNothingElse() {
    String hostile = "x' OR name LIKE '%";
    assertThat(flights.query(Query.where(param("kind").equalTo(hostile)))).isEmpty();
    assertThat(flights.query(Query.where(param("kind").equalTo("tree's")))).hasSize(1);
    assertThat(flights.query(Query.where(tag("odd `name` (1)").equalTo("x")))).hasSize(1);
    Query query =
        Query.where(
                metric("auc")
                    .above(0.5)
                    .and(param("depth").atMost(6).or(param("depth").isMissing()))
                    .and(attribute("status").equalTo(RunStatus.FINISHED)))
            .orderBy(metric("auc").max().descending())
            .limit(10);
    assertThat(flights.query(query)).extracting(RunRecord::name).containsExactly("huge", "deep");
    assertThat(Query.parse(query.toString())).isEqualTo(query);
  }

  @Test
  void builder_wrongValue_isRefusedAtOnce() {
    assertThatIllegalArgumentException().isThrownBy(() -> metric("auc").equalTo("x"));
    assertThatIllegalArgumentException().isThrownBy(() -> metric("auc").above(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> attribute("nope"));
    assertThatIllegalArgumentException().isThrownBy(() -> param("a").in());
    assertThatIllegalArgumentException().isThrownBy(() -> param("a").in(1, "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> param("a").max());
    assertThatIllegalArgumentException().isThrownBy(() -> Query.all().limit(0));
  }

  @Test
  void query_attributeOfVersions_isRefusedForRuns() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> flights.query("stage = 'PRODUCTION'"))
        .withMessageContaining("Runs have no stage; they have [");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%a%a%a%a%a%a%a%a%a%a%a%a%b", "%%%%%%%%%%%%%%%%%%%%%%%%c"})
  void like_patternThatExplodesARegularExpression_isFast(String pattern) {
    assertThat(Wildcards.matches("a".repeat(8_000), pattern)).isFalse();
  }

  @Test
  void like_escapes_takeSignsAsTheyAre() {
    assertThat(Wildcards.matches("50%", "50\\%")).isTrue();
    assertThat(Wildcards.matches("500", "50\\%")).isFalse();
    assertThat(Wildcards.matches("a_b", "a\\_b")).isTrue();
    assertThat(Wildcards.matches("axb", "a\\_b")).isFalse();
    assertThat(Wildcards.matches("", "%")).isTrue();
    assertThat(Wildcards.matches("", "_")).isFalse();
  }

  @Test
  void select_versions_byStageMetricAndLineage() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> model = registry.model("delay");
      for (int i = 1; i <= 3; i++) {
        model.register(
            ModelFiles.of("onnx", Map.of("m.onnx", new byte[] {(byte) i})),
            Lineage.unknown().withMetric("auc", i / 10.0).withHyperparameter("depth", i));
      }
      model.stage(3);
      assertThat(Query.parse("metric.auc >= 0.2").select(model))
          .extracting(v -> v.number())
          .containsExactly(3, 2);
      assertThat(Query.parse("stage = 'STAGING' AND param.depth > 1").select(model)).hasSize(1);
      assertThat(Query.parse("commit IS NULL ORDER BY version LIMIT 1").select(model))
          .extracting(v -> v.number())
          .containsExactly(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Query.parse("status = 'FINISHED'").select(model))
          .withMessageContaining("Versions have no status");
    }
  }
}
