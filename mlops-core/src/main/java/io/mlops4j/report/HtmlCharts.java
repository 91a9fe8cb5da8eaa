package io.mlops4j.report;

import java.util.List;
import java.util.Map;

/**
 * Writes a chart as a figure: title, legend, and the picture twice, for wide and for narrow
 * screens, of which the style sheet shows one. Scaling one picture instead would make labels
 * unreadable.
 */
final class HtmlCharts {
  private static final int WIDE = 812;
  private static final int NARROW = 388;
  private static final int SQUARE = 520;

  private final Markup out;
  private int ids;

  HtmlCharts(Markup out) {
    this.out = out;
  }

  void write(Block block) {
    out.open("figure");
    if (block instanceof LineChart chart) {
      out.leaf("figcaption", chart.title());
      if (isEmpty(chart.series())) {
        empty();
      } else {
        legend(chart.series(), "key", chart.thresholds());
        for (int width : new int[] {WIDE, NARROW}) {
          Canvas canvas = begin(width, 300, kind(width), chart.title(), chart.series());
          new XyPlot(canvas, width, 300).draw(chart);
          canvas.end();
        }
      }
    } else if (block instanceof ScatterChart chart) {
      out.leaf("figcaption", chart.title());
      if (isEmpty(chart.series())) {
        empty();
      } else {
        legend(chart.series(), "key box", Map.of());
        int wide = chart.diagonal() ? SQUARE : WIDE;
        for (int width : new int[] {wide, NARROW}) {
          int height = chart.diagonal() ? width - 20 : 340;
          String kind = kind(width) + (chart.diagonal() ? " square" : "");
          Canvas canvas = begin(width, height, kind, chart.title(), chart.series());
          new XyPlot(canvas, width, height).draw(chart);
          canvas.end();
        }
      }
    } else if (block instanceof BarChart chart) {
      out.leaf("figcaption", chart.title());
      if (isEmpty(chart.series())) {
        empty();
      } else {
        bars(chart);
      }
    } else if (block instanceof IntervalChart chart) {
      out.leaf("figcaption", chart.title());
      if (chart.series().stream().allMatch(HtmlCharts::hasNoInterval)) {
        empty();
      } else {
        intervals(chart);
      }
    } else if (block instanceof ParallelChart chart) {
      parallel(chart);
    } else if (block instanceof CurveChart chart) {
      curves(chart);
    }
    out.close().newLine();
  }

  private void parallel(ParallelChart chart) {
    out.leaf("figcaption", chart.title());
    if (chart.lines().isEmpty()) {
      empty();
      return;
    }
    String last = chart.axes().get(chart.axes().size() - 1).name();
    out.open("ul", "class", "legend").open("li").text("low");
    out.leaf("span", "", "class", "key ramp")
        .text("high " + CleanText.fit(last, 60))
        .close()
        .close()
        .newLine();
    String described = Numbers.count(chart.lines().size()) + " lines over " + chart.axes().size();
    for (int width : new int[] {WIDE, NARROW}) {
      Canvas canvas =
          new Canvas(out)
              .begin(
                  "g" + ++ids,
                  kind(width),
                  width,
                  ParallelPlot.HEIGHT,
                  chart.title(),
                  described + " axes");
      new ParallelPlot(canvas, chart, width).draw();
      canvas.end();
    }
    int left = chart.lines().size() - ParallelPlot.MAX_LINES;
    if (left > 0) {
      out.leaf("p", Numbers.count(left) + " more lines are not drawn.", "class", "more");
    }
  }

  private void curves(CurveChart chart) {
    out.leaf("figcaption", chart.title());
    List<Series> all = CurveChart.all(chart.series(), chart.others());
    if (isEmpty(all)) {
      empty();
      return;
    }
    legend(chart.series(), "key", Map.of());
    for (int width : new int[] {WIDE, NARROW}) {
      Canvas canvas = begin(width, 300, kind(width), chart.title(), chart.series());
      new XyPlot(canvas, width, 300).draw(chart);
      canvas.end();
    }
    if (!chart.others().isEmpty()) {
      String more = Numbers.count(chart.others().size());
      out.leaf("p", "In grey: " + more + " more.", "class", "more");
    }
  }

  private void bars(BarChart chart) {
    legend(chart.series(), "key box", Map.of());
    for (int width : new int[] {WIDE, NARROW}) {
      int height = BarPlot.height(chart);
      Canvas canvas = begin(width, height, kind(width), chart.title(), chart.series());
      new BarPlot(canvas, chart, width).draw();
      canvas.end();
    }
    int left = chart.categories().size() - BarPlot.MAX_BARS;
    if (chart.edges().isEmpty() && left > 0) {
      out.leaf("p", Numbers.count(left) + " more categories are not drawn.", "class", "more");
    }
  }

  private void intervals(IntervalChart chart) {
    legend(chart.series(), "key box", chart.references());
    for (int width : new int[] {WIDE, NARROW}) {
      int height = IntervalPlot.height(chart);
      Canvas canvas = begin(width, height, kind(width), chart.title(), chart.series());
      new IntervalPlot(canvas, chart, width).draw();
      canvas.end();
    }
    int left = chart.rows().size() - IntervalPlot.MAX_ROWS;
    if (left > 0) {
      out.leaf("p", Numbers.count(left) + " more rows are not drawn.", "class", "more");
    }
  }

  private static boolean hasNoInterval(Series series) {
    for (int row = 0; row < series.y().size(); row++) {
      if (IntervalPlot.isComplete(series, row)) {
        return false;
      }
    }
    return true;
  }

  private static String kind(int width) {
    return width == NARROW ? "narrow" : "wide";
  }

  private Canvas begin(int width, int height, String kind, String title, List<Series> series) {
    StringBuilder description = new StringBuilder();
    for (Series one : series) {
      Range range = new Range();
      one.y().forEach(range::add);
      description.append(description.length() == 0 ? "" : "; ");
      description.append(one.name().isEmpty() ? "values" : CleanText.fit(one.name(), 60));
      if (range.isEmpty()) {
        description.append(": no data");
      } else {
        description.append(": ").append(Numbers.count(one.y().size())).append(" points, from ");
        description.append(Numbers.number(range.low)).append(" to ");
        description.append(Numbers.number(range.high));
      }
    }
    return new Canvas(out).begin("g" + ++ids, kind, width, height, title, description.toString());
  }

  private void legend(List<Series> series, String key, Map<String, Double> thresholds) {
    boolean one = series.size() == 1 && thresholds.isEmpty();
    if (one && series.get(0).name().isEmpty()) {
      return;
    }
    out.open("ul", "class", "legend");
    for (int s = 0; s < series.size(); s++) {
      if (series.get(s).name().isEmpty()) {
        continue; // a colour without a name explains nothing
      }
      out.open("li").leaf("span", "", "class", key + " " + Canvas.colour(s));
      String name = series.get(s).name();
      out.text(isEmpty(series.subList(s, s + 1)) ? name + " (no data)" : name).close();
    }
    thresholds.forEach(
        (name, level) ->
            out.open("li")
                .leaf("span", "", "class", "key dash")
                .text(name + " (" + Numbers.number(level) + ")")
                .close());
    out.close().newLine();
  }

  private void empty() {
    out.leaf("p", "no data", "class", "empty");
  }

  /** Whether there is no point with a finite position and value. */
  private static boolean isEmpty(List<Series> series) {
    return series.stream()
        .allMatch(
            one -> Points.sorted(one).stream().noneMatch(point -> Double.isFinite(point.y())));
  }
}
