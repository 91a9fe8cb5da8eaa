package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/** Draws bar charts: to the right per category, upwards per bin. */
final class BarPlot {
  static final int MAX_BARS = 60;
  private static final double BOTTOM = 46;
  private static final double RIGHT = 26;
  private static final double THICK = 16;
  private static final double GROUP_GAP = 12;

  private final Canvas canvas;
  private final BarChart chart;
  private final int width;
  private final int shown;
  private final Range values = new Range();
  private final List<List<String>> labels;

  BarPlot(Canvas canvas, BarChart chart, int width) {
    this.canvas = canvas;
    this.chart = chart;
    this.width = width;
    this.shown = Math.min(chart.categories().size(), MAX_BARS);
    for (Series series : chart.series()) {
      for (Points.Point point : Points.sorted(series)) {
        if (Double.isFinite(point.y())) {
          values.add(point.y());
          values.add(point.low());
          values.add(point.high());
        }
      }
    }
    values.add(0);
    labels = labels(chart, shown);
  }

  /** The values of each series, all with the same decimals where their sizes allow. */
  static List<List<String>> labels(BarChart chart, int shown) {
    List<Cell> cells = new ArrayList<>();
    for (Series series : chart.series()) {
      for (double value : series.y().subList(0, shown)) {
        cells.add(Double.isFinite(value) ? Cell.of(value) : Cell.of("no data"));
      }
    }
    List<String> all = Cells.shown(cells);
    List<List<String>> labels = new ArrayList<>();
    for (int s = 0; s < chart.series().size(); s++) {
      labels.add(all.subList(s * shown, (s + 1) * shown));
    }
    return labels;
  }

  static int height(BarChart chart) {
    if (!chart.edges().isEmpty()) {
      return 260;
    }
    int bars = Math.min(chart.categories().size(), MAX_BARS);
    return (int)
        (XyPlot.top(chart.categoryLabel())
            + BOTTOM
            + bars * (chart.series().size() * thick(chart) + GROUP_GAP));
  }

  private static double thick(BarChart chart) {
    return chart.series().size() > 1 ? THICK * 0.875 : THICK;
  }

  void draw() {
    if (chart.edges().isEmpty()) {
      horizontal();
    } else {
      histogram();
    }
  }

  private void horizontal() {
    double widest = 0;
    for (String name : chart.categories().subList(0, shown)) {
      widest = Math.max(widest, Canvas.width(name));
    }
    double left = Math.min(widest, width * 0.36) + 12;
    double top = XyPlot.top(chart.categoryLabel());
    double room = 10; // the value is written after the bar
    for (List<String> row : labels) {
      for (String value : row) {
        room = Math.max(room, Canvas.width(value) + 10);
      }
    }
    room = Math.min(room, width * 0.3);
    Scale x =
        Scale.numeric(values.low, values.high, Math.max(3, (int) (width - left - room) / 90), true);
    Frame frame =
        new Frame(
            x, Scale.numeric(0, 1, 1, false), left, width - room, top, height(chart) - BOTTOM);
    for (Tick tick : x.ticks()) {
      double at = frame.px(tick.at());
      canvas.line(tick.at() == 0 ? "axis" : "grid", at, top - 6, at, frame.bottom());
      canvas.text("tick", at, frame.bottom() + 18, "middle", tick.label());
    }
    int characters = (int) ((left - 12) / Canvas.width("x"));
    double thick = thick(chart);
    double y = top;
    for (int c = 0; c < shown; c++) {
      double group = chart.series().size() * thick;
      String name = CleanText.fit(chart.categories().get(c), characters);
      canvas.text("name", left - 10, y + group / 2 + 4, "end", name);
      for (int s = 0; s < chart.series().size(); s++) {
        rightwards(frame, c, s, y + s * thick, thick - 2);
      }
      y += group + GROUP_GAP;
    }
    if (!chart.valueLabel().isEmpty()) {
      canvas.text(
          "label",
          (left + frame.right()) / 2,
          frame.bottom() + 38,
          "middle",
          fit(chart.valueLabel()));
    }
    if (!chart.categoryLabel().isEmpty()) {
      canvas.text("label", 0, 12, "start", fit(chart.categoryLabel()));
    }
  }

  private void rightwards(Frame frame, int category, int s, double y, double thick) {
    Series series = chart.series().get(s);
    double value = series.y().get(category);
    if (!Double.isFinite(value)) {
      canvas.text("tick", frame.px(0) + 6, y + thick / 2 + 4, "start", "no data");
      return;
    }
    double zero = frame.px(0);
    double end = frame.px(value);
    canvas.bar(
        "bar " + Canvas.colour(s),
        Math.min(zero, end),
        y,
        Math.abs(end - zero),
        thick,
        tip(category, series));
    double after = Math.max(zero, end);
    if (hasInterval(series, category)) {
      double high = frame.px(series.high().get(category));
      canvas.line(
          "whisker", frame.px(series.low().get(category)), y + thick / 2, high, y + thick / 2);
      after = Math.max(after, high);
    }
    canvas.text("value", after + 6, y + thick / 2 + 4, "start", labels.get(s).get(category));
  }

  private void histogram() {
    Scale y = Scale.numeric(values.low, values.high, 4, true);
    double left = Frame.marginFor(y);
    List<Tick> edges = new ArrayList<>();
    for (int e = 0; e < chart.edges().size(); e++) {
      edges.add(new Tick(e, Numbers.number(chart.edges().get(e))));
    }
    Scale x = new Scale(0, chart.categories().size(), edges);
    Frame frame =
        new Frame(
            x, y, left, width - RIGHT, XyPlot.top(chart.valueLabel()), height(chart) - BOTTOM);
    frame.drawAxes(canvas, chart.categoryLabel(), chart.valueLabel(), false);
    int count = chart.series().size();
    double slot = (frame.right() - frame.left()) / chart.categories().size();
    double gap = Math.min(count > 1 ? 6 : 2, slot * 0.2);
    double thick = (slot - gap) / count;
    for (int c = 0; c < chart.categories().size(); c++) {
      for (int s = 0; s < count; s++) {
        upwards(frame, c, s, frame.px(c) + gap / 2 + s * thick, thick);
      }
    }
  }

  private void upwards(Frame frame, int bin, int s, double x, double thick) {
    Series series = chart.series().get(s);
    double value = series.y().get(bin);
    if (!Double.isFinite(value)) {
      return;
    }
    double zero = frame.py(0);
    double end = frame.py(value);
    canvas.bar(
        "bar " + Canvas.colour(s),
        x,
        Math.min(zero, end),
        thick,
        Math.abs(end - zero),
        tip(bin, series));
    if (hasInterval(series, bin)) {
      double middle = x + thick / 2;
      canvas.line(
          "whisker",
          middle,
          frame.py(series.low().get(bin)),
          middle,
          frame.py(series.high().get(bin)));
    }
  }

  private static boolean hasInterval(Series series, int index) {
    return !series.low().isEmpty()
        && Double.isFinite(series.low().get(index))
        && Double.isFinite(series.high().get(index));
  }

  private String tip(int category, Series series) {
    String name = CleanText.fit(chart.categories().get(category), 60);
    String of = series.name().isEmpty() ? "" : CleanText.fit(series.name(), 60) + "  ";
    return of + name + ": " + Numbers.number(series.y().get(category));
  }

  private String fit(String label) {
    return CleanText.fit(label, (int) (width * 0.6 / Canvas.width("x")));
  }
}
