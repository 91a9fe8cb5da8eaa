package io.mlops4j.data.expect;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;
import static io.mlops4j.data.expect.Expectation.unique;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectation.Environment;
import io.mlops4j.data.expect.ExpectationResult.Outcome;
import io.mlops4j.evaluation.CheckEvidence;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValidationTest {
  record Visit(
      @Nullable String patient, @Nullable String country, double cost, @Nullable Instant at) {}

  private static final Schema<Visit> SCHEMA = Schema.of(Visit.class).withSensitive("patient");
  private static final Instant NOW = Instant.parse("2026-11-26T09:00:00Z");

  private static Visit visit(String patient, String country, double cost) {
    return new Visit(patient, country, cost, NOW.minusSeconds(3600));
  }

  private static Dataset<Visit> visits(int count) {
    return Dataset.of(
        SCHEMA, IntStream.range(0, count).mapToObj(i -> visit("p" + i, "DE", i)).toList());
  }

  private static ExpectationResult only(Dataset<Visit> rows, Expectation expectation) {
    return only(Expectations.of(SCHEMA, expectation).validation(), rows);
  }

  private static ExpectationResult only(Validation<Visit> validation, Dataset<Visit> rows) {
    return validation.run(rows).results().get(2);
  }

  @Test
  void run_sensitiveCanary_isInNoOutput() {
    String canary = "canary-4711";
    String csv =
        "patient,country,cost,at\n"
            + canary
            + ",DE,1,2026-11-26T08:00:00Z\n"
            + canary
            + ",DE,2,2026-11-26T08:00:00Z\n"
            + canary
            + ",DE,x,2026-11-26T08:00:00Z\n"
            + canary
            + ",FR\n";
    Dataset<Visit> rows =
        Dataset.csv("visits", () -> new ByteArrayInputStream(csv.getBytes(UTF_8)), SCHEMA);
    Expectations<Visit> suite =
        Expectations.of(
            SCHEMA,
            feature("patient").matches("P[0-9]+"),
            feature("patient").hasLength(1, 3),
            feature("patient").isUnique(),
            unique("patient", "country"),
            feature("patient").isOtherThanFeature("country").where(feature("cost").isAtLeast(0)),
            feature("patient").isEqualFeature("country"),
            feature("cost").isAtLeast(5).where(feature("patient").matches(".*")));

    ValidationResult result = suite.validation().keysInMemory(1).run(rows);

    String all =
        result.report().toText()
            + result.report().toHtml()
            + result.report().toMarkdown()
            + result.report().toJson()
            + new String(result.toJson(), UTF_8)
            + result
            + result.evidence("m:1")
            + suite.guard().violations(visit(canary, "DE", 1));
    assertThat(result.failures()).hasSize(7);
    assertThat(all).contains("patient = (withheld)").doesNotContain(canary);
    // The control: it is there once the feature is not sensitive.
    assertThat(
            Expectations.of(Schema.of(Visit.class), feature("patient").matches("P[0-9]+"))
                .guard()
                .violation(visit(canary, "DE", 1)))
        .hasValueSatisfying(sentence -> assertThat(sentence).contains(canary));
  }

  @Test
  void inferred_sensitiveFeature_saysNothingAboutItsValues() {
    Expectations<Visit> suite = Expectations.inferred(visits(200));

    assertThat(suite.toString() + suite.expectations() + new String(suite.toJson(), UTF_8))
        .contains("feature(\"patient\").isPresent(), feature(\"patient\").isUnique()")
        .contains("feature(\"country\").isIn(\"DE\")")
        .doesNotContain("p1");
  }

  @Test
  void run_environments_askWhatBelongsToThem() {
    Expectations<Visit> suite =
        Expectations.of(
            SCHEMA,
            feature("cost").isAtMost(0).onlyIn(Environment.TRAINING),
            feature("country").isIn("DE"));

    assertThat(suite.validate(visits(3)).passed()).isFalse();
    assertThat(suite.validation().environment(Environment.SERVING).run(visits(3)).passed())
        .isTrue();
    assertThat(suite.guard().expectations()).hasSize(1);
  }

  @Test
  void run_warning_isReportedAndPasses() {
    ValidationResult result =
        Expectations.of(SCHEMA, feature("cost").isAtMost(0).warning()).validate(visits(3));

    assertThat(result.passed()).isTrue();
    assertThat(result.warnings()).hasSize(1);
    assertThat(result.evaluate().sentence())
        .isEqualTo("Visit: 3 rows, all 3 expectations but 1 of severity warning hold.");
  }

  @Test
  void run_noRow_isNoData() {
    assertThat(Expectations.of(SCHEMA).validate(visits(0)).evaluate())
        .isEqualTo(new Check.NoData("Visit has no row."));
  }

  @Test
  void run_countAgainstPrevious_needsItOrTheFirst() {
    Expectations<Visit> suite = Expectations.of(SCHEMA, rows().countAgainstPrevious(0.5, 2));

    assertThat(suite.validate(visits(10)).evaluate()).isInstanceOf(Check.NoData.class);
    assertThat(suite.validation().firstSnapshot().run(visits(10)).passed()).isTrue();
    assertThat(suite.validation().previousRows(21).run(visits(10)).passed()).isFalse();
    assertThat(suite.validation().previous(suite.validate(visits(20))).run(visits(10)).passed())
        .isTrue();
    assertThat(suite.validation().previousRows(0).run(visits(10)).evaluate())
        .isInstanceOf(Check.NoData.class);
  }

  @Test
  void run_freshness_isOfTheClockGivenAndRefusesTheFuture() {
    Expectations<Visit> suite =
        Expectations.of(SCHEMA, feature("at").isFresherThan(Duration.ofHours(2)));
    VirtualTime time = VirtualTime.startingAt(NOW);

    assertThat(suite.validation().time(time).run(visits(1)).passed()).isTrue();
    time.advance(Duration.ofHours(2));
    assertThat(suite.validation().time(time).run(visits(1)).failures().get(0).sentence())
        .contains("2026-11-26T08:00:00Z is PT3H old.");
    Dataset<Visit> tomorrow =
        Dataset.of(SCHEMA, List.of(new Visit("p", "DE", 1, NOW.plusSeconds(90_000))));
    assertThat(suite.validation().time(time).run(tomorrow).failures().get(0).sentence())
        .contains("is in the future");
  }

  @Test
  void run_reference_findsWhatIsNotKnown() {
    record Country(String code, double number) {}
    Dataset<Country> countries =
        Dataset.of(
            Schema.of(Country.class),
            List.of(new Country("DE", 1), new Country("a country with a long name", 2)));
    Dataset<Visit> rows =
        Dataset.of(
            SCHEMA,
            List.of(
                visit("a", "DE", 1),
                visit("b", "a country with a long name", 2),
                visit("c", "XX", 1)));
    Expectations<Visit> suite =
        Expectations.of(
            SCHEMA,
            feature("country").isKnownTo("countries"),
            feature("cost").isKnownTo("numbers"));

    assertThat(suite.validate(rows).results().get(2).outcome()).isEqualTo(Outcome.NO_DATA);
    ValidationResult result =
        suite
            .validation()
            .reference("countries", countries, "code")
            .reference("numbers", countries, "number")
            .run(rows);
    assertThat(result.results().get(2).failed()).isEqualTo(1);
    assertThat(result.results().get(2).examples().get(0).line()).isEqualTo(3);
    assertThat(result.results().get(3).outcome()).isEqualTo(Outcome.PASS);
  }

  @Test
  void run_distribution_passesAlikeFailsShiftedAndAsksForMoreRows() {
    Baseline baseline = Baseline.fit(SCHEMA, () -> visits(2_000).stream());
    Expectation psi = feature("cost").psiAtMost(0.1);
    Expectation ks = feature("cost").ksAtMost(0.1);
    Dataset<Visit> shifted = visits(2_000).filter(v -> v.cost() >= 1_000);

    assertThat(against(baseline, visits(2_000), psi)).isEqualTo(Outcome.PASS);
    assertThat(against(baseline, visits(2_000), ks)).isEqualTo(Outcome.PASS);
    assertThat(against(baseline, shifted, psi)).isEqualTo(Outcome.FAIL);
    assertThat(against(baseline, shifted, ks)).isEqualTo(Outcome.FAIL);
    assertThat(against(baseline, visits(2_000).filter(v -> v.cost() % 200 == 0), psi))
        .isEqualTo(Outcome.NO_DATA);
    assertThat(against(baseline, visits(2_000), feature("cost").ksAtMost(0.01)))
        .isEqualTo(Outcome.NO_DATA);
    assertThat(only(visits(10), psi).outcome()).isEqualTo(Outcome.NO_DATA);
  }

  private static Outcome against(Baseline baseline, Dataset<Visit> rows, Expectation expectation) {
    return only(Expectations.of(SCHEMA, expectation).validation().baseline(baseline), rows)
        .outcome();
  }

  @Test
  void run_monotonic_showsTheLineBefore() {
    Dataset<Visit> rows =
        Dataset.of(
            SCHEMA,
            List.of(
                visit("a", "DE", 1),
                visit("b", "DE", 1),
                visit("c", "DE", 3),
                visit("d", "DE", 2)));

    assertThat(only(rows, feature("cost").isIncreasing()).examples())
        .extracting(Object::toString)
        .containsExactly("line 4: cost = 2, after 3 on line 3");
    assertThat(only(rows, feature("cost").isStrictlyIncreasing()).failed()).isEqualTo(2);
    assertThat(only(rows, feature("cost").isDecreasing()).failed()).isEqualTo(1);
    assertThat(only(rows, feature("cost").isIncreasing().mostly(0.75)).outcome())
        .isEqualTo(Outcome.PASS);
  }

  @Test
  void run_progress_isToldAtTheEnd() {
    List<String> told = new ArrayList<>();

    Expectations.of(SCHEMA)
        .validation()
        .progress((what, done, total) -> told.add(what + " " + done + " " + total))
        .run(visits(70_000));

    assertThat(told).containsExactly("rows 65536 -1", "rows 70000 70000");
  }

  @Test
  void run_ruleInJava_isAskedAndNotWritten() {
    Expectations<Visit> suite =
        Expectations.of(SCHEMA)
            .row("cost is even", visit -> visit.cost() % 2 == 0, e -> e.mostly(0.5))
            .row(
                "country has a length",
                visit -> Objects.requireNonNull(visit.country()).length() > 0);
    Dataset<Visit> rows =
        Dataset.of(SCHEMA, List.of(visit("a", "DE", 1), new Visit("b", null, 2, null)));

    ValidationResult result = suite.validate(rows);

    assertThat(result.results())
        .extracting(ExpectationResult::failed)
        .containsExactly(0L, 0L, 1L, 1L);
    assertThat(result.results().get(2).outcome()).isEqualTo(Outcome.PASS);
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(suite::toJson)
        .withMessage("The rule \"cost is even\" is in Java and has no form in JSON.");
    assertThat(ValidationResult.fromJson(result.toJson()).toJson()).isEqualTo(result.toJson());
  }

  @Test
  void evidence_ofRows_namesTheirDigestAndTheSuites() {
    Dataset<Visit> rows = visits(5);
    Expectations<Visit> suite = Expectations.of(SCHEMA, feature("cost").isAtLeast(0));
    ValidationResult result = suite.validate(rows);

    CheckEvidence evidence = result.evidence("cost:1");

    assertThat(evidence.name()).isEqualTo(CheckEvidence.DATA_VALIDATION);
    assertThat(evidence.data()).contains(rows.digest());
    assertThat(evidence.suite()).contains(suite.digest());
    assertThat(ValidationResult.fromJson(result.toJson())).isEqualTo(result);
    assertThat(result.report().toText()).contains(suite.digest().substring(0, 12));
    assertThat(evidence.outcome()).isEqualTo(CheckEvidence.Outcome.PASS);
    assertThat(evidence.numbers()).containsEntry("rows", 5.0).containsEntry("failed", 0.0);
    assertThat(result.orThrow()).isSameAs(result);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(Expectations.of(SCHEMA, feature("cost").isAtMost(1)).validate(rows)::orThrow)
        .withMessageStartingWith("Visit: 5 rows, 1 of 3 expectations failed. cost is at most 1");
  }

  @Test
  void marks_rowsAfterTheyWereAnswered_areCountedAndTold() {
    List<String> told = new ArrayList<>();
    RowMarks<Visit, Double> marks =
        Expectations.of(
                SCHEMA, feature("cost").isAtMost(5).warning(), feature("country").isPresent())
            .<Double>marks(0.25, (prediction, sentences) -> told.addAll(sentences));
    assertThat(marks.evaluate()).isInstanceOf(Check.NoData.class);

    // A model that knows nothing of countries.
    Schema<Visit> own = SCHEMA.only("cost");
    for (int cost : new int[] {1, 2, 3, 9}) {
      marks.onPrediction(
          new Prediction<>(
              "id",
              null,
              null,
              new ModelVersion("cost", 1),
              Prediction.Source.MODEL,
              own.encode(visit("p", "DE", cost)),
              0.5,
              NOW,
              Duration.ZERO,
              null));
    }

    assertThat(told).containsExactly("cost is at most 5, but cost = 9");
    assertThat(marks.rows()).isEqualTo(4);
    assertThat(marks.marked()).isEqualTo(1);
    assertThat(marks.counts().values()).containsExactly(1L, 0L);
    assertThat(marks.evaluate()).isInstanceOf(Check.Pass.class);
  }

  @Test
  void configuration_outOfRange_namesTheRange() {
    Expectations<Visit> suite = Expectations.of(SCHEMA, feature("cost").meanBetween(0, 1));

    assertThatIllegalArgumentException().isThrownBy(() -> suite.validation().examples(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> suite.validation().keysInMemory(0));
    assertThatIllegalArgumentException().isThrownBy(() -> suite.validation().previousRows(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(suite::guard)
        .withMessageContaining("no expectation that guards a row");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feature("cost").meanBetween(0, 1).mostly(0.5))
        .withMessage("mostly of mean (expected: a rule of single rows)");
    assertThatIllegalArgumentException().isThrownBy(() -> feature("a").isPresent().mostly(0));
    assertThatIllegalArgumentException().isThrownBy(() -> feature("a").isBetween(2, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> feature("a").isBetween(Double.NaN, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> feature("a").isDate("yyyy-QQQQQQ-x{"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feature("a").isPresent().where(unique("a")))
        .withMessageContaining("expected: a rule of single rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rows().areReadable().where(feature("a").isPresent()))
        .withMessage("where of readable: it takes no filter");
  }
}
