package io.mlops4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Charts in a terminal: a spark line per series, bars of blocks, points as a table. */
final class TextCharts {
  private static final String LEVELS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";
  private static final int SPARK_WIDTH = 24;
  private static final int BAR_WIDTH = 40;
  private static final int NAME_WIDTH = 24;
  private static final int MAX_POINTS = 20;
  static final int MAX_BARS = 60;

  private TextCharts() {}

  static List<String> lines(Block chart) {
    List<String> lines = new ArrayList<>();
    if (chart instanceof LineChart line) {
      lines.add(titled(line.title(), line.yLabel()));
      sparks(lines, line);
    } else if (chart instanceof BarChart bars) {
      lines.add(titled(bars.title(), bars.valueLabel()));
      bars(lines, bars);
    } else if (chart instanceof IntervalChart intervals) {
      lines.add(titled(intervals.title(), intervals.valueLabel()));
      intervals(lines, intervals);
    } else if (chart instanceof CurveChart curves) {
      lines.add(titled(curves.title(), curves.yLabel()));
      sparks(lines, new LineChart(curves.title(), "", "", curves.series(), Map.of(), Map.of()));
      if (!curves.others().isEmpty()) {
        lines.add("  (" + Numbers.count(curves.others().size()) + " more lines)");
      }
    } else if (chart instanceof ParallelChart parallel) {
      lines.add(parallel.title());
      across(lines, parallel);
    } else if (chart instanceof ScatterChart scatter) {
      lines.add(scatter.title());
      points(lines, scatter);
    }
    if (lines.size() == 1) {
      lines.add("  no data");
    }
    return lines;
  }

  private static String titled(String title, String unit) {
    return unit.isEmpty() ? title : title + " (" + unit + ")";
  }

  private static void sparks(List<String> lines, LineChart chart) {
    TextTable table = new TextTable(false, false, false, false, false);
    boolean any = false;
    for (Series series : chart.series()) {
      List<Double> values = new ArrayList<>();
      Points.sorted(series).forEach(point -> values.add(point.y()));
      List<Double> finite = values.stream().filter(Double::isFinite).toList();
      if (finite.isEmpty()) {
        table.row(List.of("  " + name(series), "no data", "", "", ""));
      } else {
        double min = finite.stream().mapToDouble(v -> v).min().orElse(0);
        double max = finite.stream().mapToDouble(v -> v).max().orElse(0);
        table.row(
            List.of(
                "  " + name(series),
                spark(values, min, max),
                "min " + Numbers.number(min),
                "max " + Numbers.number(max),
                "last " + Numbers.number(finite.get(finite.size() - 1))));
      }
      any = true;
    }
    if (any) {
      lines.addAll(table.lines(TextRenderer.WIDTH, false));
      chart
          .thresholds()
          .forEach((name, level) -> lines.add("  " + name + " at " + Numbers.number(level)));
    }
  }

  /** One block per column: the mean of the finite values that fall into it, a space for none. */
  private static String spark(List<Double> values, double min, double max) {
    int columns = Math.min(SPARK_WIDTH, values.size());
    StringBuilder out = new StringBuilder();
    for (int c = 0; c < columns; c++) {
      int from = (int) ((long) c * values.size() / columns);
      int to = (int) ((long) (c + 1) * values.size() / columns);
      double mean =
          values.subList(from, to).stream()
              .filter(Double::isFinite)
              .mapToDouble(v -> v / 2) // halves: a range of the largest doubles must not overflow
              .average()
              .orElse(Double.NaN);
      double range = max / 2 - min / 2;
      int level = range > 0 ? (int) Math.round((mean - min / 2) / range * 7) : 3;
      out.append(Double.isNaN(mean) ? ' ' : LEVELS.charAt(Math.max(0, Math.min(7, level))));
    }
    return out.toString();
  }

  private static void bars(List<String> lines, BarChart chart) {
    double longest = 0;
    for (Series series : chart.series()) {
      for (double value : series.y()) {
        longest = Double.isFinite(value) ? Math.max(longest, Math.abs(value)) : longest;
      }
    }
    int shown = chart.series().isEmpty() ? 0 : Math.min(chart.categories().size(), MAX_BARS);
    List<List<String>> labels = BarPlot.labels(chart, shown);
    boolean named = chart.series().size() > 1;
    TextTable table = new TextTable(false, false, true, false);
    for (int c = 0; c < shown; c++) {
      for (int s = 0; s < chart.series().size(); s++) {
        Series series = chart.series().get(s);
        double value = series.y().get(c);
        boolean finite = Double.isFinite(value);
        double share = finite && longest > 0 ? Math.abs(value) / longest : 0;
        table.row(
            List.of(
                "  " + (s == 0 ? CleanText.fit(chart.categories().get(c), NAME_WIDTH) : ""),
                named ? name(series) : "",
                labels.get(s).get(c),
                "\u2588".repeat((int) Math.round(share * BAR_WIDTH))));
      }
    }
    if (shown > 0) {
      lines.addAll(table.lines(TextRenderer.WIDTH, false));
    }
    if (shown > 0 && chart.categories().size() > shown) {
      lines.add("  (" + Numbers.count(chart.categories().size() - shown) + " more)");
    }
  }

  /** A line per estimate: dashes from end to end, o at the value, | at the references. */
  private static void intervals(List<String> lines, IntervalChart chart) {
    int shown = Math.min(chart.rows().size(), IntervalPlot.MAX_ROWS);
    Range range = IntervalPlot.range(chart, shown);
    if (shown == 0 || chart.series().isEmpty() || range.isEmpty()) {
      return;
    }
    List<List<String>> labels = IntervalPlot.labels(chart, shown);
    boolean named = chart.series().size() > 1;
    TextTable table = new TextTable(false, false, false, false);
    for (int r = 0; r < shown; r++) {
      for (int s = 0; s < chart.series().size(); s++) {
        Series series = chart.series().get(s);
        table.row(
            List.of(
                "  " + (s == 0 ? CleanText.fit(chart.rows().get(r), NAME_WIDTH) : ""),
                named ? name(series) : "",
                interval(series, r, range, chart),
                labels.get(s).get(r)));
      }
    }
    lines.addAll(table.lines(TextRenderer.WIDTH, false));
    chart.references().forEach((name, at) -> lines.add("  " + name + " at " + Numbers.number(at)));
    if (chart.rows().size() > shown) {
      lines.add("  (" + Numbers.count(chart.rows().size() - shown) + " more)");
    }
  }

  private static String interval(Series series, int row, Range range, IntervalChart chart) {
    char[] line = new char[BAR_WIDTH];
    Arrays.fill(line, ' ');
    chart.references().values().stream()
        .filter(Double::isFinite)
        .forEach(at -> line[column(at, range)] = '|');
    if (IntervalPlot.isComplete(series, row)) {
      int from = column(series.low().get(row), range);
      int to = column(series.high().get(row), range);
      for (int c = from; c <= to; c++) {
        line[c] = line[c] == '|' ? '+' : '-';
      }
      line[column(series.y().get(row), range)] = 'o';
    }
    return new String(line);
  }

  private static int column(double value, Range range) {
    double span = range.high / 2 - range.low / 2; // halves: the largest doubles must not overflow
    double share = span > 0 ? (value / 2 - range.low / 2) / span : 0.5;
    return (int) Math.max(0, Math.min(BAR_WIDTH - 1, Math.round(share * (BAR_WIDTH - 1))));
  }

  /** A row per line, as a table: a terminal has no room for crossings. */
  private static void across(List<String> lines, ParallelChart chart) {
    boolean[] right = new boolean[chart.axes().size() + 1];
    for (int a = 0; a < chart.axes().size(); a++) {
      right[a + 1] = chart.axes().get(a).categories().isEmpty();
    }
    TextTable table = new TextTable(right);
    List<String> head = new ArrayList<>(List.of("  line"));
    chart.axes().forEach(axis -> head.add(CleanText.fit(axis.name(), NAME_WIDTH)));
    table.row(head);
    int shown = Math.min(MAX_POINTS, chart.lines().size());
    for (ParallelChart.Line line : chart.lines().subList(0, shown)) {
      List<String> row = new ArrayList<>(List.of("  " + CleanText.fit(line.name(), NAME_WIDTH)));
      for (int a = 0; a < chart.axes().size(); a++) {
        row.add(CleanText.fit(ParallelPlot.shown(chart, a, line.values().get(a)), NAME_WIDTH));
      }
      table.row(row);
    }
    if (shown > 0) {
      lines.addAll(table.lines(TextRenderer.WIDTH, false));
    }
    if (chart.lines().size() > shown) {
      lines.add("  (" + Numbers.count(chart.lines().size() - shown) + " more lines)");
    }
  }

  private static void points(List<String> lines, ScatterChart chart) {
    TextTable table = new TextTable(false, true, true);
    String x = chart.xLabel().isEmpty() ? "x" : chart.xLabel();
    String y = chart.yLabel().isEmpty() ? "y" : chart.yLabel();
    table.row(List.of("  series", x, y));
    int count = 0;
    List<String> names = new ArrayList<>();
    List<Cell> xs = new ArrayList<>();
    List<Cell> ys = new ArrayList<>();
    for (Series series : chart.series()) {
      for (Points.Point point : Points.sorted(series)) {
        if (count++ < MAX_POINTS) {
          names.add("  " + name(series));
          xs.add(Cell.of(point.x()));
          ys.add(Cell.of(point.y()));
        }
      }
    }
    List<String> shownX = Cells.shown(xs);
    List<String> shownY = Cells.shown(ys);
    for (int i = 0; i < names.size(); i++) {
      table.row(List.of(names.get(i), shownX.get(i), shownY.get(i)));
    }
    if (count > 0) {
      lines.addAll(table.lines(TextRenderer.WIDTH, false));
    }
    if (count > MAX_POINTS) {
      lines.add("  (" + Numbers.count(count - MAX_POINTS) + " more points)");
    }
  }

  private static String name(Series series) {
    return CleanText.fit(series.name().isEmpty() ? "(unnamed)" : series.name(), NAME_WIDTH);
  }
}
