package io.mlops4j.report;

import java.util.List;

/**
 * Points of two numbers, such as a calibration plot. Intervals are drawn as whiskers.
 *
 * @param title what the chart shows, not blank
 * @param xLabel what runs to the right, or empty
 * @param yLabel what runs up, or empty
 * @param series the points
 * @param diagonal whether the line where both numbers are equal is drawn; both axes then have the
 *     same range
 * @param joined whether the points of a series are joined in the order of x
 */
public record ScatterChart(
    String title,
    String xLabel,
    String yLabel,
    List<Series> series,
    boolean diagonal,
    boolean joined)
    implements Block {
  /** Copies the list and refuses series over time. */
  public ScatterChart {
    title = CleanText.title(title, "title");
    xLabel = CleanText.line(xLabel, "xLabel");
    yLabel = CleanText.line(yLabel, "yLabel");
    series = List.copyOf(series);
    for (Series points : series) {
      if (points.timed()) {
        throw new IllegalArgumentException(
            "Chart '%s': series '%s' runs over time. Use a LineChart."
                .formatted(title, points.name()));
      }
    }
  }

  /**
   * Returns a chart without points.
   *
   * @param title what the chart shows, not blank
   * @return an empty chart
   */
  public static ScatterChart titled(String title) {
    return new ScatterChart(title, "", "", List.of(), false, false);
  }

  /**
   * Returns an empty calibration plot (reliability diagram): add predicted against observed shares.
   *
   * @param title what the chart shows, not blank
   * @return a chart with labelled axes, joined points and a diagonal
   */
  public static ScatterChart calibration(String title) {
    return new ScatterChart(title, "predicted", "observed", List.of(), true, true);
  }

  /**
   * Returns this chart with a name for what runs to the right.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public ScatterChart xLabel(String label) {
    return new ScatterChart(title, label, yLabel, series, diagonal, joined);
  }

  /**
   * Returns this chart with a name for what runs up.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public ScatterChart yLabel(String label) {
    return new ScatterChart(title, xLabel, label, series, diagonal, joined);
  }

  /**
   * Returns this chart with the line where both numbers are equal.
   *
   * @return a chart whose axes have the same range
   */
  public ScatterChart withDiagonal() {
    return new ScatterChart(title, xLabel, yLabel, series, true, joined);
  }

  /**
   * Returns this chart with more points.
   *
   * @param more the points
   * @return a chart with these points
   */
  public ScatterChart points(Series more) {
    return new ScatterChart(title, xLabel, yLabel, Lists.plus(series, more), diagonal, joined);
  }

  /**
   * Returns this chart with more points.
   *
   * @param name what the legend says
   * @param x positions, shape {@code [n]}
   * @param y values, shape {@code [n]}
   * @return a chart with these points
   */
  public ScatterChart points(String name, double[] x, double[] y) {
    return points(Series.of(name, x, y));
  }
}
