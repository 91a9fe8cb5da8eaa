package io.mlops4j.data;

import io.mlops4j.core.RowField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file one by one, as texts, for whoever must say where each came from or go
 * on after one that fits no row. Reads what {@link Dataset#csv(Path, io.mlops4j.core.Schema)}
 * reads; a file that is no CSV ends it. Used by one thread; close it.
 */
public final class CsvRecords implements AutoCloseable {
  private final String name;
  private final CsvScanner records;
  private final List<String> header;
  private boolean present;
  private long line = 1;

  private CsvRecords(String name, InputStream plain) {
    this.name = name;
    this.records = new CsvScanner(plain, CsvSource.BUFFER);
    if (!next()) {
      throw new DataException(name + " is empty. Its first line must name the columns.");
    }
    this.header = IntStream.range(0, records.size()).mapToObj(records::value).toList();
  }

  /**
   * Returns the records of a file, of which the header has been read.
   *
   * @param file plain or gzip
   * @return before the first record
   * @throws DataException if it cannot be read or has no header
   */
  public static CsvRecords open(Path file) {
    String name = String.valueOf(file.getFileName());
    InputStream raw;
    try {
      raw = Files.newInputStream(file);
    } catch (IOException e) {
      throw CsvRows.unreadable(name, 1, e);
    }
    try {
      return new CsvRecords(name, CsvSource.text(raw));
    } catch (IOException e) {
      DataException failure = CsvRows.unreadable(name, 1, e);
      CsvSource.closeAfter(raw, failure);
      throw failure;
    } catch (RuntimeException e) {
      CsvSource.closeAfter(raw, e);
      throw e;
    }
  }

  /**
   * Returns the names of the columns.
   *
   * @return at least one
   */
  public List<String> header() {
    return header;
  }

  /**
   * Returns the column of each field: of the same name, or ignoring case and underscores.
   *
   * @param fields what a row is made of
   * @return one position per field
   * @throws DataException if a column is missing, doubled or ambiguous; lists both sides
   */
  public int[] columns(List<RowField> fields) {
    return CsvColumns.match(name, header, fields);
  }

  /**
   * Moves to the next record.
   *
   * @return false if there is none
   * @throws DataException if the file is no CSV from here on, or cannot be read; names the line
   */
  public boolean next() {
    try {
      present = records.next();
    } catch (IOException e) {
      present = false;
      throw CsvRows.unreadable(name, line, e);
    }
    if (present) {
      line = records.line();
    } else if (records.endsInQuotes()) {
      throw CsvRows.unclosed(name, line);
    }
    return present;
  }

  /**
   * Returns the line on which the record begins.
   *
   * @return 1 for the header
   */
  public long line() {
    return line;
  }

  /**
   * Returns how many values the record has.
   *
   * @return as many as the header, if the file is in order
   */
  public int size() {
    return present().size();
  }

  /**
   * Returns a value of the record.
   *
   * @param column its position, below {@link #size}
   * @return the text, empty if missing
   */
  public String value(int column) {
    return present().value(column(column));
  }

  /**
   * Returns what a field makes of a value of the record: as {@code field.parse(value(column))},
   * without a text in between where it is a number.
   *
   * @param column its position, below {@link #size}
   * @param field what it is read as
   * @return a value of the field's type, or null if missing
   * @throws IllegalArgumentException saying what was expected, never repeating the value
   */
  public @Nullable Object parse(int column, RowField field) {
    return present().parse(column(column), field);
  }

  private CsvScanner present() {
    if (!present) {
      throw new IllegalStateException(name + ": there is no record. Call next() before.");
    }
    return records;
  }

  private int column(int column) {
    return Objects.checkIndex(column, records.size());
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw CsvRows.unreadable(name, line, e);
    }
  }
}
