package io.mlops4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Draws parallel coordinates. */
final class ParallelPlot {
  /** More lines are a carpet; the most important come first. */
  static final int MAX_LINES = 500;

  static final int HEIGHT = 350;
  private static final double TOP = 46;
  private static final double BOTTOM = 22;
  private static final int FEW = 30;
  private static final int COLOURS = 5;
  private static final int MAX_CATEGORIES = 12;

  private final Canvas canvas;
  private final ParallelChart chart;
  private final int width;
  private final List<Scale> scales = new ArrayList<>();
  private final List<Boolean> logarithmic = new ArrayList<>();

  ParallelPlot(Canvas canvas, ParallelChart chart, int width) {
    this.canvas = canvas;
    this.chart = chart;
    this.width = width;
  }

  void draw() {
    int shown = Math.min(MAX_LINES, chart.lines().size());
    for (int a = 0; a < chart.axes().size(); a++) {
      scale(a, shown);
    }
    double[] at = positions();
    // The most important line is drawn last, on top.
    List<ParallelChart.Line> lines = new ArrayList<>(chart.lines().subList(0, shown));
    String kind = shown <= FEW ? "few " : "many ";
    for (int l = lines.size() - 1; l >= 0; l--) {
      line(lines.get(l), at, kind + "ramp" + colour(lines.get(l)));
    }
    for (int a = 0; a < chart.axes().size(); a++) {
      axis(a, at);
    }
  }

  private void scale(int a, int shown) {
    Range range = new Range();
    boolean positive = true;
    for (int l = 0; l < shown; l++) {
      double value = chart.lines().get(l).values().get(a);
      if (Double.isFinite(value)) {
        range.add(value);
        positive &= value > 0;
      }
    }
    List<String> categories = chart.axes().get(a).categories();
    boolean log = categories.isEmpty() && positive && range.high >= range.low * 1_000;
    logarithmic.add(log);
    if (!categories.isEmpty()) {
      scales.add(categories(categories));
    } else if (log) {
      scales.add(decades(Math.log10(range.low), Math.log10(range.high)));
    } else {
      scales.add(Scale.numeric(range.low, range.high, 5, true));
    }
  }

  private static Scale categories(List<String> categories) {
    List<Tick> ticks = new ArrayList<>();
    int step = Math.max(1, (categories.size() + MAX_CATEGORIES - 1) / MAX_CATEGORIES);
    for (int c = 0; c < categories.size(); c += step) {
      ticks.add(new Tick(c, CleanText.fit(categories.get(c), 14)));
    }
    return new Scale(-0.5, categories.size() - 0.5, ticks);
  }

  /** Powers of ten; the axis reaches to whole ones. */
  private static Scale decades(double from, double to) {
    int low = (int) Math.floor(from + 1e-9);
    int high = (int) Math.ceil(to - 1e-9);
    int step = Math.max(1, (high - low + 5) / 6);
    List<Tick> ticks = new ArrayList<>();
    for (int power = low; power <= high; power += step) {
      ticks.add(new Tick(power, Numbers.number(Math.pow(10, power))));
    }
    return new Scale(low, high, ticks);
  }

  /** Room for the labels of the first axis at its left, and of the last at its right. */
  private double[] positions() {
    int axes = chart.axes().size();
    double left = 12;
    double right = width - 12;
    if (axes > 0) {
      left = Math.min(width / 4.0, Math.max(12, Frame.marginFor(scales.get(0))));
      right = width - Math.min(width / 4.0, Math.max(12, Frame.marginFor(scales.get(axes - 1))));
    }
    double[] at = new double[axes];
    for (int a = 0; a < axes; a++) {
      at[a] = axes == 1 ? (left + right) / 2 : left + (right - left) * a / (axes - 1);
    }
    return at;
  }

  private void axis(int a, double[] at) {
    boolean last = a == at.length - 1;
    double bottom = HEIGHT - BOTTOM;
    canvas.line("axis strong", at[a], TOP, at[a], bottom);
    double room = at.length < 2 ? width : at[1] - at[0];
    String end = a == 0 ? "start" : last ? "end" : "middle";
    double namesAt = a == 0 ? 0 : last ? width : at[a];
    // Names of neighbours stand at two heights, so each has the room of two.
    int columns = (int) Math.max(4, (2 * room - 12) / Canvas.width("x"));
    String name = CleanText.fit(chart.axes().get(a).name(), columns);
    canvas.text("name", namesAt, a % 2 == 0 ? 12 : 30, end, name);
    for (Tick tick : scales.get(a).ticks()) {
      double y = scales.get(a).pixel(tick.at(), bottom, TOP);
      canvas.line("axis", last ? at[a] : at[a] - 4, y, last ? at[a] + 4 : at[a], y);
      int fit = (int) Math.max(3, (room - 14) / Canvas.width("x"));
      canvas.text(
          "tick halo",
          last ? at[a] + 8 : at[a] - 8,
          y + 4,
          last ? "start" : "end",
          CleanText.fit(tick.label(), fit));
    }
  }

  private void line(ParallelChart.Line line, double[] at, String kind) {
    List<double[]> points = new ArrayList<>();
    String tip = tip(line);
    for (int a = 0; a <= at.length; a++) {
      double value = a < at.length ? line.values().get(a) : Double.NaN;
      if (Double.isFinite(value)) {
        points.add(new double[] {at[a], y(a, value)});
      } else {
        if (points.size() > 1) {
          canvas.polyline("across " + kind, points, tip);
        }
        points.clear();
      }
    }
  }

  private double y(int a, double value) {
    double shown = logarithmic.get(a) ? Math.log10(value) : value;
    return scales.get(a).pixel(shown, HEIGHT - BOTTOM, TOP);
  }

  /** Which fifth of the last axis' lines it is in: by rank, so that one outlier changes little. */
  private int colour(ParallelChart.Line line) {
    int last = chart.axes().size() - 1;
    double value = last < 0 ? Double.NaN : line.values().get(last);
    if (!Double.isFinite(value)) {
      return COLOURS; // grey
    }
    List<Double> all =
        chart.lines().stream()
            .map(other -> other.values().get(last))
            .filter(Double::isFinite)
            .sorted(Comparator.naturalOrder())
            .toList();
    long below = all.stream().filter(other -> other < value).count();
    long same = all.stream().filter(other -> other.equals(value)).count();
    double share = (below + (same - 1) / 2.0) / Math.max(1, all.size() - 1);
    return (int) Math.min(COLOURS - 1, Math.floor(share * COLOURS));
  }

  private String tip(ParallelChart.Line line) {
    StringBuilder tip = new StringBuilder(CleanText.fit(line.name(), 60));
    for (int a = 0; a < chart.axes().size(); a++) {
      tip.append(a == 0 ? "  " : ", ").append(CleanText.fit(chart.axes().get(a).name(), 40));
      tip.append(": ").append(shown(chart, a, line.values().get(a)));
    }
    return tip.toString();
  }

  /** A value as people read it. */
  static String shown(ParallelChart chart, int axis, double value) {
    List<String> categories = chart.axes().get(axis).categories();
    boolean known = value >= 0 && value < categories.size() && value == Math.rint(value);
    if (known) {
      return categories.get((int) value);
    }
    return Double.isNaN(value) ? "-" : Numbers.number(value);
  }
}
