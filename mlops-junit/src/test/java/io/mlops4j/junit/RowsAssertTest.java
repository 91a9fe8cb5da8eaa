package io.mlops4j.junit;

import static io.mlops4j.junit.MlopsAssertions.assertThat;
import static io.mlops4j.junit.MlopsAssertions.assertThatRows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedColumn.Numeric;
import io.mlops4j.core.EncodedColumn.OneHot;
import io.mlops4j.core.EncodedColumn.Ordinal;
import io.mlops4j.core.EncodedColumn.Unseen;
import io.mlops4j.core.EncodedColumn.Vector;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowsAssertTest {
  private static final String CANARY = "secret-canary";

  record Trip(@Nullable String origin, @Nullable String passenger, double distance, int hour) {}

  private static final Schema<Trip> TRIP =
      Schema.of(Trip.class).withSensitive("passenger").withDomain("origin", "ATL", "LAX", "ORD");

  private static final List<Trip> GOOD =
      List.of(
          new Trip("ATL", "a", 100, 1), new Trip("LAX", "b", 200, 2), new Trip("ORD", "c", 300, 3));

  private static String message(ThrowingCallable code) {
    var caught = new Throwable[1];
    assertThatThrownBy(code).isInstanceOf(AssertionError.class).satisfies(e -> caught[0] = e);
    String message = String.valueOf(caught[0].getMessage());
    assertThat(message).doesNotContain(CANARY);
    return message;
  }

  @Test
  void coverEveryFeature_everythingThere_passes() {
    assertThatRows(TRIP, GOOD).coverEveryFeature();
    assertThat(Dataset.of(TRIP, GOOD)).coverEveryFeature();
  }

  @Test
  void coverEveryFeature_gaps_areAllListedAtOnce() {
    List<Trip> rows =
        List.of(new Trip("ATL", CANARY, Double.NaN, 7), new Trip("SFO", CANARY, Double.NaN, 7));
    assertThat(message(() -> assertThatRows(TRIP, rows).coverEveryFeature()))
        .isEqualTo(
            """
            Expected 2 rows to cover Trip:
              origin: categorical, 2 of the 3 values of its domain occur in no row: LAX, ORD.
              origin: categorical, 1 of 2 rows hold 1 values that its domain lacks: SFO.
              passenger: categorical, is the same in all 2 rows (not shown: sensitive).
              distance: numeric, is missing in all 2 rows.
              hour: numeric, is the same in all 2 rows: 7.""");
  }

  @Test
  void except_features_areLeftOut() {
    List<Trip> rows = List.of(new Trip("ATL", "a", 1, 7), new Trip("ATL", "b", 2, 7));
    assertThatRows(TRIP, rows).except("origin", "hour").coverEveryFeature();
    assertThatThrownBy(() -> assertThatRows(TRIP, rows).except("orign"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no feature orign");
  }

  @Test
  void cover_noRow_neverPasses() {
    assertThat(message(() -> assertThatRows(TRIP, List.of()).coverEveryFeature()))
        .contains("there is no row");
    Baseline baseline = Baseline.fit(TRIP, GOOD::stream);
    assertThat(message(() -> assertThatRows(TRIP, List.of()).stayWithin(baseline)))
        .contains("there is no row");
  }

  @Test
  void coverVocabularyOf_everyWordOccurs_passes() {
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new OneHot("origin", List.of("ATL", "LAX", "ORD"), Unseen.ZEROS),
                new Ordinal("hour", List.of("1", "2", "3"), Unseen.REJECT),
                new Numeric("distance", Float.NaN)));
    assertThatRows(TRIP, GOOD).coverVocabularyOf(encoding);
  }

  @Test
  void coverVocabularyOf_gaps_areAllListedAtOnce() {
    InputEncoding encoding =
        InputEncoding.of(
            List.of(
                new OneHot("origin", List.of("ATL", "DFW"), Unseen.ZEROS),
                new OneHot("passenger", List.of("a", CANARY), Unseen.ZEROS),
                new Ordinal("hour", List.of("1", "2", "3", "4"), Unseen.REJECT),
                new Vector("distance", 3),
                new Numeric("wind", 0)));
    List<Trip> rows = List.of(new Trip("ATL", "a", 100, 1), new Trip("LAX", "x" + CANARY, 200, 2));
    assertThat(message(() -> assertThatRows(TRIP, rows).coverVocabularyOf(encoding)))
        .startsWith("Expected 2 rows to deliver what the encoding reads:")
        .contains("origin: categorical, 1 of the 2 values of the encoding's vocabulary", ": DFW.")
        .contains("origin: categorical, 1 of 2 rows hold 1 values that the encoding's", ": LAX.")
        .contains("passenger: categorical, 1 of the 2 values")
        .contains(
            "passenger: categorical, 1 of 2 rows hold 1 values that", "(not shown: sensitive)")
        .contains("hour: numeric, 2 of the 4 values", ": 3, 4.")
        .contains("distance: numeric, but the encoding reads it as Vector")
        .contains("wind: the encoding reads it, Trip(")
        .contains("does not have it.");
  }

  @Test
  void coverVocabularyOf_featureAlwaysMissing_isNamed() {
    InputEncoding encoding = InputEncoding.of(List.of(new Numeric("distance", 0)));
    List<Trip> rows = List.of(new Trip("ATL", "a", Double.NaN, 1));
    assertThat(message(() -> assertThatRows(TRIP, rows).coverVocabularyOf(encoding)))
        .contains("distance: numeric, is missing in all 1 rows; the encoding reads it.");
    InputEncoding words = InputEncoding.of(List.of(new Numeric("origin", 0)));
    assertThat(message(() -> assertThatRows(TRIP, rows).coverVocabularyOf(words)))
        .contains("origin: categorical, but the encoding reads it as Numeric");
  }

  @Test
  void stayWithin_trainingValues_passes() {
    assertThatRows(TRIP, GOOD).stayWithin(Baseline.fit(TRIP, GOOD::stream));
  }

  @Test
  void stayWithin_outside_countsRowsPerFeature() {
    Baseline training = Baseline.fit(TRIP, GOOD::stream);
    List<Trip> rows =
        List.of(
            new Trip("JFK", CANARY, 160.9, 1),
            new Trip(null, "a", 4000, 2),
            new Trip("ATL", "b", 5000, -1));
    assertThat(message(() -> assertThatRows(TRIP, rows).stayWithin(training)))
        .startsWith("Expected 3 rows to stay within what training showed:")
        .contains(
            "origin: categorical, 1 of 3 rows are where training had none: unseen in training.")
        .contains("origin: categorical, 1 of 3 rows are where training had none: missing.")
        .contains("passenger: categorical, 1 of 3 rows are where training had none: cell ")
        .contains("distance: numeric, 2 of 3 rows are where training had none: above 300.")
        .contains("hour: numeric, 1 of 3 rows are where training had none: below 1.")
        .doesNotContain("160");
  }

  @Test
  void stayWithin_featureGone_isNamed() {
    Baseline training = Baseline.fit(TRIP, GOOD::stream);
    assertThat(
            message(() -> assertThatRows(TRIP.only("origin", "hour"), GOOD).stayWithin(training)))
        .contains("distance: was in the training data");
  }
}
