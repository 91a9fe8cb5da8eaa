package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuardResultTest {
  private static final Bound RATIO = Bound.atMost("predict / raw", 1.5, "x", "1.05x");
  private static final Finding GOOD = Finding.check(RATIO, "ours", 1.2);
  private static final Finding REJECTED = Finding.control(RATIO, "burns", 40);

  @Test
  void passed_checkHoldsAndControlRejected_passes() {
    GuardResult result = new GuardResult(List.of(GOOD, REJECTED));
    assertThat(result.passed()).isTrue();
    assertThat(result.conclusion())
        .isEqualTo("Guard passed: 1 checks, 1 negative controls rejected");
  }

  @Test
  void passed_checkBroken_fails() {
    GuardResult result = new GuardResult(List.of(Finding.check(RATIO, "ours", 1.51), REJECTED));
    assertThat(result.passed()).isFalse();
    assertThat(result.problems())
        .containsExactly("'predict / raw' is 1.51x, bound <= 1.50x (ours).");
    assertThat(result.conclusion()).startsWith("Guard FAILED");
  }

  @Test
  void passed_controlNotRejected_fails() {
    GuardResult result = new GuardResult(List.of(GOOD, Finding.control(RATIO, "burns", 1.4)));
    assertThat(result.passed()).isFalse();
    assertThat(result.problems()).singleElement().asString().contains("burns", "blind");
  }

  @Test
  void passed_controlNotMeasured_isNotARejection() {
    GuardResult result =
        new GuardResult(List.of(GOOD, Finding.control(RATIO, "burns", Double.NaN)));
    assertThat(result.passed()).isFalse();
  }

  @Test
  void passed_checkNotMeasured_fails() {
    GuardResult result =
        new GuardResult(List.of(Finding.check(RATIO, "ours", Double.NaN), REJECTED));
    assertThat(result.passed()).isFalse();
    assertThat(result.problems()).singleElement().asString().contains("not measured");
  }

  @Test
  void passed_boundWithoutControl_fails() {
    assertThat(new GuardResult(List.of(GOOD)).problems())
        .containsExactly("'predict / raw' has no negative control.");
  }

  @Test
  void passed_nothingChecked_fails() {
    assertThat(new GuardResult(List.of()).passed()).isFalse();
    assertThat(new GuardResult(List.of(REJECTED)).passed()).isFalse();
  }

  @Test
  void report_bothTables_showVerdicts() {
    String text = new GuardResult(List.of(GOOD, REJECTED)).report().toText();
    assertThat(text).contains("1.20x", "<= 1.50x", "1.05x", "ok", "burns", "40x", "rejected");
  }
}
