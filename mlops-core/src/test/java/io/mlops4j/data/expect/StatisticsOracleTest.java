package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** pandas, numpy and scipy over the same values: oracles/validation.py. */
class StatisticsOracleTest {
  record Row(double value) {}

  private static JsonNode oracle() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            StatisticsOracleTest.class.getResourceAsStream("/validation.json"))) {
      return Json.parse(in.readAllBytes(), "validation.json");
    }
  }

  private static Dataset<Row> rows(JsonNode column) {
    List<Row> rows = new ArrayList<>();
    column.get("values").forEach(v -> rows.add(new Row(v.isNull() ? Double.NaN : v.asDouble())));
    return Dataset.of(Schema.of(Row.class), rows);
  }

  private static Outcome outcome(Dataset<Row> rows, Expectation expectation) {
    return Expectations.of(rows.schema(), expectation).validate(rows).results().get(2).outcome();
  }

  /** It passes just around the number, and fails on both sides of it. */
  private static void assertDecides(
      Dataset<Row> rows, double number, double tolerance, ExpectedNumber expected) {
    assertThat(outcome(rows, expected.between(number - tolerance, number + tolerance)))
        .isEqualTo(Outcome.PASS);
    assertThat(outcome(rows, expected.between(number + 2 * tolerance, number + 1 + tolerance)))
        .isEqualTo(Outcome.FAIL);
    assertThat(outcome(rows, expected.between(number - 1 - tolerance, number - 2 * tolerance)))
        .isEqualTo(Outcome.FAIL);
  }

  private interface ExpectedNumber {
    Expectation between(double min, double max);
  }

  @TestFactory
  List<DynamicTest> statistics_ofEachColumn_arePandas() throws IOException {
    return StreamSupport.stream(oracle().get("columns").spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> assertIsPandas(c)))
        .toList();
  }

  private static void assertIsPandas(JsonNode column) {
    Dataset<Row> rows = rows(column);
    ExpectedFeature value = feature("value");
    double scale = Math.max(1, Math.abs(column.get("mean").asDouble()));
    assertDecides(rows, column.get("mean").asDouble(), 1e-13 * scale, value::meanBetween);
    assertDecides(rows, column.get("sum").asDouble(), 1e-11 * scale, value::sumBetween);
    assertDecides(rows, column.get("minimum").asDouble(), 1e-15 * scale, value::minimumBetween);
    assertDecides(rows, column.get("maximum").asDouble(), 1e-11 * scale, value::maximumBetween);
    if (column.get("standardDeviation").isNull()) {
      assertThat(outcome(rows, value.standardDeviationBetween(0, 1))).isEqualTo(Outcome.NO_DATA);
    } else {
      double deviation = column.get("standardDeviation").asDouble();
      assertDecides(rows, deviation, 1e-9 * deviation, value::standardDeviationBetween);
    }
    for (JsonNode quantile : column.get("quantiles")) {
      double p = quantile.get(0).asDouble();
      double expected = quantile.get(1).asDouble();
      double tolerance = 1e-14 * Math.max(1, Math.abs(expected)) + 1e-12;
      assertDecides(rows, expected, tolerance, (min, max) -> value.quantileBetween(p, min, max));
    }
    long distinct = column.get("distinct").asLong();
    assertThat(outcome(rows, value.distinctBetween(distinct, distinct))).isEqualTo(Outcome.PASS);
    assertThat(outcome(rows, value.distinctBetween(distinct + 1, distinct + 1)))
        .isEqualTo(Outcome.FAIL);
    ExpectationResult unique =
        Expectations.of(rows.schema(), value.isUnique()).validate(rows).results().get(2);
    assertThat(unique.failed()).isEqualTo(column.get("repeats").asLong());
    assertThat(unique.considered()).isEqualTo(column.get("count").asLong());
  }

  @TestFactory
  List<DynamicTest> shifts_ofCells_areNumpysAndScipys() throws IOException {
    return StreamSupport.stream(oracle().get("shifts").spliterator(), false)
        .map(
            shift ->
                DynamicTest.dynamicTest(
                    "psi " + shift.get("psi").asText(), () -> assertIsScipy(shift)))
        .toList();
  }

  private static void assertIsScipy(JsonNode shift) {
    long[] reference = counts(shift.get("reference"));
    long[] live = counts(shift.get("live"));
    assertThat(CellShift.psi(reference, live))
        .isCloseTo(shift.get("psi").asDouble(), within(1e-12));
    assertThat(CellShift.psiByChance(reference, live, 0.001))
        .isCloseTo(shift.get("psiByChance").asDouble(), within(1e-9));
    double[] bounds = CellShift.ks(reference, live, reference.length);
    assertThat(shift.get("ks").asDouble()).isBetween(bounds[0] - 1e-12, bounds[1] + 1e-12);
  }

  private static long[] counts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }
}
