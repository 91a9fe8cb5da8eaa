package io.mlops4j.report;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Lines over a number or over time, with thresholds (horizontal) and markers (vertical).
 *
 * @param title what the chart shows, not blank
 * @param xLabel what runs to the right, or empty
 * @param yLabel what runs up, with its unit, or empty
 * @param series the lines; all over time or none
 * @param thresholds named levels of y
 * @param markers named positions of x, such as a change of version
 */
public record LineChart(
    String title,
    String xLabel,
    String yLabel,
    List<Series> series,
    Map<String, Double> thresholds,
    Map<String, Double> markers)
    implements Block {
  /** Copies the collections and checks that all series run over the same kind of x. */
  public LineChart {
    title = CleanText.title(title, "title");
    xLabel = CleanText.line(xLabel, "xLabel");
    yLabel = CleanText.line(yLabel, "yLabel");
    series = List.copyOf(series);
    thresholds = Lists.named(thresholds, "Threshold");
    markers = Lists.named(markers, "Marker");
    for (Series line : series) {
      if (line.timed() != series.get(0).timed()) {
        throw new IllegalArgumentException(
            "Chart '%s': series '%s' and '%s' do not both run over time."
                .formatted(title, series.get(0).name(), line.name()));
      }
    }
  }

  /**
   * Returns a chart without lines.
   *
   * @param title what the chart shows, not blank
   * @return an empty chart
   */
  public static LineChart titled(String title) {
    return new LineChart(title, "", "", List.of(), Map.of(), Map.of());
  }

  /**
   * Returns this chart with a name for what runs to the right.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public LineChart xLabel(String label) {
    return new LineChart(title, label, yLabel, series, thresholds, markers);
  }

  /**
   * Returns this chart with a name for what runs up.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public LineChart yLabel(String label) {
    return new LineChart(title, xLabel, label, series, thresholds, markers);
  }

  /**
   * Returns this chart with one more line.
   *
   * @param line the line
   * @return a chart with that line
   * @throws IllegalArgumentException if it does not run over the same kind of x as the others
   */
  public LineChart series(Series line) {
    return new LineChart(title, xLabel, yLabel, Lists.plus(series, line), thresholds, markers);
  }

  /**
   * Returns this chart with one more line over numbers.
   *
   * @param name what the legend says
   * @param x positions, shape {@code [n]}
   * @param y values, shape {@code [n]}
   * @return a chart with that line
   */
  public LineChart series(String name, double[] x, double[] y) {
    return series(Series.of(name, x, y));
  }

  /**
   * Returns this chart with one more line over time.
   *
   * @param name what the legend says
   * @param times when, {@code n} of them
   * @param y values, shape {@code [n]}
   * @return a chart with that line
   */
  public LineChart series(String name, List<Instant> times, double[] y) {
    return series(Series.of(name, times, y));
  }

  /**
   * Returns this chart with a horizontal dashed line.
   *
   * @param name what the level means
   * @param level the value of y
   * @return a chart with that threshold
   */
  public LineChart threshold(String name, double level) {
    var more = Lists.plus(thresholds, name, level, "Threshold");
    return new LineChart(title, xLabel, yLabel, series, more, markers);
  }

  /**
   * Returns this chart with a vertical line at a number.
   *
   * @param name what happened there
   * @param x the position
   * @return a chart with that marker
   */
  public LineChart marker(String name, double x) {
    var more = Lists.plus(markers, name, x, "Marker");
    return new LineChart(title, xLabel, yLabel, series, thresholds, more);
  }

  /**
   * Returns this chart with a vertical line at a time.
   *
   * @param name what happened then
   * @param when the time
   * @return a chart with that marker
   */
  public LineChart marker(String name, Instant when) {
    return marker(name, Series.seconds(when));
  }
}
