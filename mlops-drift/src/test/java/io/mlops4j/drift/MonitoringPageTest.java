package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static io.mlops4j.drift.Fleet.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Json;
import io.mlops4j.core.Schema;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.page.MonitoringPage;
import io.mlops4j.drift.service.ServiceMonitor;
import io.mlops4j.report.Report;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class MonitoringPageTest {
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>\u202E\u0000\n\"'&";

  private final Fleet fleet = new Fleet();

  private Report page(Schema<Fleet.Trip> schema, boolean hostile, int days) {
    List<Fleet.Trip> training = Fleet.trips(5_000, 1, 0);
    Baseline baseline =
        Baseline.fit(schema, training::stream, Baseline.Options.withDefaults().withBins(10));
    fleet.serve(1, baseline);
    VirtualTime time = VirtualTime.startingAt(START);
    var drift = DriftMonitor.following(fleet).time(time).window(Duration.ofDays(7)).build();
    var quality =
        QualityMonitor.following(fleet)
            .segment("far <b>& wide", row -> row.number(0) > 0)
            .failWhen(
                QualityRule.of(
                        QualityMetric.AUC,
                        new QualityRule.Absolute(0.03),
                        new QualityRule.Known(v -> OptionalDouble.of(0.8333)))
                    .withLabels(100, 0.3))
            .build();
    ServiceMonitor<Fleet.Trip, Double> service = ServiceMonitor.named("trips", time, 100);
    SplittableRandom random = new SplittableRandom(2);
    for (int day = 0; day < days; day++) {
      double shift = day < 21 ? 0 : 0.8;
      for (Fleet.Trip trip : Fleet.trips(300, day, shift)) {
        var row = hostile ? new Fleet.Trip(trip.distance(), HOSTILE) : trip;
        double score = random.nextDouble();
        var at = START.plus(Duration.ofDays(day));
        var p =
            Fleet.prediction(day + "-" + random.nextLong(), null, 1, schema.encode(row), score, at);
        drift.onPrediction(p);
        quality.onPrediction(p);
        service.onPrediction(p);
        if (day < days - 3) {
          double skill = day < 21 ? 1 : 0.3;
          boolean label = random.nextDouble() < 0.5 + skill * (score - 0.5);
          quality.reportById(p.id(), label ? 1 : 0, at.plus(Duration.ofDays(2)));
        }
      }
    }
    try (Alerts alerts =
        Alerts.named("trips")
            .rule(AlertRule.on("quality", quality).withSeverity("critical"))
            .rule(AlertRule.on("drift", drift))
            .time(time)
            .build()) {
      alerts.evaluate();
      alerts.snooze("drift", Duration.ofDays(1));
      return MonitoringPage.of(version(1))
          .quality(quality)
          .drift(drift, baseline)
          .service(service)
          .alerts(alerts)
          .report(START.plus(Duration.ofDays(days)));
    }
  }

  @Test
  void page_driftAndADrop_saysWhatIsWrongFirst() throws IOException {
    Report report = page(Fleet.SCHEMA, false, 35);
    String text = report.toText();
    assertThat(text)
        .contains("[FAIL] trips:1: AUC is 0.6", "[FAIL] trips:1 drifted.", "firing", "critical")
        .contains("'distance'", "drifted", "Why: the values that contribute most", "far <b>& wide")
        .contains("AUC is expected to be", "Calibration", "p99");
    assertThat(text.indexOf("[FAIL]")).isLessThan(text.indexOf("Alerts"));
    assertThat(text.indexOf("Alerts")).isLessThan(text.indexOf("Drift per feature"));
    assertThat(Json.parse(report.toJson().getBytes(StandardCharsets.UTF_8), "page").has("blocks"))
        .isTrue();
    Path file = Path.of("target/monitoring.html");
    Files.writeString(file, report.toHtml());
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void page_hostileNamesAndValues_areText() throws Exception {
    Schema<Fleet.Trip> schema =
        Schema.<Fleet.Trip>builder("trips")
            .numeric(
                "distance </script><img src=x onerror=alert(1)>\"'&",
                t -> Objects.requireNonNull(t.distance()))
            .categorical("airport<script>", Fleet.Trip::airport)
            .build();
    String html = page(schema, true, 14).toHtml();
    assertThat(html).contains("airport&lt;script&gt;"); // it is there, as text
    assertThat(html).doesNotContain("<script", "<img", "\u202E", "\0");
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    String xml = html.substring(html.indexOf('\n') + 1);
    var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getElementsByTagName("svg").getLength()).isPositive();
  }

  @Test
  void page_sensitiveFeature_showsNoValues() {
    Schema<Fleet.Trip> guarded = Fleet.SCHEMA.withSensitive("airport");
    for (Schema<Fleet.Trip> schema : List.of(guarded, Fleet.SCHEMA)) {
      Report report = page(schema, false, 14);
      String all = report.toHtml() + report.toText() + report.toJson();
      assertThat(all.contains("A9")).isEqualTo(schema == Fleet.SCHEMA);
    }
  }

  @Test
  void page_nothingYet_saysSo() {
    fleet.serve(1, Optional::empty);
    var drift = DriftMonitor.following(fleet).build();
    Report report =
        MonitoringPage.of(version(1))
            .quality(QualityMonitor.following(fleet).build())
            .drift(drift, Fleet.baseline(1))
            .report(START);
    assertThat(report.toText()).contains("[NO DATA]", "trips:1 has no predictions yet.");
    drift.close();
  }
}
