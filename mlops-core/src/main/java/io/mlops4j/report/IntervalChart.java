package io.mlops4j.report;

import java.util.List;
import java.util.Map;

/**
 * Estimates with their intervals, one below the other, against reference lines: a forest plot.
 *
 * @param title what the chart shows, not blank
 * @param valueLabel what runs to the right, with its unit, or empty
 * @param rows names of the rows, from top to bottom
 * @param series estimates, each with one value per row at positions 0, 1, … and an interval; NaN
 *     where there is none
 * @param references named positions, drawn as vertical lines, such as "no effect" at 0
 */
public record IntervalChart(
    String title,
    String valueLabel,
    List<String> rows,
    List<Series> series,
    Map<String, Double> references)
    implements Block {
  /** Copies the collections and checks that every series has one value per row. */
  public IntervalChart {
    title = CleanText.title(title, "title");
    valueLabel = CleanText.line(valueLabel, "valueLabel");
    rows = rows.stream().map(name -> CleanText.line(name, "row")).toList();
    series = List.copyOf(series);
    references = Lists.named(references, "Reference");
    for (Series one : series) {
      if (one.y().size() != rows.size() || one.low().size() != rows.size()) {
        throw new IllegalArgumentException(
            "Chart '%s': series '%s' has %d values and %d intervals (expected: %d, one per row)"
                .formatted(title, one.name(), one.y().size(), one.low().size(), rows.size()));
      }
    }
  }

  /**
   * Returns a chart without estimates.
   *
   * @param title what the chart shows, not blank
   * @param rows names of the rows, from top to bottom
   * @return an empty chart
   */
  public static IntervalChart titled(String title, List<String> rows) {
    return new IntervalChart(title, "", rows, List.of(), Map.of());
  }

  /**
   * Returns this chart with a name for what runs to the right.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public IntervalChart valueLabel(String label) {
    return new IntervalChart(title, label, rows, series, references);
  }

  /**
   * Returns this chart with one more estimate per row.
   *
   * @param name what the legend says
   * @param values one per row; NaN for none
   * @param low lower ends of the intervals, one per row
   * @param high upper ends of the intervals, one per row
   * @return a chart with these estimates
   * @throws IllegalArgumentException if the lengths are not the number of rows
   */
  public IntervalChart estimates(String name, double[] values, double[] low, double[] high) {
    Series more = Series.overPositions(name, values).interval(low, high);
    return new IntervalChart(title, valueLabel, rows, Lists.plus(series, more), references);
  }

  /**
   * Returns this chart with a vertical dashed line.
   *
   * @param name what the position means
   * @param value the position
   * @return a chart with that reference
   */
  public IntervalChart reference(String name, double value) {
    var more = Lists.plus(references, name, value, "Reference");
    return new IntervalChart(title, valueLabel, rows, series, more);
  }
}
