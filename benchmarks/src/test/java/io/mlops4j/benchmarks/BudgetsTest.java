package io.mlops4j.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.report.Report;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  private static String text(Map<String, Double> scores) {
    return Report.titled("t").add(Budgets.table(scores)).toText();
  }

  @Test
  void table_ratios_areMetOrMissed() {
    String text =
        text(
            Map.of(
                "Predictor.direct", 4_000.0,
                "Predictor.baseline", 3_900.0,
                "Predictor.obvious", 7_000.0,
                "Predictor.batched", 4_100.0));
    assertThat(text)
        .containsPattern("predict / raw pinned +1\\.03x +<= 1\\.05x +met")
        .containsPattern("predict / raw float\\[\\]\\[\\] +0\\.57x +<= 0\\.50x +MISSED")
        .containsPattern("batching at 1 caller, of the allowance +0\\.50x +<= 1x +met")
        .containsPattern("predict / DJL +not measured +<= 0\\.42x\\n");
  }

  @Test
  void table_noScores_claimsNothing() {
    assertThat(text(Map.of())).doesNotContain("met\n").doesNotContain("MISSED");
  }
}
