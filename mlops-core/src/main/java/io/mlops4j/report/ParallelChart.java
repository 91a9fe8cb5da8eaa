package io.mlops4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parallel coordinates: one upright axis per quantity, one line across all of them per item, such
 * as a run with its parameters and its result. A line's colour says where it crosses the last axis.
 *
 * @param title what the chart shows, not blank
 * @param axes from left to right, at least one once there are lines
 * @param lines the items, the most important first
 */
public record ParallelChart(String title, List<Axis> axes, List<Line> lines) implements Block {
  /**
   * An upright axis.
   *
   * @param name what it shows
   * @param categories what the values 0, 1, 2, … stand for, from the bottom; empty if values are
   *     numbers
   */
  public record Axis(String name, List<String> categories) {
    /** Cleans the strings. */
    public Axis {
      name = CleanText.line(name, "name");
      categories = categories.stream().map(c -> CleanText.line(c, "category")).toList();
    }
  }

  /**
   * A line across the axes.
   *
   * @param name whose it is
   * @param values one per axis; NaN and infinities are gaps
   */
  public record Line(String name, List<Double> values) {
    /** Cleans the name and copies the values. */
    public Line {
      name = CleanText.line(name, "name");
      values = List.copyOf(values);
    }
  }

  /** Copies the lists and checks that each line has a value per axis. */
  public ParallelChart {
    title = CleanText.title(title, "title");
    axes = List.copyOf(axes);
    lines = List.copyOf(lines);
    for (Line line : lines) {
      if (line.values().size() != axes.size()) {
        throw new IllegalArgumentException(
            "Chart '%s': line '%s' has %d values (expected: %d, one per axis)"
                .formatted(title, line.name(), line.values().size(), axes.size()));
      }
    }
  }

  /**
   * Returns a chart without axes and lines.
   *
   * @param title what the chart shows, not blank
   * @return an empty chart
   */
  public static ParallelChart titled(String title) {
    return new ParallelChart(title, List.of(), List.of());
  }

  /**
   * Returns this chart with one more axis to the right. Add axes before lines.
   *
   * @param name what it shows
   * @param categories what the values 0, 1, 2, … stand for; none if values are numbers
   * @return a chart with that axis
   */
  public ParallelChart axis(String name, String... categories) {
    Axis axis = new Axis(name, List.of(categories));
    return new ParallelChart(title, Lists.plus(axes, List.of(axis)), lines);
  }

  /**
   * Returns this chart with one more line. Cost: a copy of the list; give many to the constructor.
   *
   * @param name whose it is
   * @param values one per axis
   * @return a chart with that line
   */
  public ParallelChart line(String name, double... values) {
    List<Line> longer = new ArrayList<>(lines);
    longer.add(new Line(name, Arrays.stream(values).boxed().toList()));
    return new ParallelChart(title, axes, longer);
  }
}
