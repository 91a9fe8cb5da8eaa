package io.mlops4j.junit.simulation;

import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.CurveChart;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Series;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Lays out a result. */
final class SimulationPage {
  private static final double LEVEL = 0.95;

  /** More points than a screen is wide show nothing more. */
  private static final int POINTS = 400;

  private final SimulationResult result;

  SimulationPage(SimulationResult result) {
    this.result = result;
  }

  Report report(String title) {
    Report report =
        Report.titled(title)
            .subtitle(result.traffic())
            .add(
                KeyValues.of("Runs", result.calm().runs())
                    .and("Warm-up", result.warmUp().isZero() ? "none" : Words.time(result.warmUp()))
                    .and("Then", Words.time(result.lasting()))
                    .and("Requests without a regression", result.calm().requests())
                    .and("Seed", Long.toString(result.seed())))
            .add(falseAlarms());
    if (!result.detections().isEmpty()) {
      report = report.add(delays());
    }
    return outcomes().isEmpty() ? report : report.add(outcomeTable());
  }

  private Section falseAlarms() {
    FalseAlarms calm = result.calm();
    Section section = Section.titled("False alarms");
    if (!(calm.years() > 0)) {
      return section.add(Callout.noData("No time was simulated."));
    }
    ExactInterval rate = calm.perYear(LEVEL);
    ExactInterval share = calm.shareOfRuns(LEVEL);
    return section.add(
        Table.of("What", "Seen", "Estimate", "95 % interval")
            .row(
                "a year",
                calm.alarms() + " in " + Words.years(calm.years()),
                Cell.number(calm.perYear(), 2),
                Words.number(rate.low()) + " to " + Words.number(rate.high()))
            .row(
                "runs with one",
                calm.runsWithAlarm() + " of " + calm.runs(),
                Cell.percent((double) calm.runsWithAlarm() / calm.runs()),
                Words.percent(share.low()) + " to " + Words.percent(share.high())),
        Text.of(
            "Exact intervals: of a Poisson rate (Garwood) and of a share (Clopper and Pearson). An"
                + " alarm that goes on counts once a day."));
  }

  private Section delays() {
    Table table =
        Table.of("Regression", "Median delay", "p90", "Longest", "Seen in", "95 % interval");
    CurveChart chart =
        CurveChart.titled("Share of runs that have seen it").labels("days after it began", "share");
    List<String> notes = new ArrayList<>();
    for (Detection one : result.detections()) {
      ExactInterval seen = ExactInterval.ofShare(one.delays().size(), one.runs(), LEVEL);
      table =
          table.row(
              one.regression(),
              one.median().map(Words::time).orElse("never"),
              one.p90().map(Words::time).orElse("never"),
              one.quantile(1).map(Words::time).orElse("never"),
              one.delays().size() + " of " + one.runs(),
              Words.percent(seen.low()) + " to " + Words.percent(seen.high()));
      if (!one.delays().isEmpty()) {
        chart = chart.series(curve(one));
      }
      note(one, notes);
    }
    Section section = Section.titled("Detection delays").add(table);
    if (!chart.series().isEmpty()) {
      section = section.add(chart);
    }
    for (String note : notes) {
      section = section.add(Callout.warning(note));
    }
    return section;
  }

  private static void note(Detection one, List<String> notes) {
    if (one.rangBefore() > 0) {
      notes.add(
          one.regression()
              + ": in "
              + one.rangBefore()
              + " of "
              + one.runs()
              + " runs an alarm was standing before it began.");
    }
    if (one.untouched() > 0) {
      notes.add(
          one.regression()
              + ": changed no request in "
              + one.untouched()
              + " of "
              + one.runs()
              + " runs; "
              + one.falseAlarms()
              + " alarms there are false ones.");
    }
  }

  /** The distribution function of the delay, as steps. */
  private static Series curve(Detection one) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    x.add(0.0);
    y.add(0.0);
    int n = one.delays().size();
    int stride = Math.max(1, n / POINTS);
    for (int i = 0; i < n; i += stride) {
      double days = one.delays().get(i).toNanos() / 86_400e9;
      x.add(days);
      y.add(y.get(y.size() - 1));
      x.add(days);
      y.add((double) Math.min(n, i + stride) / one.runs());
    }
    return Series.of(
        one.regression(),
        x.stream().mapToDouble(Double::doubleValue).toArray(),
        y.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private Set<String> outcomes() {
    Set<String> names = new TreeSet<>(result.calm().outcomes().keySet());
    result.detections().forEach(one -> names.addAll(one.outcomes().keySet()));
    names.remove("open");
    return names;
  }

  private Section outcomeTable() {
    Table table = Table.of("Regression", "Outcome", "Runs");
    for (var entry : result.calm().outcomes().entrySet()) {
      table = table.row("none", entry.getKey(), entry.getValue());
    }
    for (Detection one : result.detections()) {
      for (var entry : one.outcomes().entrySet()) {
        table = table.row(one.regression(), entry.getKey(), entry.getValue());
      }
    }
    return Section.titled("How runs ended").add(table);
  }

  /** Numbers as sentences and tables write them. */
  static final class Words {
    private Words() {}

    static String time(Duration time) {
      double hours = time.toNanos() / 3_600e9;
      if (hours >= 48) {
        return number(hours / 24) + " days";
      }
      return hours >= 2 ? number(hours) + " h" : number(hours * 60) + " min";
    }

    static String years(double years) {
      return number(years) + " simulated years";
    }

    static String number(double value) {
      String text = String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
      return text.indexOf('.') < 0 ? text : text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    static String percent(double share) {
      return number(100 * share) + " %";
    }
  }
}
