package io.mlops4j.report;

import java.util.List;

/**
 * Many lines over numbers, such as the learning curves of runs: a few of them in colours with their
 * names, all others thin and grey behind them.
 *
 * @param title what the chart shows, not blank
 * @param xLabel what runs to the right, or empty
 * @param yLabel what runs up, with its unit, or empty
 * @param series the lines with names, the most important first
 * @param others the lines behind them
 */
public record CurveChart(
    String title, String xLabel, String yLabel, List<Series> series, List<Series> others)
    implements Block {
  /** Copies the lists and refuses series over time. */
  public CurveChart {
    title = CleanText.title(title, "title");
    xLabel = CleanText.line(xLabel, "xLabel");
    yLabel = CleanText.line(yLabel, "yLabel");
    series = List.copyOf(series);
    others = List.copyOf(others);
    for (Series line : all(series, others)) {
      if (line.timed()) {
        throw new IllegalArgumentException(
            "Chart '%s': series '%s' runs over time. Use a LineChart."
                .formatted(title, line.name()));
      }
    }
  }

  /**
   * Returns a chart without lines.
   *
   * @param title what the chart shows, not blank
   * @return an empty chart
   */
  public static CurveChart titled(String title) {
    return new CurveChart(title, "", "", List.of(), List.of());
  }

  /**
   * Returns this chart with names for both axes.
   *
   * @param x what runs to the right
   * @param y what runs up
   * @return the labelled chart
   */
  public CurveChart labels(String x, String y) {
    return new CurveChart(title, x, y, series, others);
  }

  /**
   * Returns this chart with one more line in a colour.
   *
   * @param line the line
   * @return a chart with that line
   */
  public CurveChart series(Series line) {
    return new CurveChart(title, xLabel, yLabel, Lists.plus(series, line), others);
  }

  /**
   * Returns this chart with one more grey line.
   *
   * @param line the line
   * @return a chart with that line
   */
  public CurveChart behind(Series line) {
    return new CurveChart(title, xLabel, yLabel, series, Lists.plus(others, line));
  }

  static List<Series> all(List<Series> series, List<Series> others) {
    return Lists.plus(others, series);
  }
}
