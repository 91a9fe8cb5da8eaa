package io.mlops4j.drift.page;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.Quality;
import io.mlops4j.drift.QualityEstimate;
import io.mlops4j.drift.QualityMetric;
import io.mlops4j.drift.QualityMonitor;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.ScatterChart;
import io.mlops4j.report.Section;
import io.mlops4j.report.Series;
import io.mlops4j.report.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How good the answers were. */
final class QualitySection {
  private static final int SEGMENTS = 30;

  private QualitySection() {}

  static Section of(QualityMonitor<?, ?> monitor, ModelVersion version) {
    List<Quality> history = monitor.history(version);
    Section section = Section.titled("Quality");
    Optional<Quality> newest = monitor.newest(version);
    if (history.isEmpty()) {
      return section.add(Callout.noData(version + " has no predictions yet."));
    }
    QualityMetric metric = metric(monitor, history);
    section = section.add(overTime(metric, history));
    Optional<QualityEstimate> estimate = monitor.estimate(version);
    if (estimate.isPresent()) {
      section = section.add(Callout.info(estimate.get().sentence()));
    }
    if (newest.isPresent() && !newest.get().calibration().isEmpty()) {
      section = section.add(calibration(newest.get()));
    }
    List<String> segments = monitor.segments(version);
    if (!segments.isEmpty()) {
      section = section.add(segments(monitor, version, metric, segments));
    }
    return section.add(coverage(history), labels(monitor.joins()));
  }

  private static QualityMetric metric(QualityMonitor<?, ?> monitor, List<Quality> history) {
    Quality any = history.get(0);
    return monitor
        .metric()
        .orElse(
            any.binary().isPresent()
                ? QualityMetric.AUC
                : any.regression().isPresent() ? QualityMetric.MAE : QualityMetric.ACCURACY);
  }

  private static LineChart overTime(QualityMetric metric, List<Quality> history) {
    List<Instant> times = history.stream().map(Quality::from).toList();
    double[] value = new double[history.size()];
    double[] low = new double[history.size()];
    double[] high = new double[history.size()];
    for (int i = 0; i < value.length; i++) {
      Optional<Quality.Estimate> estimate = metric.of(history.get(i));
      value[i] = estimate.map(Quality.Estimate::value).orElse(Double.NaN);
      double margin =
          estimate.map(e -> 1.96 * e.standardError() + e.roundingError()).orElse(Double.NaN);
      low[i] = value[i] - margin;
      high[i] = value[i] + margin;
    }
    return LineChart.titled(metric + " by when predictions were made")
        .yLabel(metric.toString())
        .series(Series.of("with 95 % interval", times, value).interval(low, high));
  }

  private static LineChart coverage(List<Quality> history) {
    return LineChart.titled("Share of predictions that have a label")
        .yLabel("share")
        .series(
            "labelled",
            history.stream().map(Quality::from).toList(),
            history.stream().mapToDouble(Quality::coverage).toArray());
  }

  private static ScatterChart calibration(Quality newest) {
    var bins = newest.calibration();
    return ScatterChart.calibration(
            "Calibration, "
                + newest.from().toString().substring(0, 10)
                + " to "
                + newest.to().toString().substring(0, 10))
        .points(
            "in 10 bins",
            bins.stream().mapToDouble(Quality.CalibrationBin::meanScore).toArray(),
            bins.stream().mapToDouble(Quality.CalibrationBin::observedRate).toArray());
  }

  private static Table segments(
      QualityMonitor<?, ?> monitor,
      ModelVersion version,
      QualityMetric metric,
      List<String> segments) {
    Table table =
        Table.of("Segment", "Predictions", "Labels", metric + ", newest labelled window", "±")
            .caption("By segment");
    for (String segment : segments.subList(0, Math.min(SEGMENTS, segments.size()))) {
      List<Quality> windows = new ArrayList<>(monitor.history(version, segment));
      long predictions = windows.stream().mapToLong(Quality::predictions).sum();
      long labels = windows.stream().mapToLong(Quality::labels).sum();
      Optional<Quality.Estimate> last = Optional.empty();
      for (int i = windows.size() - 1; i >= 0 && last.isEmpty(); i--) {
        last = metric.of(windows.get(i));
      }
      table =
          table.row(
              segment,
              predictions,
              labels,
              last.<Object>map(e -> Cell.number(e.value(), 4)).orElse("-"),
              last.<Object>map(e -> Cell.number(1.96 * e.standardError(), 4)).orElse("-"));
    }
    return table;
  }

  private static KeyValues labels(QualityMonitor.Joins joins) {
    return KeyValues.of("Predictions", joins.predictions())
        .and("With a label", joins.joined())
        .and("Labels corrected", joins.corrected())
        .and("Labels again", joins.duplicate())
        .and("Labels that contradict", joins.conflicting())
        .and("Labels too late", joins.late())
        .and("Labels of nobody", joins.orphaned())
        .and("Answers that do not count", joins.excluded())
        .and("Answers that are unusable", joins.unusable())
        .and("Given up without a label", joins.unlabelled() + joins.evicted());
  }
}
