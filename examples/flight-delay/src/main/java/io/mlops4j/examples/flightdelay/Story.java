package io.mlops4j.examples.flightdelay;

import io.mlops4j.drift.alert.AlertEvent;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.CalibrationCurve;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.HistoryEntry;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.Report;
import io.mlops4j.report.ScatterChart;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Tables and pictures, the same for the terminal and the page. */
final class Story {
  private Story() {}

  /** What the gates saw, what they asked for, and what came of it. */
  static Table decisionTable(GateDecision decision) {
    Table table =
        Table.of("Required", "Candidate", "Champion", "Verdict")
            .caption(
                decision.candidate()
                    + decision.champion().map(c -> " against " + c).orElse(", no champion yet"));
    for (GateResult result : decision.results()) {
      table =
          table.row(
              result.required(),
              number(result.candidate().isPresent(), result.candidate().orElse(0)),
              number(result.champion().isPresent(), result.champion().orElse(0)),
              Cell.badge(status(result.verdict()), result.verdict().name()));
    }
    return table;
  }

  static Callout outcome(GateDecision decision) {
    return decision.promoted()
        ? Callout.pass(decision.candidate() + " is in production: every gate passed.")
        : Callout.fail(
            decision.candidate()
                + " is refused: "
                + decision.results().stream()
                    .filter(r -> r.verdict() != GateResult.Verdict.PASS)
                    .filter(r -> r.verdict() != GateResult.Verdict.NOT_APPLICABLE)
                    .map(GateResult::sentence)
                    .reduce((a, b) -> a + " " + b)
                    .orElse("no gate passed."));
  }

  private static Object number(boolean present, double value) {
    return present ? Cell.number(value, 4) : "-";
  }

  private static Status status(GateResult.Verdict verdict) {
    return switch (verdict) {
      case PASS -> Status.PASS;
      case FAIL, ERROR -> Status.FAIL;
      case INCONCLUSIVE -> Status.WARNING;
      case NOT_APPLICABLE -> Status.INFO;
    };
  }

  static Table weeks(List<Week> weeks) {
    Table table =
        Table.of("Week from", "Production", "Flights", "AUC", "Largest PSI", "Drifted", "Action");
    for (Week week : weeks) {
      var largest = week.psi().entrySet().stream().max(Map.Entry.comparingByValue(Double::compare));
      table =
          table.row(
              week.from().toString().substring(0, 10),
              week.version(),
              week.flights(),
              number(week.rollingAuc().isPresent(), week.rollingAuc().orElse(0)),
              largest.map(e -> "%.3f %s".formatted(e.getValue(), e.getKey())).orElse("-"),
              week.drifted().isEmpty() ? "none" : week.drifted(),
              week.action());
    }
    return table;
  }

  /** What the alerts told, and why. */
  static Table alerts(List<AlertEvent> told) {
    Table table = Table.of("When", "Alert", "Status", "Severity", "Evidence").caption("Alerts");
    for (AlertEvent event : told) {
      boolean fires = event.status() == AlertEvent.Status.FIRING;
      table =
          table.row(
              event.endsAt().orElse(event.startsAt()).toString().substring(0, 10),
              event.alert(),
              Cell.badge(
                  fires ? Status.FAIL : Status.PASS,
                  event.status().name().toLowerCase(Locale.ROOT)),
              event.severity(),
              event.evidence());
    }
    return table;
  }

  static LineChart drift(List<Week> weeks) {
    List<Instant> times = weeks.stream().map(Week::from).toList();
    LineChart chart =
        LineChart.titled("Drift per feature, week by week").yLabel("PSI against the baseline");
    TreeSet<String> features = new TreeSet<>();
    weeks.forEach(week -> features.addAll(week.psi().keySet()));
    for (String feature : features) {
      double[] values =
          weeks.stream()
              .mapToDouble(week -> week.psi().getOrDefault(feature, Double.NaN))
              .toArray();
      chart = chart.series(feature, times, values);
    }
    return marked(chart.threshold("alert above 0.2", 0.2), weeks);
  }

  static LineChart quality(List<Week> weeks) {
    List<Instant> times = weeks.stream().map(Week::from).toList();
    double[] auc = weeks.stream().mapToDouble(w -> w.rollingAuc().orElse(Double.NaN)).toArray();
    LineChart chart =
        LineChart.titled("Quality in production, week by week")
            .yLabel("AUC")
            .series("production", times, auc);
    return marked(chart, weeks);
  }

  private static LineChart marked(LineChart chart, List<Week> weeks) {
    LineChart result = chart;
    String before = weeks.isEmpty() ? "" : weeks.get(0).version();
    for (Week week : weeks) {
      if (!week.version().equals(before)) {
        result = result.marker(week.version(), week.from());
        before = week.version();
      }
    }
    return result;
  }

  static Table compared(String title, Map<String, BinaryEvaluation> parts) {
    Table table =
        Table.of(title, "Flights", "Delayed", "AUC", "Log loss", "Brier", "ECE (10 bins)");
    for (Map.Entry<String, BinaryEvaluation> part : parts.entrySet()) {
      BinaryEvaluation evaluation = part.getValue();
      table =
          table.row(
              part.getKey(),
              evaluation.rows(),
              Cell.percent((double) evaluation.positives() / evaluation.rows()),
              value(evaluation, Metric.AUC),
              value(evaluation, Metric.LOG_LOSS),
              value(evaluation, Metric.BRIER),
              value(evaluation, Judge.CALIBRATION));
    }
    return table;
  }

  private static Object value(BinaryEvaluation evaluation, Metric metric) {
    MetricValue value = evaluation.value(metric);
    return number(value.number().isPresent(), value.number().orElse(0));
  }

  static ScatterChart calibration(Map<String, BinaryEvaluation> versions) {
    ScatterChart chart =
        ScatterChart.calibration("Calibration of live answers")
            .xLabel("predicted risk")
            .yLabel("share that was delayed");
    for (Map.Entry<String, BinaryEvaluation> version : versions.entrySet()) {
      List<CalibrationCurve.Bin> bins =
          version.getValue().calibration(20).bins().stream().filter(b -> b.rows() >= 50).toList();
      chart =
          chart.points(
              version.getKey(),
              bins.stream().mapToDouble(CalibrationCurve.Bin::meanScore).toArray(),
              bins.stream().mapToDouble(CalibrationCurve.Bin::positiveRate).toArray());
    }
    return chart;
  }

  /** How long a share of the answers took at most, in microseconds: one point per percentile. */
  static LineChart latency(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    double[] percentiles = new double[100];
    double[] micros = new double[100];
    for (int i = 0; i < 100; i++) {
      percentiles[i] = i < 99 ? i + 1 : 99.9;
      int rank = (int) Math.ceil(percentiles[i] / 100 * sorted.length) - 1;
      micros[i] = sorted.length == 0 ? Double.NaN : sorted[Math.max(0, rank)] / 1e3;
    }
    return LineChart.titled("Latency of one prediction, all callers busy")
        .xLabel("percentile (1 to 99, and 99.9)")
        .yLabel("microseconds")
        .series("production", percentiles, micros);
  }

  static Table history(List<HistoryEntry> entries) {
    Table table = Table.of("No.", "What", "Version", "Stage", "Why");
    for (HistoryEntry entry : entries) {
      if (entry.kind() != HistoryEntry.Kind.EVALUATE) {
        table =
            table.row(
                entry.sequence(),
                entry.kind().name(),
                entry.version(),
                entry.stage().map(Enum::name).orElse(""),
                entry.reason());
      }
    }
    return table;
  }

  static boolean isDecision(HistoryEntry entry) {
    return entry.kind() == HistoryEntry.Kind.PROMOTE || entry.kind() == HistoryEntry.Kind.REFUSE;
  }

  /** One week in one line, while it happens. */
  static String line(Week week) {
    return "   %s  %-14s %,7d flights  AUC %s%s"
            .formatted(
                week.from().toString().substring(0, 10),
                week.version(),
                week.flights(),
                week.rollingAuc().isPresent()
                    ? "%.4f".formatted(week.rollingAuc().getAsDouble())
                    : "  -   ",
                week.drifted().isEmpty() ? "" : "  drifted: " + week.drifted())
        + (week.action().isEmpty() ? "" : "  -> " + week.action());
  }

  static Report step(int number, String title) {
    return Report.titled("%d. %s".formatted(number, title));
  }
}
