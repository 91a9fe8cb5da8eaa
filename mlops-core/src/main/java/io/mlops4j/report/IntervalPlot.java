package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/** Draws interval charts. */
final class IntervalPlot {
  static final int MAX_ROWS = 80;
  private static final double TOP = 12;
  private static final double BOTTOM = 46;
  private static final double LINE = 16;
  private static final double GAP = 12;
  private static final double CAP = 4;

  private final Canvas canvas;
  private final IntervalChart chart;
  private final int width;
  private final int shown;
  private final List<List<String>> labels;

  IntervalPlot(Canvas canvas, IntervalChart chart, int width) {
    this.canvas = canvas;
    this.chart = chart;
    this.width = width;
    this.shown = Math.min(chart.rows().size(), MAX_ROWS);
    this.labels = labels(chart, shown);
  }

  static int height(IntervalChart chart) {
    int rows = Math.min(chart.rows().size(), MAX_ROWS);
    return (int) (TOP + BOTTOM + rows * (chart.series().size() * LINE + GAP));
  }

  /** Value and interval of every row of each series, as people read them. */
  static List<List<String>> labels(IntervalChart chart, int shown) {
    List<List<String>> labels = new ArrayList<>();
    for (Series series : chart.series()) {
      List<String> row = new ArrayList<>();
      for (int r = 0; r < shown; r++) {
        row.add(
            isComplete(series, r)
                ? Numbers.interval(series.y().get(r), series.low().get(r), series.high().get(r))
                : "no data");
      }
      labels.add(row);
    }
    return labels;
  }

  static boolean isComplete(Series series, int row) {
    return Double.isFinite(series.y().get(row))
        && Double.isFinite(series.low().get(row))
        && Double.isFinite(series.high().get(row));
  }

  /** From the lowest to the highest end and reference. */
  static Range range(IntervalChart chart, int shown) {
    Range range = new Range();
    for (Series series : chart.series()) {
      for (int r = 0; r < shown; r++) {
        if (isComplete(series, r)) {
          range.add(series.y().get(r));
          range.add(series.low().get(r));
          range.add(series.high().get(r));
        }
      }
    }
    chart.references().values().forEach(range::add);
    return range;
  }

  void draw() {
    double left = 12 + widest(chart.rows().subList(0, shown), 0.3);
    double widestValue = 0;
    for (List<String> row : labels) {
      widestValue = Math.max(widestValue, widest(row, 0.34));
    }
    double right = width - widestValue - 16;
    Range range = range(chart, shown);
    Scale x = Scale.numeric(range.low, range.high, Math.max(3, (int) (right - left) / 90), true);
    double bottom = height(chart) - BOTTOM;
    Frame frame = new Frame(x, Scale.numeric(0, 1, 1, false), left, right, TOP, bottom);
    for (Tick tick : x.ticks()) {
      double at = frame.px(tick.at());
      canvas.line("grid", at, TOP - 4, at, bottom);
      canvas.text("tick", at, bottom + 18, "middle", tick.label());
    }
    for (double reference : chart.references().values()) {
      if (Double.isFinite(reference)) {
        double at = frame.px(reference);
        canvas.line("threshold", at, TOP - 8, at, bottom);
      }
    }
    rows(frame);
    if (!chart.valueLabel().isEmpty()) {
      String label = CleanText.fit(chart.valueLabel(), (int) ((width - 20) / Canvas.width("x")));
      double half = Canvas.width(label) / 2;
      double middle = Math.max(half, Math.min(width - half, (left + right) / 2));
      canvas.text("label", middle, bottom + 38, "middle", label);
    }
  }

  private double widest(List<String> texts, double share) {
    double widest = 0;
    for (String text : texts) {
      widest = Math.max(widest, Canvas.width(text));
    }
    return Math.min(widest, width * share);
  }

  private void rows(Frame frame) {
    double y = TOP;
    int characters = (int) ((frame.left() - 12) / Canvas.width("x"));
    int room = (int) ((width - frame.right() - 16) / Canvas.width("x"));
    for (int r = 0; r < shown; r++) {
      double group = chart.series().size() * LINE;
      String name = CleanText.fit(chart.rows().get(r), characters);
      canvas.text("name", frame.left() - 12, y + group / 2 + 4, "end", name);
      for (int s = 0; s < chart.series().size(); s++) {
        double middle = y + s * LINE + LINE / 2;
        row(frame, r, s, middle);
        canvas.text(
            "value",
            frame.right() + 14,
            middle + 4,
            "start",
            CleanText.fit(labels.get(s).get(r), room));
      }
      y += group + GAP;
    }
  }

  private void row(Frame frame, int row, int s, double y) {
    Series series = chart.series().get(s);
    if (!isComplete(series, row)) {
      return;
    }
    String colour = Canvas.colour(s);
    double low = frame.px(series.low().get(row));
    double high = frame.px(series.high().get(row));
    canvas.line("whisker " + colour, low, y, high, y);
    canvas.line("whisker " + colour, low, y - CAP, low, y + CAP);
    canvas.line("whisker " + colour, high, y - CAP, high, y + CAP);
    String of = series.name().isEmpty() ? "" : CleanText.fit(series.name(), 60) + "  ";
    String name = CleanText.fit(chart.rows().get(row), 60);
    canvas.circle(
        "dot " + colour,
        frame.px(series.y().get(row)),
        y,
        4.5,
        of + name + ": " + labels.get(s).get(row));
  }
}
