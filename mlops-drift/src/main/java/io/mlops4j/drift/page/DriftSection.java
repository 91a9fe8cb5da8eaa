package io.mlops4j.drift.page;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.DriftCounts;
import io.mlops4j.drift.DriftMeasures;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftReport;
import io.mlops4j.drift.DriftVerdict;
import io.mlops4j.drift.FeatureDrift;
import io.mlops4j.report.BarChart;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.LineChart;
import io.mlops4j.report.Section;
import io.mlops4j.report.Status;
import io.mlops4j.report.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How what is asked differs from training. */
final class DriftSection {
  private static final int LINES = 8;
  private static final int CHARTS = 12;
  private static final int BARS = 16;

  private DriftSection() {}

  static Section of(DriftMonitor<?, ?> monitor, ModelVersion version, Baseline baseline) {
    Section section = Section.titled("Drift");
    List<DriftReport> reports = new ArrayList<>(monitor.history(version));
    monitor.report(version).ifPresent(reports::add);
    if (reports.isEmpty()) {
      return section.add(Callout.noData(version + " has no predictions yet."));
    }
    DriftReport newest = reports.get(reports.size() - 1);
    Map<String, FeatureDrift> features = features(newest);
    List<String> order =
        features.keySet().stream()
            .sorted(Comparator.comparingDouble((String f) -> -psi(features.get(f))))
            .toList();
    section =
        section.add(overTime(reports, order), table(newest, features, order), why(features, order));
    Optional<DriftCounts> counts = monitor.counts(version);
    if (counts.isPresent() && counts.get().baseline().equals(baseline.fingerprint())) {
      section = section.add(distributions(baseline, counts.get(), order));
    }
    return section;
  }

  /** Of a feature that is judged more than once, the first: it is about all rows. */
  private static Map<String, FeatureDrift> features(DriftReport report) {
    Map<String, FeatureDrift> features = new LinkedHashMap<>();
    report.features().forEach(f -> features.putIfAbsent(f.feature(), f));
    return features;
  }

  private static double psi(@Nullable FeatureDrift feature) {
    return feature == null
        ? Double.NaN
        : feature.measures().map(DriftMeasures::psi).orElse(Double.NaN);
  }

  private static LineChart overTime(List<DriftReport> reports, List<String> order) {
    List<Instant> times = reports.stream().map(DriftReport::from).toList();
    LineChart chart =
        LineChart.titled("Drift per feature, window by window").yLabel("PSI against the baseline");
    for (String feature : order.subList(0, Math.min(LINES, order.size()))) {
      double[] values = reports.stream().mapToDouble(r -> psi(features(r).get(feature))).toArray();
      chart = chart.series(named(feature), times, values);
    }
    return chart;
  }

  /** A name that is nothing but invisible characters would be no title. */
  private static String named(String feature) {
    return "'" + feature + "'";
  }

  private static Table table(
      DriftReport newest, Map<String, FeatureDrift> features, List<String> order) {
    Table table =
        Table.of("Feature", "Verdict", "PSI", "By chance", "KS", "Missing", "Unseen")
            .caption(
                String.format(
                    Locale.ROOT,
                    "Newest window, %s to %s%s, %,d predictions",
                    newest.from().toString().substring(0, 10),
                    newest.to().toString().substring(0, 10),
                    newest.complete() ? "" : " (running)",
                    newest.predictions()));
    for (String name : order) {
      FeatureDrift feature = features.get(name);
      if (feature == null) {
        continue;
      }
      Optional<DriftMeasures> m = feature.measures();
      table =
          table.row(
              named(name),
              verdict(feature.verdict()),
              m.<Object>map(x -> Cell.number(x.psi(), 3)).orElse("-"),
              m.<Object>map(x -> Cell.number(x.psiCritical(), 3)).orElse("-"),
              m.flatMap(DriftMeasures::ks)
                  .<Object>map(ks -> Cell.number((ks.low() + ks.high()) / 2, 3))
                  .orElse("-"),
              m.<Object>map(x -> Cell.percent(x.missingLive())).orElse("-"),
              m.<Object>map(x -> Cell.percent(x.unseenLive())).orElse("-"));
    }
    return table;
  }

  private static Cell verdict(DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Drifted) {
      return Cell.badge(Status.FAIL, "drifted");
    }
    return verdict instanceof DriftVerdict.Stable
        ? Cell.badge(Status.PASS, "stable")
        : Cell.badge(Status.NO_DATA, "not enough data");
  }

  private static Table why(Map<String, FeatureDrift> features, List<String> order) {
    Table table =
        Table.of("Feature", "Values", "In training", "Now", "Part of the PSI")
            .caption("Why: the values that contribute most");
    for (String name : order) {
      FeatureDrift feature = features.get(name);
      if (feature != null && feature.measures().isPresent()) {
        for (DriftMeasures.CellShift cell : feature.measures().get().why()) {
          table =
              table.row(
                  named(name),
                  cell.label(),
                  Cell.percent(cell.reference()),
                  Cell.percent(cell.live()),
                  Cell.number(cell.contribution(), 3));
        }
      }
    }
    return table;
  }

  private static Section distributions(Baseline baseline, DriftCounts counts, List<String> order) {
    Section section = Section.titled("Distributions: training and live, since the first answer");
    List<FeatureCells> cells = new ArrayList<>(baseline.features());
    baseline.scores().ifPresent(cells::add);
    cells.sort(
        Comparator.comparingInt(
            c -> order.contains(c.feature()) ? order.indexOf(c.feature()) : order.size()));
    for (FeatureCells feature : cells.subList(0, Math.min(CHARTS, cells.size()))) {
      Optional<long[]> live = counts.cells(feature.feature());
      if (live.isPresent() && live.get().length == feature.size()) {
        section = section.add(chart(feature, live.get()));
      }
    }
    return section;
  }

  /** Intervals in their order; of categories the ones with most on either side. */
  private static Block chart(FeatureCells feature, long[] live) {
    double[] before = shares(feature.reference());
    double[] now = shares(live);
    List<Integer> shown =
        IntStream.range(0, feature.size())
            .filter(i -> before[i] > 0 || now[i] > 0)
            .boxed()
            .toList();
    if (feature.ordered() == 0) {
      shown =
          shown.stream()
              .sorted(Comparator.comparingDouble((Integer i) -> -Math.max(before[i], now[i])))
              .limit(BARS)
              .toList();
    }
    List<String> labels = shown.stream().map(feature::label).toList();
    return BarChart.titled(named(feature.feature()), labels)
        .valueLabel("share")
        .bars("training", shown.stream().mapToDouble(i -> before[i]).toArray())
        .bars("live", shown.stream().mapToDouble(i -> now[i]).toArray());
  }

  private static double[] shares(long[] counts) {
    double sum = 0;
    for (long count : counts) {
      sum += count;
    }
    double all = Math.max(1, sum);
    return IntStream.range(0, counts.length).mapToDouble(i -> counts[i] / all).toArray();
  }
}
