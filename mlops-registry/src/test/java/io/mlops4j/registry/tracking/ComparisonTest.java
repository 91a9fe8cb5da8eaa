package io.mlops4j.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Writes pages to look at: {@code target/runs-5.html} and {@code target/runs-200.html}. */
class ComparisonTest {
  private static final Query.Order BEST = Field.metric("auc").descending();
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T08:30:00Z"));
  private final Tracking tracking =
      Tracking.on(ObjectStore.inMemory(), TrackingOptions.withDefaults().withTime(time));
  private final TrackedExperiment flights = tracking.experiment("flight-delay");

  /** A search over trees: deeper is better up to a point, a high rate diverges. */
  private void search(int runs) {
    SplittableRandom random = new SplittableRandom(20261126);
    for (int i = 0; i < runs; i++) {
      int depth = 2 + random.nextInt(9);
      double rate = Math.round(Math.pow(10, -4 + 4 * random.nextDouble()) * 1e5) / 1e5;
      String loss = List.of("logistic", "hinge", "focal").get(random.nextInt(3));
      double best =
          0.62 + 0.012 * depth - 0.0009 * depth * depth - 0.006 * Math.pow(Math.log10(rate) + 2, 2);
      Run run = flights.start("trial " + (i + 1));
      run.param("depth", depth);
      run.param("learning rate", rate);
      run.param("objective", loss);
      run.param("rows", 406_297);
      run.param("data", "flights 2001");
      for (int epoch = 0; epoch < 40; epoch++) {
        double noise = random.nextDouble() * 0.006;
        double auc = best - 0.12 * Math.exp(-epoch * (0.05 + Math.min(0.4, rate * 3))) + noise;
        run.metric("auc", epoch, auc);
        run.metric("loss", epoch, rate > 0.5 && epoch > 20 ? Double.NaN : 1.4 - 1.2 * auc + noise);
        time.advance(Duration.ofMillis(900));
      }
      if (i % 17 == 3) {
        run.fail(new IllegalStateException("diverged"));
      }
      run.close();
    }
  }

  private static void write(String name, Report report) throws IOException {
    Files.writeString(Path.of("target", name), report.toHtml());
  }

  @Test
  void compare_fiveRuns_isOnePageWithEverything() throws IOException {
    search(5);
    Report report = flights.compare(flights.query("LIMIT 5"), BEST);
    write("runs-5.html", report);
    String html = report.toHtml();
    assertThat(html)
        .contains("Parameters and results", "Learning curves", "auc against each parameter")
        .contains("log10 of learning rate", "FAILED", "flights 2001")
        .doesNotContain("<script", "http-equiv=\"refresh", "href=", "src=");
    assertThat(html.split("<polyline class=\"across few", -1)).hasSize(2 * 5 + 1);
    String text = report.toText();
    assertThat(text).contains("trial 1", "learning rate", "Best run");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
  }

  @Test
  void compare_twoHundredRuns_staysReadableAndSmall() throws IOException {
    search(200);
    Report report = flights.compare(flights.query("LIMIT 200"), BEST);
    write("runs-200.html", report);
    String html = report.toHtml();
    assertThat(html.length()).isLessThan(1_500_000);
    assertThat(html).contains("In grey: 55 more.", "Drawn are the best 60 runs.");
    assertThat(html.split("<polyline class=\"across many", -1)).hasSize(2 * 200 + 1);
    List<RunRecord> sorted = flights.query("ORDER BY metric.auc DESC LIMIT 1");
    assertThat(html).contains(sorted.get(0).name(), sorted.get(0).id());
  }

  @Test
  void compare_hostileNames_areTextAndNothingElse() throws Exception {
    String hostile = "</script><img src=x onerror=alert(1)>\"'& `${7*7}`";
    for (int i = 0; i < 2; i++) {
      try (Run run = flights.start(hostile)) {
        run.param(hostile, hostile + i);
        run.param(" " + hostile, i);
        run.metric(hostile, 0, i);
        run.metric(hostile, 1, i);
        run.metric("auc", i);
        run.tag(hostile, hostile);
      }
    }
    String html = flights.compare(flights.query(""), BEST).toHtml();
    assertThat(html).doesNotContain("<img", "<script", "onerror=alert(1)>");
    assertThat(html).contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;");
    // Well-formed after its first line: nothing has left its place.
    String xml = html.substring(html.indexOf('\n'));
    var factory = javax.xml.parsers.DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    var page =
        factory
            .newDocumentBuilder()
            .parse(
                new java.io.ByteArrayInputStream(
                    xml.strip().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    assertThat(page.getElementsByTagName("img").getLength()).isZero();
    assertThat(page.getElementsByTagName("svg").getLength()).isPositive();
  }

  @Test
  void compare_noRunsNoMetricsOrNoDifference_saysSo() {
    assertThat(flights.compare(List.of(), BEST).toText()).contains("No runs were selected.");
    flights.start("one").close();
    String text = flights.compare(flights.query(""), BEST).toText();
    assertThat(text).contains("No parameter differs between these runs.");
    try (Run run = flights.start("two")) {
      run.metric("auc", Double.NaN);
      run.param("x", "1");
    }
    assertThat(flights.compare(flights.query(""), BEST).toHtml()).contains("NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> flights.compare(List.of(), Field.param("x").ascending()));
  }
}
