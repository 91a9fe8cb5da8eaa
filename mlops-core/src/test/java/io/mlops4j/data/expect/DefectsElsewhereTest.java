package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What users of other libraries ran into; each is shown not to happen here. */
class DefectsElsewhereTest {
  record Row(@Nullable String text, double number, boolean flag) {
    Row(@Nullable String text) {
      this(text, 0, true);
    }
  }

  private static final Schema<Row> SCHEMA = Schema.of(Row.class);

  private static ExpectationResult only(List<Row> rows, Expectation expectation) {
    return Expectations.of(SCHEMA, expectation).validate(Dataset.of(SCHEMA, rows)).results().get(2);
  }

  private static List<Row> numbers(double... values) {
    List<Row> rows = new ArrayList<>();
    for (double value : values) {
      rows.add(new Row("a", value, true));
    }
    return rows;
  }

  /** Great Expectations and Pandera: a column without any value passes what is asked of values. */
  @Test
  void column_withoutAnyValue_isNoPass() {
    List<Row> empty = numbers(Double.NaN, Double.NaN);

    assertThat(only(empty, feature("number").isBetween(0, 1)).outcome()).isEqualTo(Outcome.NO_DATA);
    assertThat(only(empty, feature("number").meanBetween(0, 1)).outcome())
        .isEqualTo(Outcome.NO_DATA);
    assertThat(only(empty, feature("number").isUnique()).outcome()).isEqualTo(Outcome.NO_DATA);
  }

  /** A filter that keeps nothing passes in Great Expectations and Deequ. */
  @Test
  void filter_thatKeepsNothing_isNoPass() {
    Expectation filtered = feature("number").isAtLeast(0).where(feature("text").isIn("never"));

    assertThat(only(numbers(-1), filtered).outcome()).isEqualTo(Outcome.NO_DATA);
  }

  /** 0.55 * 100 is 55.00000000000001: a comparison of shares refuses what is exactly enough. */
  @Test
  void mostly_exactlyEnough_passes() {
    List<Row> rows =
        IntStream.range(0, 100).mapToObj(i -> new Row("a", i < 55 ? 1 : 2, true)).toList();

    assertThat(only(rows, feature("number").isAtMost(1).mostly(0.55)).outcome())
        .isEqualTo(Outcome.PASS);
    assertThat(0.55 * 100).isGreaterThan(55);
  }

  /** Only TFDV knows infinities as an anomaly; elsewhere a mean of infinity is compared as is. */
  @Test
  void infinity_inAColumn_failsWhateverIsAskedOfNumbers() {
    List<Row> rows = numbers(1, Double.POSITIVE_INFINITY);

    assertThat(only(rows, feature("number").isFinite()).failed()).isEqualTo(1);
    assertThat(only(rows, feature("number").isAtLeast(0)).outcome()).isEqualTo(Outcome.PASS);
    assertThat(only(rows, feature("number").isAtMost(1e300)).failed()).isEqualTo(1);
    Expectation mean = feature("number").meanBetween(0, Double.POSITIVE_INFINITY);
    assertThat(only(rows, mean).sentence()).contains("it is not finite");
    assertThat(only(rows, mean).outcome()).isEqualTo(Outcome.FAIL);
  }

  /** Feast: keys are joined without a separator, so that (1, "23") is (12, "3"). */
  @Test
  void unique_severalFeatures_keepsThemApart() {
    record Pair(String first, String second) {}
    Schema<Pair> schema = Schema.of(Pair.class);
    Dataset<Pair> rows =
        Dataset.of(schema, List.of(new Pair("1", "23"), new Pair("12", "3"), new Pair("1,", "23")));

    assertThat(Expectations.of(schema, unique("first", "second")).validate(rows).passed()).isTrue();
  }

  /** Deequ's repository drops failed metrics when it saves. */
  @Test
  void result_storedAndRead_keepsWhatFailedAndWhatIsNotKnown() {
    ValidationResult result =
        Expectations.of(
                SCHEMA,
                feature("number").isAtMost(0),
                feature("number").psiAtMost(0.1),
                feature("text").matches("[a-z]").warning())
            .validate(Dataset.of(SCHEMA, numbers(0, 1)));

    ValidationResult read = ValidationResult.fromJson(result.toJson());

    assertThat(read).isEqualTo(result);
    assertThat(read.results())
        .extracting(ExpectationResult::outcome)
        .containsExactly(Outcome.PASS, Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA, Outcome.PASS);
  }

  /** MLflow's digest of a data set is of its first 10,000 rows, without booleans. */
  @Test
  void digest_ofTheResult_isOfEveryRowAndColumn() {
    List<Row> rows =
        new ArrayList<>(numbers(IntStream.range(0, 10_050).asDoubleStream().toArray()));
    String before = digest(rows);
    rows.set(10_040, new Row("a", 10_040, false));

    assertThat(digest(rows)).isNotEqualTo(before);
  }

  private static String digest(List<Row> rows) {
    return Expectations.of(SCHEMA).validate(Dataset.of(SCHEMA, rows)).digest().orElseThrow();
  }

  /** Deequ's quantiles are approximate: a verdict at the boundary is a matter of luck. */
  @Test
  void quantile_atTheBoundary_isExactWhateverTheNumberOfRows() {
    int count = 2 * ExactQuantile.SAMPLE + 1;
    double[] values = IntStream.range(0, count).mapToDouble(i -> (i * 7919L) % count).toArray();
    double median = ExactQuantile.SAMPLE;

    assertThat(only(numbers(values), feature("number").medianBetween(median, median)).outcome())
        .isEqualTo(Outcome.PASS);
    assertThat(
            only(numbers(values), feature("number").medianBetween(median + 1e-6, count)).outcome())
        .isEqualTo(Outcome.FAIL);
  }

  /** A lenient parser makes the 2nd of March of the 30th of February. */
  @Test
  void date_thatDoesNotExist_isNone() {
    List<Row> rows =
        List.of(
            new Row("2001-02-28"), new Row("2001-02-30"), new Row("2001-2-3"), new Row("20010203"));

    assertThat(only(rows, feature("text").isDate("yyyy-MM-dd")).failed()).isEqualTo(3);
  }

  /** Lengths in UTF-16 units count an emoji twice; -0.0 and 0.0 are two values to a hash set. */
  @Test
  void characters_andZeros_areCountedAsPeopleDo() {
    assertThat(only(List.of(new Row("😀😀")), feature("text").hasLength(2, 2)).outcome())
        .isEqualTo(Outcome.PASS);
    assertThat(only(numbers(0.0, -0.0), feature("number").isUnique()).failed()).isEqualTo(1);
    assertThat(only(numbers(-0.0), feature("number").isIn(0)).outcome()).isEqualTo(Outcome.PASS);
  }

  /**
   * TFX writes no blessing without thresholds, MLflow passes: a suite without rows says neither.
   */
  @Test
  void suite_withoutRows_isNoData() {
    assertThat(Expectations.of(SCHEMA).validate(Dataset.of(SCHEMA, List.of())).evaluate())
        .isInstanceOf(Check.NoData.class);
  }
}
