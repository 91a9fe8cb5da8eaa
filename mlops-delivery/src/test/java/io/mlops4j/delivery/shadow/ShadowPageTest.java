package io.mlops4j.delivery.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.delivery.shadow.Loans.Loan;
import io.mlops4j.serving.MirroredRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShadowPageTest {
  private final ObjectStore store = ObjectStore.inMemory();

  private Shadow<Loan, Double> shadow() {
    Shadow<Loan, Double> shadow =
        Shadow.of(Loans.SCHEMA, Comparison.probability(Tolerance.absolute(0.05)))
            .minimumRows(100)
            .flipsAtMost(0.1)
            .disagreementAtMost(0.5)
            .errorsAtMost(0.05)
            .psiAtMost(0.1)
            .rankAgreementAtLeast(0.5)
            .p99AtMost(3)
            .segmentsAtMost(0.6)
            .segmentBy("branch", "north")
            .fleet(store, "a")
            .time(VirtualTime.startingAt(Instant.parse("2026-11-26T09:00:00Z")))
            .build();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 1_500; i++) {
      double live = random.nextDouble();
      double wrong = i % 4 == 0 ? 0.3 * random.nextDouble() : 0.03 * random.nextDouble();
      shadow.onMirrored(
          i % 100 == 50
              ? Loans.failed(i, live, Loans.failure(i / 100 % 3))
              : Loans.row(i, live, Math.min(1, live + wrong)));
    }
    return shadow;
  }

  @Test
  void report_inEveryForm_hasEverythingButSensitiveValues() throws IOException {
    Shadow<Loan, Double> shadow = shadow();
    shadow.save();
    ShadowReport report = shadow.report().orElseThrow();
    String text = report.report().toText();
    String html = report.report().toHtml();
    String json = report.report().toJson();
    for (String shown : List.of(text, html, json)) {
      assertThat(shown)
          .contains("Shadow of loans:2", "branch = north", "Largest disagreements", "p-")
          .doesNotContain(Loans.CANARY);
    }
    String stored = "";
    for (String key : store.list("")) {
      stored += new String(store.get(key).orElseThrow(), StandardCharsets.UTF_8);
    }
    assertThat(stored).contains("customer=(sensitive)").doesNotContain(Loans.CANARY);
    assertThat(report.toString()).doesNotContain(Loans.CANARY);
    assertThat(shadow.evaluate().sentence()).doesNotContain(Loans.CANARY);
    assertThat(html).doesNotContain("<script").doesNotContain("http-equiv=\"refresh");
    Files.writeString(Path.of("target", "shadow.html"), html);
  }

  /** Negative control: without the mark the canary string is found. */
  @Test
  void report_featureNotMarkedSensitive_isShown() {
    Shadow<Loan, Double> shadow = shadow();
    Loan loan = new Loan(1, 2, 3, 4, Loans.CANARY, "x");
    MirroredRow<Loan, Double> row = Loans.row(1, 0.1, 0.9999);
    shadow.onMirrored(
        new MirroredRow<>(
            new Prediction<>(
                "p-x",
                null,
                null,
                row.live().version(),
                row.live().source(),
                Loans.SCHEMA.encode(loan),
                0.0,
                row.live().at(),
                row.live().latency()),
            row.candidate(),
            1.0,
            null,
            row.latency()));
    assertThat(shadow.report().orElseThrow().report().toHtml()).contains(Loans.CANARY);
  }
}
