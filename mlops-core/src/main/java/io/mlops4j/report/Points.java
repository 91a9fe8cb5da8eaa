package io.mlops4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The points of a series as charts draw them: in the order of x, few enough for a screen. */
final class Points {
  /** Beyond this many points a scatter chart is a blot; every k-th is drawn. */
  private static final int MAX_SCATTER = 2_000;

  private Points() {}

  /** One point; {@code low} and {@code high} are NaN where there is no interval. */
  record Point(double x, double y, double low, double high) {}

  /** All points with a finite x, stably sorted by it; y may be a gap. */
  static List<Point> sorted(Series series) {
    boolean interval = !series.low().isEmpty();
    List<Point> points = new ArrayList<>(series.x().size());
    for (int i = 0; i < series.x().size(); i++) {
      if (Double.isFinite(series.x().get(i))) {
        points.add(
            new Point(
                series.x().get(i),
                series.y().get(i),
                interval ? series.low().get(i) : Double.NaN,
                interval ? series.high().get(i) : Double.NaN));
      }
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }

  /** Every k-th finite point, at most {@link #MAX_SCATTER}. */
  static List<Point> thinned(List<Point> points) {
    List<Point> finite = points.stream().filter(point -> Double.isFinite(point.y())).toList();
    int step = (finite.size() + MAX_SCATTER - 1) / MAX_SCATTER;
    if (step <= 1) {
      return finite;
    }
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < finite.size(); i += step) {
      kept.add(finite.get(i));
    }
    return kept;
  }

  /**
   * Thins a line given in pixels so that it looks the same: per pixel column the first, lowest,
   * highest and last point stay (M4, Jugel et al. 2014, doi:10.14778/2732951.2732953).
   */
  static List<double[]> m4(List<double[]> line) {
    List<double[]> kept = new ArrayList<>();
    for (int from = 0; from < line.size(); ) {
      double column = Math.floor(line.get(from)[0]);
      int to = from;
      int lowest = from;
      int highest = from;
      while (to < line.size() && Math.floor(line.get(to)[0]) == column) {
        lowest = line.get(to)[1] < line.get(lowest)[1] ? to : lowest;
        highest = line.get(to)[1] > line.get(highest)[1] ? to : highest;
        to++;
      }
      int[] chosen = {from, Math.min(lowest, highest), Math.max(lowest, highest), to - 1};
      int previous = -1;
      for (int index : chosen) {
        if (index != previous) {
          kept.add(line.get(index));
        }
        previous = index;
      }
      from = to;
    }
    return kept;
  }
}
