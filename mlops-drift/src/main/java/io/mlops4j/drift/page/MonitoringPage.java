package io.mlops4j.drift.page;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.drift.alert.AlertState;
import io.mlops4j.drift.alert.AlertStatus;
import io.mlops4j.drift.alert.Alerts;
import io.mlops4j.drift.service.ServiceMonitor;
import io.mlops4j.drift.service.ServiceReport;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Collects what monitors and alerts know of one version into a report, to be read in five minutes:
 * what is wrong first, then quality, then drift with its reasons.
 *
 * <pre>{@code
 * Report report =
 *     MonitoringPage.of(version).quality(quality).drift(drift, baseline).alerts(alerts).report(now);
 * Files.writeString(path, report.toHtml()); // or toText(), toJson()
 * }</pre>
 *
 * <p>Names of features, segments and categories are shown as text, whatever is in them; values of
 * sensitive features are not shown. Used by one thread.
 */
public final class MonitoringPage {
  private final ModelVersion version;
  private final List<Block> verdicts = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();

  private MonitoringPage(ModelVersion version) {
    this.version = Objects.requireNonNull(version, "version");
  }

  /**
   * Starts a page.
   *
   * @param version whose
   * @return a page without content
   */
  public static MonitoringPage of(ModelVersion version) {
    return new MonitoringPage(version);
  }

  /**
   * Adds how good the answers were: the metric over time, calibration, segments, what is expected
   * of predictions without labels, and what became of labels.
   *
   * @param monitor knows the version
   * @return this
   */
  public MonitoringPage quality(QualityMonitor<?, ?> monitor) {
    Objects.requireNonNull(monitor, "monitor");
    verdicts.add(callout(monitor.evaluate()));
    sections.add(QualitySection.of(monitor, version));
    return this;
  }

  /**
   * Adds how what is asked differs from training: over time, per feature, with distributions and
   * reasons.
   *
   * @param monitor knows the version
   * @param baseline the one the version was released with
   * @return this
   */
  public MonitoringPage drift(DriftMonitor<?, ?> monitor, Baseline baseline) {
    Objects.requireNonNull(monitor, "monitor");
    Objects.requireNonNull(baseline, "baseline");
    verdicts.add(callout(monitor.evaluate()));
    sections.add(DriftSection.of(monitor, version, baseline));
    return this;
  }

  /**
   * Adds latency and failures of the last hour.
   *
   * @param monitor of the service
   * @return this
   */
  public MonitoringPage service(ServiceMonitor<?, ?> monitor) {
    Objects.requireNonNull(monitor, "monitor");
    ServiceReport hour = monitor.report(Duration.ofHours(1));
    sections.add(
        Section.titled("Service, last hour")
            .add(
                KeyValues.of("Answers", hour.answers())
                    .and("Answered by a fallback", hour.fallbacks())
                    .and("Failed", hour.failures())
                    .and("Refused for their input", hour.invalid())
                    .and("p50", hour.p50())
                    .and("p95", hour.p95())
                    .and("p99", hour.p99())));
    return this;
  }

  /**
   * Adds how alerts stand.
   *
   * @param alerts of this model
   * @return this
   */
  public MonitoringPage alerts(Alerts alerts) {
    Objects.requireNonNull(alerts, "alerts");
    Table table = Table.of("Alert", "State", "Severity", "Since", "Snoozed until", "Evidence");
    for (AlertStatus status : alerts.status()) {
      table =
          table.row(
              status.alert(),
              Cell.badge(badge(status.state()), status.state().name().toLowerCase(Locale.ROOT)),
              status.severity(),
              status.since().map(Instant::toString).orElse("-"),
              status.snoozedUntil().map(Instant::toString).orElse("-"),
              status.evidence().isEmpty() ? "-" : status.evidence());
    }
    sections.add(0, Section.titled("Alerts").add(table));
    return this;
  }

  private static Status badge(AlertState state) {
    return switch (state) {
      case INACTIVE -> Status.PASS;
      case PENDING -> Status.WARNING;
      case FIRING -> Status.FAIL;
    };
  }

  private static Callout callout(Check.Outcome outcome) {
    if (outcome instanceof Check.Fail) {
      return Callout.fail(outcome.sentence());
    }
    return outcome instanceof Check.Pass
        ? Callout.pass(outcome.sentence())
        : Callout.noData(outcome.sentence());
  }

  /**
   * Returns the report.
   *
   * @param at when it is made
   * @return for a terminal, a program or a browser
   */
  public Report report(Instant at) {
    Objects.requireNonNull(at, "at");
    Report report = Report.titled("Monitoring of " + version).at(at);
    for (Block verdict : verdicts) {
      report = report.add(verdict);
    }
    for (Section section : sections) {
      report = report.add(section);
    }
    return report;
  }
}
