package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Draws line and scatter charts. */
final class XyPlot {
  private static final double TOP = 28;
  private static final double MARKER_ROW = 16;
  private static final int MARKER_ROWS = 3;
  private static final double BOTTOM = 46;
  private static final double RIGHT = 26;
  private static final int MAX_DOTS = 40;

  private final Canvas canvas;
  private final int width;
  private final int height;
  private int maxDots = MAX_DOTS;

  XyPlot(Canvas canvas, int width, int height) {
    this.canvas = canvas;
    this.width = width;
    this.height = height;
  }

  private void draw(LineChart chart, int behind) {
    Range xs = new Range();
    Range ys = new Range();
    boolean timed = !chart.series().isEmpty() && chart.series().get(0).timed();
    List<List<Points.Point>> lines = chart.series().stream().map(Points::sorted).toList();
    lines.forEach(line -> line.forEach(point -> add(point, xs, ys)));
    chart.thresholds().values().forEach(ys::add);
    if (xs.isEmpty()) {
      return;
    }
    chart.markers().values().forEach(xs::add);
    ys.addNearZero();
    Scale y = Scale.numeric(ys.low, ys.high, height / 55, true);
    double left = Frame.marginFor(y);
    Scale x =
        timed
            ? TimeTicks.scale(xs.low, xs.high, (int) (width - left) / 75)
            : Scale.numeric(xs.low, xs.high, (int) (width - left) / 75, false);
    List<Marker> markers = placed(chart.markers(), x, left);
    int rows = 0;
    for (Marker marker : markers) {
      rows = Math.max(rows, Math.min(MARKER_ROWS, marker.row() + 1));
    }
    double top = top(chart.yLabel()) + MARKER_ROW * rows;
    Frame frame = new Frame(x, y, left, width - RIGHT, top, height - BOTTOM);
    frame.drawAxes(
        canvas, timed ? timeLabel(chart.xLabel(), x) : chart.xLabel(), chart.yLabel(), false);
    draw(markers, frame);
    for (int s = 0; s < lines.size(); s++) {
      band(frame, lines.get(s), colour(s, behind));
    }
    for (double level : chart.thresholds().values()) {
      if (Double.isFinite(level)) {
        canvas.line("threshold", frame.left(), frame.py(level), frame.right(), frame.py(level));
      }
    }
    for (int s = 0; s < lines.size(); s++) {
      line(frame, lines.get(s), colour(s, behind), chart.series().get(s));
    }
  }

  /** Lines behind come first, without a colour. */
  private static String colour(int series, int behind) {
    return series < behind ? "behind" : Canvas.colour(series - behind);
  }

  /** As a line chart, the grey lines first and thin. */
  void draw(CurveChart chart) {
    int behind = chart.others().size();
    LineChart lines =
        new LineChart(
            chart.title(),
            chart.xLabel(),
            chart.yLabel(),
            CurveChart.all(chart.series(), chart.others()),
            Map.of(),
            Map.of());
    maxDots = 0;
    draw(lines, behind);
  }

  void draw(LineChart chart) {
    draw(chart, 0);
  }

  void draw(ScatterChart chart) {
    Range xs = new Range();
    Range ys = new Range();
    List<List<Points.Point>> clouds =
        chart.series().stream().map(series -> Points.thinned(Points.sorted(series))).toList();
    clouds.forEach(cloud -> cloud.forEach(point -> add(point, xs, ys)));
    if (xs.isEmpty()) {
      return;
    }
    xs.addNearZero();
    ys.addNearZero();
    if (chart.diagonal()) {
      xs.add(ys.low);
      xs.add(ys.high);
      ys.add(xs.low);
      ys.add(xs.high);
    }
    Scale y = Scale.numeric(ys.low, ys.high, Math.max(5, height / 75), true);
    double left = Frame.marginFor(y);
    Scale x =
        chart.diagonal()
            ? y
            : Scale.numeric(xs.low, xs.high, Math.max(4, (int) (width - left) / 75), true);
    Frame frame = new Frame(x, y, left, width - RIGHT, top(chart.yLabel()), height - BOTTOM);
    frame.drawAxes(canvas, chart.xLabel(), chart.yLabel(), true);
    if (chart.diagonal()) {
      canvas.line(
          "threshold",
          frame.px(x.low()),
          frame.py(x.low()),
          frame.px(x.high()),
          frame.py(x.high()));
    }
    for (int s = 0; s < clouds.size(); s++) {
      cloud(frame, clouds.get(s), Canvas.colour(s), chart.series().get(s), chart.joined());
    }
  }

  private void cloud(
      Frame frame, List<Points.Point> points, String colour, Series series, boolean joined) {
    if (joined) {
      canvas.polyline("line " + colour, pixels(frame, points));
    }
    double radius = points.size() > 200 ? 2 : points.size() > MAX_DOTS ? 3 : 4;
    for (Points.Point point : points) {
      if (Double.isFinite(point.low()) && Double.isFinite(point.high())) {
        double at = frame.px(point.x());
        canvas.line("whisker " + colour, at, frame.py(point.low()), at, frame.py(point.high()));
      }
    }
    for (Points.Point point : points) {
      String kind = (points.size() > MAX_DOTS ? "cloud " : "dot ") + colour;
      canvas.circle(kind, frame.px(point.x()), frame.py(point.y()), radius, tip(point, series));
    }
  }

  private void line(Frame frame, List<Points.Point> points, String colour, Series series) {
    boolean dots = points.size() <= maxDots;
    for (List<Points.Point> run : runs(points, false)) {
      if (run.size() > 1) {
        canvas.polyline("line " + colour, Points.m4(pixels(frame, run)));
      }
      if (dots || run.size() == 1) {
        for (Points.Point point : run) {
          double radius = run.size() == 1 ? 4 : 3;
          canvas.circle(
              "dot " + colour,
              frame.px(point.x()),
              frame.py(point.y()),
              radius,
              tip(point, series));
        }
      }
    }
  }

  private void band(Frame frame, List<Points.Point> points, String colour) {
    for (List<Points.Point> run : runs(points, true)) {
      List<double[]> upper = new ArrayList<>();
      List<double[]> lower = new ArrayList<>();
      for (Points.Point point : run) {
        upper.add(new double[] {frame.px(point.x()), frame.py(point.high())});
        lower.add(new double[] {frame.px(point.x()), frame.py(point.low())});
      }
      List<double[]> outline = new ArrayList<>(Points.m4(upper));
      List<double[]> back = Points.m4(lower);
      for (int i = back.size() - 1; i >= 0; i--) {
        outline.add(back.get(i));
      }
      canvas.polygon("band " + colour, outline);
    }
  }

  /** A named position with the place of its label: rows count upwards from the plot. */
  private record Marker(String name, double at, double middle, int row) {}

  /** Markers from left to right; a label that would touch another goes one row up. */
  private List<Marker> placed(Map<String, Double> markers, Scale x, double left) {
    List<Marker> placed = new ArrayList<>();
    double[] ends = new double[MARKER_ROWS];
    for (Map.Entry<String, Double> marker :
        markers.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList()) {
      if (Double.isFinite(marker.getValue())) {
        double at = x.pixel(marker.getValue(), left, width - RIGHT);
        String name = CleanText.fit(marker.getKey(), 24);
        double half = Canvas.width(name) / 2;
        double middle = Math.max(half, Math.min(width - half, at));
        int row = 0;
        while (row < MARKER_ROWS && middle - half < ends[row]) {
          row++;
        }
        if (row < MARKER_ROWS) {
          ends[row] = middle + half + 6;
        }
        placed.add(new Marker(name, at, middle, row));
      }
    }
    return placed;
  }

  private void draw(List<Marker> markers, Frame frame) {
    for (Marker marker : markers) {
      boolean labelled = marker.row() < MARKER_ROWS;
      double top = frame.top() - 6 - MARKER_ROW * (labelled ? marker.row() : 0);
      canvas.line("marker", marker.at(), top, marker.at(), frame.bottom());
      if (labelled) {
        canvas.text("tick", marker.middle(), top - 4, "middle", marker.name());
      }
    }
  }

  /** The stretches without a gap, of the values or of the intervals. */
  private static List<List<Points.Point>> runs(List<Points.Point> points, boolean intervals) {
    List<List<Points.Point>> runs = new ArrayList<>();
    List<Points.Point> run = new ArrayList<>();
    for (Points.Point point : points) {
      boolean gap =
          intervals
              ? !Double.isFinite(point.low()) || !Double.isFinite(point.high())
              : !Double.isFinite(point.y());
      if (gap) {
        run = new ArrayList<>();
      } else {
        if (run.isEmpty()) {
          runs.add(run);
        }
        run.add(point);
      }
    }
    return runs;
  }

  private static List<double[]> pixels(Frame frame, List<Points.Point> points) {
    return points.stream()
        .map(point -> new double[] {frame.px(point.x()), frame.py(point.y())})
        .toList();
  }

  /** Without a label above the axis there is no need for its room. */
  static double top(String label) {
    return label.isEmpty() ? 10 : TOP;
  }

  private static void add(Points.Point point, Range xs, Range ys) {
    if (Double.isFinite(point.y())) {
      xs.add(point.x());
      ys.add(point.y());
      ys.add(point.low());
      ys.add(point.high());
    }
  }

  private static String timeLabel(String label, Scale x) {
    return label.isEmpty() ? TimeTicks.range(x) : label + ", " + TimeTicks.range(x);
  }

  private static String tip(Points.Point point, Series series) {
    String x = series.timed() ? TimeTicks.exact(point.x()) : Numbers.number(point.x());
    String value =
        Double.isFinite(point.low()) && Double.isFinite(point.high())
            ? Numbers.interval(point.y(), point.low(), point.high())
            : Numbers.number(point.y());
    return CleanText.fit(series.name(), 60) + "  " + x + ": " + value;
  }
}
