package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the export script computes, Java computes alike: python/make_vectors.py wrote the numbers,
 * python/test_export_mlops4j.py checks that the script still gives them.
 */
class PythonVectorsTest {
  record Row(
      double amount, int hour, @Nullable String tree, double age, String tribe, boolean flag) {}

  private static final String FLAG = "𝔘nit|1:x";
  private static final Schema<Row> SCHEMA =
      Schema.<Row>builder("Row")
          .numeric("amount", Row::amount)
          .numeric("hour", Row::hour)
          .categorical("tree", Row::tree)
          .numeric("age", Row::age)
          .categorical("tribe", Row::tribe)
          .numeric(FLAG, row -> row.flag() ? 1 : 0)
          .build()
          .withSensitive("age", "tribe");

  private static JsonNode vectors;
  private static List<Row> rows;

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(
            PythonVectorsTest.class.getResourceAsStream("/python-export/vectors.json"))) {
      vectors = Json.parse(in.readAllBytes(), "vectors");
    }
    rows = new ArrayList<>();
    for (JsonNode row : vectors.path("rows")) {
      rows.add(
          new Row(
              number(row.get(0)),
              row.get(1).intValue(),
              row.get(2).isNull() ? null : row.get(2).textValue(),
              number(row.get(3)),
              row.get(4).textValue(),
              row.get(5).booleanValue()));
    }
  }

  private static double number(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue().equals("inf") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }
    return node.isNull() ? Double.NaN : node.doubleValue();
  }

  @Test
  void fingerprint_namesWithSeparatorsAndBeyondTheBmp_isPythons() {
    assertThat(SCHEMA.fingerprint()).isEqualTo(vectors.path("fingerprint").textValue());
    assertThat(SCHEMA.only("hour", "amount").fingerprint()).isNotEqualTo(SCHEMA.fingerprint());
  }

  @Test
  void digest_missingTextAndNumbers_isPythons() {
    assertThat(Dataset.of(SCHEMA, rows).digest()).isEqualTo(vectors.path("digest").textValue());
    List<Labeled<Row>> labeled =
        IntStream.range(0, rows.size())
            .mapToObj(i -> new Labeled<>(rows.get(i), vectors.path("labels").get(i).doubleValue()))
            .toList();
    assertThat(LabeledDataset.of(SCHEMA, labeled).digest())
        .isEqualTo(vectors.path("labeledDigest").textValue());
  }

  @Test
  void fit_tiesMissingInfiniteAndSensitive_givesPythonsCellsAndCounts() {
    double[] scores =
        IntStream.range(0, rows.size())
            .mapToDouble(i -> vectors.path("scores").get(i).doubleValue())
            .toArray();
    Baseline fitted = Baseline.fit(SCHEMA, rows::stream).withScores(scores);
    assertSame(fitted, Baseline.fromJson(Json.canonical(vectors.path("baseline"))));
  }

  @Test
  void fit_moreRowsThanTheSampleHolds_givesPythonsCellsAndCounts() {
    int n = 250_000;
    Schema<Integer> two =
        Schema.<Integer>builder("Two")
            .numeric("a", PythonVectorsTest::spread)
            .numeric("b", i -> Math.floor(spread(i) * 1_000) / 8)
            .build();
    Baseline fitted =
        Baseline.fit(two, () -> IntStream.range(0, n).boxed())
            .withScores(IntStream.range(0, n).mapToDouble(PythonVectorsTest::spread).toArray());
    assertSame(fitted, Baseline.fromJson(Json.canonical(vectors.path("many"))));
  }

  private static double spread(int i) {
    return ((i * 2_654_435_761L) & 0xFFFFFFFFL) / 0x1p32;
  }

  /** The tolerance is none: edges to the last bit, dictionaries, counts. */
  private static void assertSame(Baseline fitted, Baseline python) {
    assertThat(python.toJson()).isEqualTo(fitted.toJson());
    assertThat(python.fingerprint()).isEqualTo(fitted.fingerprint());
  }
}
