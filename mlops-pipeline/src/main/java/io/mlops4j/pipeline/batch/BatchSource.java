package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Schema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Where rows come from. Immutable; opened once by each attempt of a job.
 *
 * @param <T> the row type
 */
public abstract sealed class BatchSource<T> permits FileInput, JdbcInput {
  BatchSource() {}

  /**
   * Returns the rows of a CSV file, as {@link io.mlops4j.data.Dataset#csv(Path, Schema)} reads it:
   * UTF-8, RFC 4180, a header, plain or gzip. A record that fits no row is a bad row; a file that
   * is no CSV any more, such as after an open quotation mark, ends the job.
   *
   * @param file read twice: once for its SHA-256, once for its rows
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the source
   */
  public static <T> BatchSource<T> csv(Path file, Schema<T> schema) {
    return new CsvInput<>(file, schema);
  }

  /**
   * Returns the rows of a file with one JSON object a line (UTF-8, plain or gzip): fields by name;
   * numbers, texts, booleans, null and, for vectors, arrays of numbers. Blank lines are passed
   * over, other fields ignored. A line that is no object, or is longer than 1 MiB, is a bad row.
   *
   * @param file read twice: once for its SHA-256, once for its rows
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the source
   */
  public static <T> BatchSource<T> jsonLines(Path file, Schema<T> schema) {
    return new JsonLinesInput<>(file, schema);
  }

  /**
   * Returns the rows of a query, in the order of a key, page by page: no long transaction, and a
   * resumed job goes on after the last key. The values of rows that were scored are not read again,
   * but their number is compared.
   *
   * @param database gives a connection for each page
   * @param query such as {@code select id, origin, distance from flights}; without parameters and
   *     without an order of its own. It is put into the statement as it is: never build it from
   *     what users type
   * @param key a column of the query: unique, never null, whole numbers or texts; a plain name
   * @param schema what rows are; must be able to make them. Columns belong to fields as in CSV
   * @param <T> the row type
   * @return the source
   */
  public static <T> BatchSource<T> jdbc(
      DataSource database, String query, String key, Schema<T> schema) {
    return new JdbcInput<>(database, query, key, schema);
  }

  abstract Schema<T> schema();

  /** Returns what the input is: names of properties and their values. Reads a file to its end. */
  abstract Map<String, String> identity();

  /**
   * Opens it after some records.
   *
   * @param kept columns whose values go to the output
   * @param records how many have been dealt with
   * @param position what {@link RecordCursor#position} said then
   */
  abstract RecordCursor<T> open(List<String> kept, long records, String position);
}
