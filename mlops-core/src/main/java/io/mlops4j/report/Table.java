package io.mlops4j.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of typed cells. Columns whose cells are all numbers, shares or durations are set flush
 * right with their digits under each other; every other column is set flush left.
 *
 * @param caption what the table shows, or empty
 * @param columns the headings, at least one
 * @param rows the rows, each with one cell per column
 */
public record Table(String caption, List<String> columns, List<List<Cell>> rows) implements Block {
  /** Copies the lists and checks that every row has one cell per column. */
  public Table {
    caption = CleanText.line(caption, "caption");
    columns = columns.stream().map(column -> CleanText.line(column, "column")).toList();
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns: 0 (expected: at least 1)");
    }
    rows = rows.stream().map(List::copyOf).toList();
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).size() != columns.size()) {
        throw new IllegalArgumentException(
            "row %d: %d cells (expected: %d, one per column)"
                .formatted(r, rows.get(r).size(), columns.size()));
      }
    }
  }

  /**
   * Returns a table without rows.
   *
   * @param columns the headings, at least one
   * @return an empty table
   */
  public static Table of(String... columns) {
    return new Table("", List.of(columns), List.of());
  }

  /**
   * Returns this table with a caption.
   *
   * @param text what the table shows
   * @return a captioned table
   */
  public Table caption(String text) {
    return new Table(text, columns, rows);
  }

  /**
   * Returns this table with one more row. Cost: a copy of the list of rows; give many rows to the
   * constructor instead.
   *
   * @param values what {@link Cell#of(Object)} accepts, one per column
   * @return a longer table
   * @throws IllegalArgumentException if the number of values is not the number of columns
   */
  public Table row(@Nullable Object... values) {
    List<Cell> cells = new ArrayList<>(values.length);
    for (Object value : values) {
      cells.add(Cell.of(value));
    }
    List<List<Cell>> longer = new ArrayList<>(rows);
    longer.add(cells);
    return new Table(caption, columns, longer);
  }
}
