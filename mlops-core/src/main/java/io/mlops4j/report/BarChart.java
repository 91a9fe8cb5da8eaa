package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Bars per category (drawn to the right, so long names fit) or per bin of a histogram (drawn up,
 * every bin equally wide, the edges written below).
 *
 * @param title what the chart shows, not blank
 * @param categoryLabel what the categories or bins are, or empty
 * @param valueLabel what the length of a bar means, with its unit, or empty
 * @param categories names of the categories; for a histogram, of the bins
 * @param edges the edges of the bins, ascending, one more than there are bins; empty for categories
 * @param series the bars, each with one value per category at positions 0, 1, …
 */
public record BarChart(
    String title,
    String categoryLabel,
    String valueLabel,
    List<String> categories,
    List<Double> edges,
    List<Series> series)
    implements Block {
  /** Copies the lists and checks that every series has one value per category. */
  public BarChart {
    title = CleanText.title(title, "title");
    categoryLabel = CleanText.line(categoryLabel, "categoryLabel");
    valueLabel = CleanText.line(valueLabel, "valueLabel");
    categories = categories.stream().map(name -> CleanText.line(name, "category")).toList();
    edges = List.copyOf(edges);
    series = List.copyOf(series);
    if (!edges.isEmpty() && edges.size() != categories.size() + 1) {
      throw new IllegalArgumentException(
          "Chart '%s': %d edges for %d bins (expected: one more than bins)"
              .formatted(title, edges.size(), categories.size()));
    }
    for (Series bars : series) {
      if (bars.y().size() != categories.size()) {
        throw new IllegalArgumentException(
            "Chart '%s': series '%s' has %d values (expected: %d, one per category)"
                .formatted(title, bars.name(), bars.y().size(), categories.size()));
      }
    }
  }

  /**
   * Returns a chart without bars.
   *
   * @param title what the chart shows, not blank
   * @param categories names of the categories, in the order they are drawn
   * @return an empty chart
   */
  public static BarChart titled(String title, List<String> categories) {
    return new BarChart(title, "", "", categories, List.of(), List.of());
  }

  /**
   * Returns a histogram without bars.
   *
   * @param title what the chart shows, not blank
   * @param edges the edges of the bins, ascending, at least 2; the outer ones may be infinite
   * @return an empty histogram of {@code edges.length - 1} bins
   * @throws IllegalArgumentException if there are fewer than 2 edges or they do not ascend
   */
  public static BarChart histogram(String title, double... edges) {
    if (edges.length < 2) {
      throw new IllegalArgumentException("edges: %d (expected: 2 or more)".formatted(edges.length));
    }
    List<String> names = new ArrayList<>();
    for (int i = 1; i < edges.length; i++) {
      if (!(edges[i - 1] < edges[i])) {
        throw new IllegalArgumentException(
            "edges: %s at %d after %s (expected: ascending)".formatted(edges[i], i, edges[i - 1]));
      }
      names.add(Numbers.number(edges[i - 1]) + " to " + Numbers.number(edges[i]));
    }
    return new BarChart(title, "", "", names, Lists.of(edges), List.of());
  }

  /**
   * Returns this chart with a name for what the categories or bins are.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public BarChart categoryLabel(String label) {
    return new BarChart(title, label, valueLabel, categories, edges, series);
  }

  /**
   * Returns this chart with a name for what the bars measure.
   *
   * @param label the name, with its unit
   * @return the labelled chart
   */
  public BarChart valueLabel(String label) {
    return new BarChart(title, categoryLabel, label, categories, edges, series);
  }

  /**
   * Returns this chart with one more bar per category.
   *
   * @param name what the legend says
   * @param values one per category
   * @return a chart with these bars
   * @throws IllegalArgumentException if there are more or fewer values than categories
   */
  public BarChart bars(String name, double... values) {
    return bars(Series.overPositions(name, values));
  }

  /**
   * Returns this chart with one more bar per category, with intervals.
   *
   * @param name what the legend says
   * @param values one per category
   * @param low lower ends of the intervals, one per category
   * @param high upper ends of the intervals, one per category
   * @return a chart with these bars
   * @throws IllegalArgumentException if the lengths are not the number of categories
   */
  public BarChart bars(String name, double[] values, double[] low, double[] high) {
    return bars(Series.overPositions(name, values).interval(low, high));
  }

  private BarChart bars(Series more) {
    return new BarChart(
        title, categoryLabel, valueLabel, categories, edges, Lists.plus(series, more));
  }
}
