package io.mlops4j.data;

import java.util.List;
import java.util.Objects;

/**
 * Is shown every row of a data set, and told of those that cannot be read instead of ending there.
 * Called by one thread, in the order of the data. What it throws ends the reading.
 *
 * @param <T> the row type
 */
public interface RowVisitor<T> {

  /**
   * Is told which columns the source has, before the first row. Not called for rows that come from
   * memory.
   *
   * @param columns their names, in order
   * @param absent fields of the row type for which there is no column; they are missing in every
   *     row
   */
  default void columns(List<String> columns, List<String> absent) {}

  /**
   * Sees a row.
   *
   * @param line the line it begins on, of a CSV file; elsewhere its number, from 1
   * @param row the row
   */
  void row(long line, T row);

  /**
   * Is told of a row that cannot be made of what the source holds. Reading goes on.
   *
   * @param line as for {@link #row}
   * @param faults what is wrong with it, at least one
   */
  void unreadable(long line, List<Fault> faults);

  /**
   * Is told that nothing after a line can be read: damaged compression, bytes that are not UTF-8, a
   * quotation mark that never closes, no header. Nothing else is called after it.
   *
   * @param line the last line that was read, or where it broke
   * @param problem which data, where, what is wrong, what to do
   */
  void broken(long line, String problem);

  /**
   * What is wrong with a row.
   *
   * @param field the field it is about; empty if it is about the row
   * @param missing whether a value is not there, where it has to be
   * @param problem where and what, in one sentence; no value of a sensitive feature
   */
  record Fault(String field, boolean missing, String problem) {
    /** Checks for nulls. */
    public Fault {
      Objects.requireNonNull(field, "field");
      Objects.requireNonNull(problem, "problem");
    }
  }
}
