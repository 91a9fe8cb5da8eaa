package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static io.mlops4j.data.expect.Expectation.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.Check;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import java.io.ByteArrayInputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
  record Flight(String origin, @Nullable String destination, @Nullable Double distance, int hour) {}

  private static final Schema<Flight> SCHEMA = Schema.of(Flight.class);

  private static Dataset<Flight> csv(String text) {
    return Dataset.csv("flights.csv", () -> new ByteArrayInputStream(text.getBytes(UTF_8)), SCHEMA);
  }

  private static final String THREE =
      "origin,destination,distance,hour\nORD,LGA,733,17\nORD,,12000,5\nord,LGA,,24\n";

  @Test
  void validate_severalExpectations_collectsEveryFailureWithLines() {
    Expectations<Flight> expected =
        Expectations.of(
            SCHEMA,
            feature("origin").matches("[A-Z]{3}"),
            feature("destination").isPresent(),
            feature("distance").isBetween(0, 6000),
            feature("hour").isIn(5, 17, 24),
            unique("origin", "destination"),
            rows().countBetween(1, 10));

    ValidationResult result = expected.validate(csv(THREE));

    assertThat(result.passed()).isFalse();
    assertThat(result.failures())
        .extracting(ExpectationResult::sentence)
        .containsExactly(
            "origin matches [A-Z]{3}: 1 of 3 rows fails.",
            "destination is present: 1 of 3 rows fails.",
            "distance is between 0 and 6000: 1 of 2 rows fails.");
    assertThat(result.failures().get(2).examples())
        .extracting(Object::toString)
        .containsExactly("line 3: distance = 12000");
    assertThat(result.evaluate())
        .isInstanceOfSatisfying(
            Check.Fail.class,
            fail -> assertThat(fail.sentence()).startsWith("flights.csv: 3 rows, 3 of 8 expe"));
  }

  @Test
  void validate_rowsThatCannotBeRead_areCountedAndDoNotEndIt() {
    String text =
        """
        origin,destination,distance,hour
        ORD,LGA,733,17
        ORD,LGA,far,5
        ORD,LGA,733
        ORD,LGA,733,
        ORD,LGA,733,9
        """;

    ValidationResult result =
        Expectations.of(SCHEMA, feature("hour").isPresent(), feature("distance").isReadable())
            .validate(csv(text));

    assertThat(result.rows()).isEqualTo(2);
    assertThat(result.unreadable()).isEqualTo(3);
    assertThat(result.digest()).isEmpty();
    assertThat(result.results())
        .extracting(ExpectationResult::failed)
        .containsExactly(0L, 3L, 1L, 1L);
    assertThat(result.results().get(1).examples())
        .extracting(Object::toString)
        .containsExactly(
            "line 3: flights.csv, line 3, column distance: \"far\" (expected a Double).",
            "line 4: flights.csv, line 4 has 3 values, the header has 4 columns.",
            "line 5: flights.csv, line 5, column hour: is missing, and the field is a primitive int"
                + " (box it to allow that).");
  }

  @Test
  void toJson_readAgain_isTheSame() {
    Expectations<Flight> expected =
        Expectations.of(
            SCHEMA,
            feature("origin").isIn("ORD", "LGA").mostly(0.99).warning(),
            feature("distance")
                .isAbove(0)
                .where(feature("hour").isAtMost(12))
                .onlyIn(Expectation.Environment.TRAINING)
                .minRows(10)
                .because("nobody flies backwards"));

    assertThat(Expectations.fromJson(SCHEMA, expected.toJson()).expectations())
        .isEqualTo(expected.expectations());
  }

  @Test
  void of_featureThatDoesNotFit_namesItAndWhatWasExpected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expectations.of(SCHEMA, feature("orgin").isPresent()))
        .withMessageContaining("Schema Flight has no feature orgin. Features: origin,");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expectations.of(SCHEMA, feature("origin").isAtLeast(1)))
        .withMessageContaining(
            "Expectation between of feature origin: categorical (expected: numeric or time)");
  }

  @Test
  void guard_rowThatDoesNotHold_saysWhy() {
    RowGuard<Flight> guard =
        Expectations.of(SCHEMA, feature("distance").isBetween(0, 6000)).guard();

    assertThat(guard.violation(new Flight("ORD", "LGA", 733.0, 5))).isEmpty();
    assertThat(guard.violation(new Flight("ORD", "LGA", 12000.0, 5)))
        .contains("distance is between 0 and 6000, but distance = 12000");
  }

  @Test
  void validate_noRowToAsk_isNoDataUnlessAllowed() {
    Dataset<Flight> rows = Dataset.of(SCHEMA, List.of(new Flight("ORD", "LGA", null, 5)));
    Expectation expectation = feature("distance").isBetween(0, 1);

    assertThat(outcome(rows, expectation)).isEqualTo(Outcome.NO_DATA);
    assertThat(outcome(rows, expectation.minRows(0))).isEqualTo(Outcome.PASS);
  }

  private static Outcome outcome(Dataset<Flight> rows, Expectation expectation) {
    return Expectations.of(SCHEMA, expectation).validate(rows).results().get(2).outcome();
  }
}
