package io.mlops4j.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.mlops4j.core.RowField;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file one by one, as texts, for whoever must say where each came from or go
 * on after one that fits no row. Reads what {@link Dataset#csv(Path, io.mlops4j.core.Schema)}
 * reads; a file that is no CSV ends it. Used by one thread; close it.
 */
public final class CsvRecords implements AutoCloseable {
  private final String name;
  private final StrictReader text;
  private final CloseableIterator<CsvRecord> records;
  private final List<String> header;
  private @Nullable CsvRecord current;
  private long line = 1;

  private CsvRecords(String name, InputStream plain) {
    this.name = name;
    this.text = new StrictReader(new InputStreamReader(plain, CsvSource.decoder()));
    this.records = CsvSource.reader(text).iterator();
    if (!next()) {
      throw new DataException(name + " is empty. Its first line must name the columns.");
    }
    this.header = List.copyOf(Objects.requireNonNull(current).getFields());
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
      if (records.hasNext()) {
        CsvRecord record = records.next();
        line = record.getStartingLineNumber();
        current = record;
        return true;
      }
    } catch (CsvParseException e) {
      throw CsvRows.malformed(name, line);
    } catch (UncheckedIOException e) {
      throw CsvRows.unreadable(name, line, Objects.requireNonNull(e.getCause()));
    }
    current = null;
    if (text.endsInQuotes()) {
      throw CsvRows.unclosed(name, line);
    }
    return false;
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
    return Objects.requireNonNull(current, "record").getFieldCount();
  }

  /**
   * Returns a value of the record.
   *
   * @param column its position, below {@link #size}
   * @return the text, empty if missing
   */
  public String value(int column) {
    return Objects.requireNonNull(current, "record").getField(column);
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
