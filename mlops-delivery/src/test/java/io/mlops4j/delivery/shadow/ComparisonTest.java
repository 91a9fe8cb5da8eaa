package io.mlops4j.delivery.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.Check;
import io.mlops4j.core.ClassProbabilities;
import io.mlops4j.core.ObjectStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @SuppressWarnings("ArrayRecordComponent") // An embedding.
  record Answer(double price, double risk, String decision, float[] vector, List<String> items) {}

  private static final Answer ONE =
      new Answer(10, 0.4, "accept", new float[] {1, 2}, List.of("a", "b"));

  private static Comparison<Answer> everything() {
    return Comparison.<Answer>ofFields()
        .number("price", Answer::price, Tolerance.relative(0.1))
        .probability("risk", Answer::risk, 0.5, Tolerance.absolute(0.2))
        .category("decision", Answer::decision, "accept", "refuse")
        .vector("vector", Answer::vector, Tolerance.absolute(0.5))
        .distance("items", (a, b) -> a.items().equals(b.items()) ? 0 : 1, 0);
  }

  private static ShadowReport compared(Answer live, Answer candidate) {
    Shadow<Loans.Loan, Answer> shadow = Shadow.of(Loans.SCHEMA, everything()).build();
    shadow.onMirrored(Loans.row(1, live, candidate));
    return shadow.report().orElseThrow();
  }

  private static List<String> disagreeing(ShadowReport report) {
    return report.fields().stream()
        .filter(f -> f.outside() + f.flipped() > 0)
        .map(ShadowReport.Field::name)
        .toList();
  }

  @Test
  void fields_ofARecord_areComparedEachInItsWay() {
    assertThat(disagreeing(compared(ONE, ONE))).isEmpty();
    assertThat(compared(ONE, ONE).disagreeing()).isZero();
    Answer other = new Answer(11.5, 0.55, "review", new float[] {1, 3}, List.of("b"));
    ShadowReport report = compared(ONE, other);
    assertThat(disagreeing(report)).containsExactly("price", "risk", "decision", "vector", "items");
    assertThat(report.disagreeing()).isEqualTo(1);
    assertThat(report.fields().get(1).outside()).as("within 0.2, but flipped").isZero();
    assertThat(report.fields().get(1).flipped()).isEqualTo(1);
    assertThat(report.largest().get(0).differences()).hasSize(5);
  }

  @Test
  void vector_ofAnotherLength_isIncomparable() {
    Answer longer = new Answer(10, 0.4, "accept", new float[] {1, 2, 3}, List.of("a", "b"));
    ShadowReport report = compared(ONE, longer);
    assertThat(disagreeing(report)).containsExactly("vector");
    assertThat(report.fields().get(3).incomparable()).isEqualTo(1);
  }

  @Test
  void function_thatThrows_isADisagreementWithoutItsMessage() {
    Comparison<String> parsing =
        Comparison.<String>ofFields().number("n", Double::parseDouble, Tolerance.absolute(0));
    Shadow<Loans.Loan, String> shadow = Shadow.of(Loans.SCHEMA, parsing).build();
    shadow.onMirrored(Loans.row(1, "1", Loans.CANARY));
    ShadowReport report = shadow.report().orElseThrow();
    assertThat(report.disagreeing()).isEqualTo(1);
    assertThat(report.report().toText()).doesNotContain(Loans.CANARY);
  }

  @Test
  void classes_flipsAndPsi_byTheMostProbable() {
    Shadow<Loans.Loan, ClassProbabilities> shadow =
        Shadow.of(Loans.SCHEMA, Comparison.classes(Tolerance.absolute(0.05)))
            .minimumRows(10)
            .flipsAtMost(0.1)
            .psiAtMost(0.1)
            .build();
    List<String> labels = List.of("low", "mid", "high");
    for (int i = 0; i < 300; i++) {
      ClassProbabilities low = ClassProbabilities.named(labels, 0.6, 0.3, 0.1);
      ClassProbabilities high = ClassProbabilities.named(labels, 0.1, 0.3, 0.6);
      shadow.onMirrored(Loans.row(i, i % 2 == 0 ? low : high, i % 4 == 0 ? high : low));
    }
    ShadowReport report = shadow.report().orElseThrow();
    assertThat(report.fields().get(0).flipped()).isEqualTo(225);
    assertThat(report.fields().get(0).rankAgreement()).isEmpty();
    // 150.5 / 301 against 225.5 / 301, and 150.5 / 301 against 75.5 / 301.
    assertThat(report.fields().get(0).psi().orElseThrow()).isCloseTo(0.272638, within(1e-5));
    assertThat(report.outcome()).isInstanceOf(Check.Fail.class);
    shadow.onMirrored(
        Loans.row(
            300,
            ClassProbabilities.named(labels, 0.6, 0.3, 0.1),
            ClassProbabilities.unnamed(0.6, 0.3, 0.1)));
    assertThat(shadow.report().orElseThrow().fields().get(0).incomparable()).isEqualTo(1);
  }

  @Test
  void values_thatCannotBe_areRefused() {
    assertThatThrownBy(() -> Tolerance.absolute(-1))
        .hasMessage("absolute: -1.0 (expected: 0 or more, finite)");
    assertThatThrownBy(() -> Tolerance.relative(Double.NaN))
        .hasMessage("relative: NaN (expected: 0 or more, finite)");
    assertThatThrownBy(() -> everything().number("price", Answer::price, Tolerance.absolute(1)))
        .hasMessage("field 'price' is compared already");
    assertThatThrownBy(() -> everything().number(" ", Answer::price, Tolerance.absolute(1)))
        .hasMessageContaining("1 to 64 printable characters");
    assertThatThrownBy(
            () -> everything().probability("p", Answer::risk, 1.5, Tolerance.absolute(1)))
        .hasMessage("threshold: 1.5 (expected: 0..1)");
    assertThatThrownBy(() -> everything().category("c", Answer::decision, new String[65]))
        .hasMessage("known: 65 (expected: at most 64)");
    assertThatThrownBy(() -> Shadow.of(Loans.SCHEMA, Comparison.<Answer>ofFields()))
        .hasMessage("comparison: no fields (expected: at least one)");
  }

  @Test
  void limits_thatCannotBe_areRefused() {
    ShadowBuilder<Loans.Loan, Double> builder =
        Shadow.of(Loans.SCHEMA, Comparison.number(Tolerance.absolute(1)));
    assertThatThrownBy(() -> builder.minimumRows(0))
        .hasMessage("minimumRows: 0 (expected: 1 or more)");
    assertThatThrownBy(() -> builder.errorsAtMost(0))
        .hasMessage("errorsAtMost: 0.0 (expected: above 0, below 1)");
    assertThatThrownBy(() -> builder.errorsAtMost(0.1).errorsAtMost(0.2))
        .hasMessage("the limit of errors is set already");
    assertThatThrownBy(() -> builder.flipsAtMost(0.1)).hasMessageContaining("no field decides");
    assertThatThrownBy(() -> builder.psiAtMost(0)).hasMessage("psiAtMost: 0.0 (expected: above 0)");
    assertThatThrownBy(() -> builder.p99AtMost(0.5))
        .hasMessage("p99AtMost: 0.5 (expected: 1 or more)");
    assertThatThrownBy(() -> builder.rankAgreementAtLeast(2))
        .hasMessageContaining("expected: above -1, at most 1");
    assertThatThrownBy(
            () -> Shadow.of(Loans.SCHEMA, Comparison.vector(Tolerance.absolute(1))).psiAtMost(0.1))
        .hasMessageContaining("no field has scores");
    assertThatThrownBy(() -> builder.segmentsAtMost(0.1).build())
        .hasMessage("segmentsAtMost: there are no segments. Add some.");
    assertThatThrownBy(() -> builder.saveEvery(Duration.ZERO))
        .hasMessage("saveEvery: PT0S (expected: positive, at most 365 days)");
    assertThatThrownBy(() -> builder.named("a/b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.fleet(ObjectStore.inMemory(), "../x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.named("a").named("b")).hasMessage("named is set already: a");
  }

  @Test
  void segments_thatCannotBe_areRefused() {
    ShadowBuilder<Loans.Loan, Double> builder =
        Shadow.of(Loans.SCHEMA, Comparison.number(Tolerance.absolute(1)));
    assertThatThrownBy(() -> builder.segmentBy("customer", "x"))
        .hasMessage(
            "segmentBy: customer is sensitive (expected: a feature that may be seen in reports)");
    assertThatThrownBy(() -> builder.segmentBy("a", "x"))
        .hasMessage("segmentBy: a is NUMERIC (expected: CATEGORICAL)");
    assertThatThrownBy(() -> builder.segment("", row -> true))
        .hasMessageContaining("1 to 96 printable characters");
    assertThatThrownBy(() -> builder.segment("s", row -> true).segment("s", row -> true))
        .hasMessage("segment 's' is set already");
  }
}
