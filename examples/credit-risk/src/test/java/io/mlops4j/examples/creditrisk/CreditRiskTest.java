package io.mlops4j.examples.creditrisk;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Check;
import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreditRiskTest {

  @Test
  void run_betterRankingButUnfair_isHeldAndTheFairOneIsPromoted() {
    var outcome = CreditRisk.run(ModelRegistry.inMemory(), Instant.parse("2026-11-26T12:00:00Z"));
    assertThat(outcome.decisions())
        .extracting(d -> d.promoted())
        .containsExactly(true, false, true);
    assertThat(auc(outcome, 1)).as("the held one ranks better").isGreaterThan(auc(outcome, 0));
    var held = outcome.decisions().get(1).results();
    assertThat(held).extracting(GateResult::verdict).startsWith(Verdict.PASS, Verdict.FAIL);
    assertThat(impact(outcome, 1)).isLessThan(CreditRisk.LEAST_IMPACT);
    assertThat(impact(outcome, 2)).isGreaterThan(CreditRisk.LEAST_IMPACT);
  }

  @Test
  void validated_damagedExtract_isFoundBeforeAModelLearnsFromIt() {
    var results = CreditRisk.validated();
    assertThat(results.get(0).evaluate()).isInstanceOf(Check.Pass.class);
    assertThat(results.get(1).failures())
        .extracting(failure -> failure.expectation().kind())
        .containsExactly("rowCountAgainstPrevious");
    assertThat(results.get(1).report().toText()).doesNotContain("sex = ");
  }

  @Test
  void main_folder_holdsAPagePerModel(@TempDir Path folder) throws IOException {
    CreditRisk.main(new String[] {folder.toString()});
    for (int version = 1; version <= 3; version++) {
      assertThat(Files.readString(folder.resolve("credit-" + version + ".html")))
          .contains("sex=female", "ROC", "Calibration");
      assertThat(folder.resolve("credit-" + version + "-decision.html")).exists();
    }
  }

  private static double auc(CreditRisk.Outcome outcome, int model) {
    return outcome.reports().get(model).value(Metric.AUC).number().orElseThrow();
  }

  private static double impact(CreditRisk.Outcome outcome, int model) {
    return outcome
        .reports()
        .get(model)
        .details()
        .fairness("sex")
        .orElseThrow()
        .value(FairnessMeasure.DISPARATE_IMPACT)
        .number()
        .orElseThrow();
  }
}
