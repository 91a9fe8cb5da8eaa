package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.Report;
import io.mlops4j.report.ScatterChart;
import io.mlops4j.report.Section;
import io.mlops4j.report.Series;
import io.mlops4j.report.Table;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An evaluation to be read by people. */
final class EvaluationPage {
  private EvaluationPage() {}

  static Report of(EvaluationReport report) {
    EvaluationDetails details = report.details();
    Report page =
        Report.titled("Evaluation of " + report.modelVersion())
            .subtitle(
                report.rows() + " rows of " + report.datasetName() + ", " + report.evaluator())
            .at(report.evaluatedAt())
            .add(metrics(report));
    if (!details.roc().points().isEmpty()) {
      page = page.add(curves(details));
    }
    if (!details.slices().isEmpty()) {
      page = page.add(slices(report));
    }
    for (FairnessResult fairness : details.fairness()) {
      page = page.add(fairness(fairness));
    }
    for (PairedComparison comparison : details.comparisons()) {
      page = page.add(comparison(report, comparison));
    }
    return page.add(identity(report));
  }

  private static Section metrics(EvaluationReport report) {
    Table table = Table.of("metric", "value", "rows", "better", "unit", "how sure", "definition");
    for (var entry : report.metrics().entrySet()) {
      Metric metric = entry.getKey();
      Optional<MetricInterval> interval = report.details().interval(metric);
      table =
          table.row(
              metric.id(),
              cell(entry.getValue(), interval),
              rows(entry.getValue()),
              metric.direction() == Metric.Direction.HIGHER_IS_BETTER ? "higher" : "lower",
              metric.unit(),
              interval.map(EvaluationPage::how).orElse(""),
              metric.definition());
    }
    return Section.titled("Metrics").add(table);
  }

  private static Section curves(EvaluationDetails details) {
    List<RocCurve.Point> roc = details.roc().points();
    List<PrecisionRecallCurve.Point> recall = details.precisionRecall().points();
    Section section =
        Section.titled("Curves")
            .add(
                LineChart.titled("ROC")
                    .xLabel("false positive rate")
                    .yLabel("true positive rate")
                    .series(
                        "model",
                        roc.stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
                        roc.stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray())
                    .series("chance", new double[] {0, 1}, new double[] {0, 1}),
                LineChart.titled("Precision and recall")
                    .xLabel("recall")
                    .yLabel("precision")
                    .series(
                        "model",
                        recall.stream().mapToDouble(PrecisionRecallCurve.Point::recall).toArray(),
                        recall.stream()
                            .mapToDouble(PrecisionRecallCurve.Point::precision)
                            .toArray()));
    return details.calibration().bins().isEmpty()
        ? section
        : section.add(
            ScatterChart.calibration("Calibration, 95 % intervals")
                .points(points("model", details.calibration())));
  }

  private static Series points(String name, CalibrationCurve curve) {
    int n = curve.bins().size();
    double[][] values = new double[4][n];
    for (int i = 0; i < n; i++) {
      CalibrationCurve.Bin bin = curve.bins().get(i);
      var wilson = Formulas.wilson(Math.round(bin.positiveRate() * bin.rows()), bin.rows(), 0.95);
      values[0][i] = bin.meanScore();
      values[1][i] = bin.positiveRate();
      values[2][i] = wilson.low();
      values[3][i] = wilson.high();
    }
    return Series.of(name, values[0], values[1]).interval(values[2], values[3]);
  }

  private static Section slices(EvaluationReport report) {
    List<Metric> metrics = report.metrics().keySet().stream().toList();
    String[] columns = new String[metrics.size() + 2];
    columns[0] = "slice";
    columns[1] = "rows";
    for (int m = 0; m < metrics.size(); m++) {
      columns[m + 2] = metrics.get(m).id();
    }
    Table table = Table.of(columns);
    for (SliceResult slice : report.details().slices()) {
      @Nullable Object[] cells = new Object[columns.length];
      cells[0] = slice.name();
      cells[1] = slice.rows();
      for (int m = 0; m < metrics.size(); m++) {
        Metric metric = metrics.get(m);
        MetricValue value = slice.metrics().get(metric);
        cells[m + 2] =
            value == null ? null : cell(value, Optional.ofNullable(slice.intervals().get(metric)));
      }
      table = table.row(cells);
    }
    return Section.titled("Slices").add(table);
  }

  private static Section fairness(FairnessResult result) {
    Table groups =
        Table.of(
            "group",
            "rows",
            "selected",
            "selection rate",
            "true positive rate",
            "false positive rate",
            "calibration gap");
    ScatterChart chart = ScatterChart.calibration("Calibration by group, 95 % intervals");
    boolean calibrated = false;
    for (FairnessGroup group : result.groups()) {
      groups =
          groups.row(
              group.name(),
              group.rows(),
              group.selected(),
              cell(group.selectionRate(), Formulas.ofRatio(group.selected(), group.rows(), 0.95)),
              cell(
                  group.truePositiveRate(),
                  Formulas.ofRatio(group.truePositives(), group.positives(), 0.95)),
              cell(
                  group.falsePositiveRate(),
                  Formulas.ofRatio(group.falsePositives(), group.rows() - group.positives(), 0.95)),
              cell(group.calibrationGap(), group.calibrationInterval()));
      if (!group.calibration().bins().isEmpty()) {
        chart = chart.points(points(group.name(), group.calibration()));
        calibrated = true;
      }
    }
    Table measures = Table.of("measure", "value", "smallest group", "how sure");
    for (FairnessMeasure measure : result.values().keySet()) {
      MetricValue value = result.value(measure);
      Optional<MetricInterval> interval = Optional.ofNullable(result.intervals().get(measure));
      measures =
          measures.row(
              measure.id(),
              cell(value, interval),
              rows(value),
              value instanceof Undefined undefined
                  ? undefined.reason()
                  : interval.map(EvaluationPage::how).orElse(""));
    }
    Section section =
        Section.titled("Fairness by " + result.attribute())
            .add(
                Callout.info(
                    "Favourable is "
                        + result.decision()
                        + "; "
                        + result.unassigned()
                        + " rows belong to no group."),
                groups,
                measures);
    return calibrated ? section.add(chart) : section;
  }

  private static Section comparison(EvaluationReport report, PairedComparison comparison) {
    Table table =
        Table.of(
            "metric", report.modelVersion(), comparison.champion(), "difference", "p", "how sure");
    for (var entry : comparison.differences().entrySet()) {
      PairedDifference difference = entry.getValue();
      table =
          table.row(
              entry.getKey().id(),
              cell(difference.candidate(), Optional.empty()),
              cell(difference.champion(), Optional.empty()),
              difference.value().isPresent() && difference.interval().isPresent()
                  ? Cell.interval(
                      difference.value().getAsDouble(),
                      difference.interval().get().low(),
                      difference.interval().get().high())
                  : null,
              difference.pValue().isPresent()
                  ? Cell.number(difference.pValue().getAsDouble(), 4)
                  : null,
              difference.method());
    }
    Section section =
        Section.titled("Against " + comparison.champion() + " on the same rows").add(table);
    return comparison
        .churn()
        .map(
            churn ->
                section.add(
                    KeyValues.of("decisions that change", Cell.percent(churn.rate()))
                        .and("to positive", churn.toPositive())
                        .and("to negative", churn.toNegative())))
        .orElse(section);
  }

  private static Section identity(EvaluationReport report) {
    KeyValues values =
        KeyValues.of("report", report.digest())
            .and("data", report.datasetDigest())
            .and("evaluator", report.evaluator() + " " + report.evaluatorVersion());
    if (report.details().modelDigest().isPresent()) {
      values = values.and("model", report.details().modelDigest().get());
    }
    if (report.details().configDigest().isPresent()) {
      values = values.and("configuration", report.details().configDigest().get());
    }
    return Section.titled("What was evaluated").add(values);
  }

  private static String how(MetricInterval interval) {
    return Math.round(interval.range().level() * 1000) / 10.0 + " %, " + interval.method();
  }

  private static @Nullable Object cell(MetricValue value, Optional<MetricInterval> interval) {
    if (!(value instanceof Defined defined)) {
      return null;
    }
    return interval
        .map(i -> Cell.interval(defined.value(), i.low(), i.high()))
        .orElseGet(() -> Cell.number(defined.value(), 4));
  }

  private static @Nullable Object rows(MetricValue value) {
    return value instanceof Defined defined ? defined.n() : null;
  }
}
