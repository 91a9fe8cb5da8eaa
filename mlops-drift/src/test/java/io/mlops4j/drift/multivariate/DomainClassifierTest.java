package io.mlops4j.drift.multivariate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.multivariate.DomainClassifier.Options;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DomainClassifierTest {
  private static final Instant MONDAY = Instant.parse("2026-11-23T00:00:00Z");
  private static final Options OPTIONS = Options.withDefaults().withRows(1_000, 100, 3);

  record Row(double x, double y, @Nullable String city) {}

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);

  /** Two standard normals with a correlation, and a city. */
  private static List<Row> rows(int n, long seed, double correlation, String city) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      double y = correlation * x + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
      rows.add(new Row(x, y, random.nextInt(3) == 0 ? city : "Ulm"));
    }
    return rows;
  }

  private static DomainClassifier<Row, Double> classifier(Options options) {
    return DomainClassifier.comparing(SCHEMA, rows(3_000, 1, 0, "Bonn").stream(), options);
  }

  private static void feed(
      DomainClassifier<Row, Double> classifier, int version, Instant at, List<Row> rows) {
    for (Row row : rows) {
      classifier.onPrediction(prediction(version, SCHEMA.encode(row), at));
    }
  }

  private static Prediction<Row, Double> prediction(
      int version, @Nullable EncodedRow<Row> row, Instant at) {
    return new Prediction<>(
        "p",
        null,
        null,
        new ModelVersion("m", version),
        Prediction.Source.MODEL,
        row,
        0.5,
        at,
        Duration.ofMillis(1));
  }

  @Test
  void evaluate_correlationChanged_failsThoughEachFeatureIsAsEver() {
    var classifier = classifier(OPTIONS);
    feed(classifier, 1, MONDAY, rows(2_000, 2, 0.8, "Bonn"));
    assertThat(classifier.evaluate()).isInstanceOf(Check.Fail.class);
    Separation found = classifier.separation().orElseThrow();
    assertThat(found.telling().get(0)).isEqualTo("x x y");
    // N(0, 1) pairs with correlations 0 and .8: the likelihood ratio's own AUC is about .78.
    assertThat(found.auc()).isBetween(0.65, 0.8);
    assertThat(found.reference()).isEqualTo(1_000);
    assertThat(found.live()).isEqualTo(1_000);
  }

  @Test
  void evaluate_sameRows_passes() {
    var classifier = classifier(OPTIONS);
    feed(classifier, 1, MONDAY, rows(2_000, 2, 0, "Bonn"));
    assertThat(classifier.evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(classifier.evaluate().sentence())
        .startsWith("live rows of Row against training: a classifier tells them apart with AUC 0.")
        .endsWith("not above 0.6.");
  }

  @Test
  void evaluate_newCategoryOrMissing_isNamed() {
    var classifier = classifier(OPTIONS);
    feed(classifier, 1, MONDAY, rows(2_000, 2, 0, "Kiel\n<b>"));
    assertThat(classifier.evaluate().sentence()).contains("city = another");
    var sensitive =
        DomainClassifier.<Row, Double>comparing(
            SCHEMA.withSensitive("city"), rows(500, 1, 0, "CANARY").stream(), OPTIONS);
    for (Row row : rows(500, 2, 0, "x")) {
      sensitive.onPrediction(prediction(1, SCHEMA.encode(row), MONDAY));
    }
    assertThat(sensitive.evaluate() + sensitive.toString()).doesNotContain("CANARY");
    assertThat(Shown.of("a\n\u202eb")).isEqualTo("a??b");
  }

  @Test
  void separation_windowsAndVersions_areNotMixed() {
    var classifier = classifier(OPTIONS);
    assertThat(classifier.evaluate().sentence()).contains("fewer than 100 live rows");
    feed(classifier, 1, MONDAY, rows(500, 2, 0.8, "Bonn"));
    Instant next = MONDAY.plus(Duration.ofDays(7));
    feed(classifier, 1, next, rows(50, 3, 0, "Bonn"));
    assertThat(classifier.separation().orElseThrow().live()).isEqualTo(500); // the finished one
    feed(classifier, 1, next, rows(150, 4, 0, "Bonn"));
    assertThat(classifier.separation().orElseThrow().live()).isEqualTo(200);
    feed(classifier, 2, next, rows(10, 5, 0, "Bonn"));
    assertThat(classifier.separation()).isEmpty();
    classifier.onPrediction(prediction(2, null, next));
  }

  // 150 comparisons of rows with nothing to tell: a 90 % interval may miss .5 in 15 of them. Taking
  // the folds for independent, it did in 33.
  @Test
  void interval_nothingToTell_coversAHalfAtLeastAsOftenAsStated() {
    Options options = new Options(0.6, 0.9, 200, 150, 2, Duration.ofDays(7), 1);
    int missed = 0;
    for (int run = 0; run < 150; run++) {
      DomainClassifier<Row, Double> classifier =
          DomainClassifier.comparing(SCHEMA, rows(200, 10_000 + run, 0, "Bonn").stream(), options);
      feed(classifier, 1, MONDAY, rows(200, 20_000 + run, 0, "Bonn"));
      missed += classifier.separation().orElseThrow().interval().contains(0.5) ? 0 : 1;
    }
    assertThat(missed).isLessThanOrEqualTo(22);
  }

  @Test
  void reservoir_anyLength_isAUniformSample() {
    int[] hits = new int[10];
    for (int run = 0; run < 2_000; run++) {
      Reservoir<Integer> reservoir = new Reservoir<>(3, run);
      for (int i = 0; i < 10; i++) {
        reservoir.add(i);
      }
      reservoir.sample().forEach(i -> hits[i]++);
    }
    for (int hit : hits) {
      assertThat(hit).isBetween(500, 700); // 600 expected, deviation 20
    }
  }

  // python oracles/drift.py: sklearn's LogisticRegression and roc_auc_score
  @Test
  void fit_someRows_equalsSklearn() throws IOException {
    JsonNode c = oracle().get("logistic");
    double[][] rows = new double[c.get("x").size()][];
    boolean[] live = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          new double[] {c.get("x").get(i).get(0).asDouble(), c.get("x").get(i).get(1).asDouble()};
      live[i] = c.get("y").get(i).asInt() == 1;
    }
    RidgeLogistic model = RidgeLogistic.fit(rows, live, c.get("penalty").asDouble());
    assertThat(model.intercept()).isCloseTo(c.get("intercept").asDouble(), within(1e-6));
    assertThat(model.weight(0)).isCloseTo(c.get("weights").get(0).asDouble(), within(1e-6));
    assertThat(model.weight(1)).isCloseTo(c.get("weights").get(1).asDouble(), within(1e-6));
    double[] no =
        java.util.stream.IntStream.range(0, rows.length)
            .filter(i -> !live[i])
            .mapToDouble(i -> model.score(rows[i]))
            .toArray();
    double[] yes =
        java.util.stream.IntStream.range(0, rows.length)
            .filter(i -> live[i])
            .mapToDouble(i -> model.score(rows[i]))
            .toArray();
    assertThat(RankedAuc.of(no, yes).auc()).isCloseTo(c.get("auc").asDouble(), within(1e-9));
  }

  private static JsonNode oracle() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            DomainClassifierTest.class.getResourceAsStream("/oracles/drift.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }

  @Test
  void options_outOfRange_areNamed() {
    assertThatThrownBy(() -> OPTIONS.withLimit(0.5, 0.9)).hasMessageContaining("limit: 0.5");
    assertThatThrownBy(() -> OPTIONS.withLimit(0.6, 1)).hasMessageContaining("level: 1.0");
    assertThatThrownBy(() -> OPTIONS.withRows(50, 50, 1)).hasMessageContaining("rows: 50");
    assertThatThrownBy(() -> OPTIONS.withWindow(Duration.ZERO)).hasMessageContaining("window");
    assertThatThrownBy(
            () -> DomainClassifier.comparing(SCHEMA, rows(9, 1, 0, "x").stream(), OPTIONS))
        .hasMessageContaining("reference: 9 rows of Row");
  }
}
