package io.mlops4j.experiments.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.VirtualTime;
import io.mlops4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Writes a page to look at: {@code target/experiment-report.html}. */
class AnalysisReportTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  @Test
  void report_threeWeeksOfAnExperiment_showsEverything() throws IOException {
    List<ExperimentAnalysis> history = threeWeeks();
    ExperimentAnalysis last = history.get(history.size() - 1);
    Report report = last.report(history.subList(0, history.size() - 1));
    String html = report.toHtml();
    String text = report.toText();

    assertThat(text)
        .contains("Experiment checkout", "[FAIL] Stop.", "Segments", "Guardrails", "Traffic")
        .contains("bought is worse where country = DE")
        .contains("no effect at 0")
        .contains("Holm");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    assertThat(html).contains("<svg", "always valid intervals over time", "by country, treatment");
    assertThat(report.toJson())
        .contains("\"type\":\"intervalChart\"", "\"type\":\"lineChart\"")
        .doesNotContain("NaN");
    Files.writeString(Path.of("target", "experiment-report.html"), html);
    Files.writeString(Path.of("target", "experiment-report.txt"), text);
    // The order in which earlier analyses are given does not matter.
    List<ExperimentAnalysis> reversed = new ArrayList<>(history.subList(0, history.size() - 1));
    Collections.reverse(reversed);
    assertThat(last.report(reversed)).isEqualTo(report);
  }

  @Test
  void report_noDataYet_saysSo() {
    ExperimentAnalysis empty = plan("checkout").build().sums().analyse(START);

    assertThat(empty.report().toText())
        .contains("[NO DATA] Continue: there is no answer yet.")
        .contains("not enough data: 0 units in control and 0 in the treatment");
    assertThat(empty.report().toHtml()).doesNotContain("NaN");
    ExperimentAnalysis other = plan("other").build().sums().analyse(START);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.report(List.of(other)))
        .withMessage("an earlier analysis is of 'other' (expected: of 'checkout')");
  }

  @Test
  void report_mismatch_isTheFirstThingSaid() {
    ExperimentSums sums = plan("checkout").build().sums();
    for (int i = 0; i < 2_000; i++) {
      sums.add(UnitRow.of(i % 3 == 0 ? "control" : "treatment"));
    }

    assertThat(sums.analyse(START).report().toText())
        .contains("[FAIL] Stop.")
        .contains("Traffic does not match its shares")
        .contains("[FAIL] Units do not arrive in the intended shares.");
  }

  private static AnalysisBuilder plan(String name) {
    return Analysis.named(name, Simulated.HALVES)
        .metric(Metric.binary("bought"))
        .metric(Metric.ratio("revenue per order"))
        .guardrail(Metric.quantile("latency p90", 0.9).lowerBetter(), Margin.relative(0.05))
        .by("country")
        .alwaysValid(21_000);
  }

  /** A thousand units a day under virtual time; the treatment wins, but not in DE. */
  private static List<ExperimentAnalysis> threeWeeks() {
    VirtualTime time = VirtualTime.startingAt(START);
    UnitLedger ledger = plan("checkout").build().ledger(time);
    SplittableRandom random = new SplittableRandom(2026);
    List<ExperimentAnalysis> history = new ArrayList<>();
    String[] countries = {"US", "US", "US", "US", "FR", "FR", "UK", "UK", "DE", "JP"};
    for (int day = 0; day < 21; day++) {
      time.advance(Duration.ofDays(1));
      for (int i = 0; i < 1_000; i++) {
        String unit = "u" + day + "-" + i;
        String arm = Simulated.arm(random);
        String country = countries[random.nextInt(countries.length)];
        boolean treated = arm.equals("treatment");
        ledger.exposed(unit, arm);
        ledger.segment(unit, "country", country);
        double rate = treated ? country.equals("DE") ? 0.08 : 0.24 : 0.2;
        if (random.nextDouble() < rate) {
          ledger.observe(unit, "bought", 1);
          ledger.observeRatio(unit, "revenue per order", 40 + 10 * random.nextGaussian(), 1);
        }
        for (int request = random.nextInt(3); request >= 0; request--) {
          ledger.observe(unit, "latency p90", 80 + 30 * -Math.log(1 - random.nextDouble()));
        }
      }
      history.add(ledger.analyse());
    }
    return history;
  }
}
