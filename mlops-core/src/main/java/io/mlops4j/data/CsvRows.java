package io.mlops4j.data;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.RowVisitor.Fault;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One pass over the records of a CSV file, as rows. Closes itself at the end or on an error. */
final class CsvRows<T> implements Iterator<T> {
  private static final int MAX_VALUE = 64;

  private final String name;
  private final Schema<T> schema;
  private final RowFactory<T> factory;
  private final CsvScanner records;
  private final List<String> header;
  private final List<RowField> fields;
  private final int[] columns;
  private long line = 1;
  private boolean ready;
  private boolean ended;
  private @Nullable MlopsException cause;

  /**
   * Reads the header.
   *
   * @param whole whether every field must have a column
   */
  CsvRows(String name, Schema<T> schema, RowFactory<T> factory, CsvScanner records, boolean whole) {
    this.name = name;
    this.schema = schema;
    this.factory = factory;
    this.records = records;
    this.fields = factory.fields();
    if (!read()) {
      throw new DataException(name + " is empty. Its first line must name the columns.");
    }
    this.header = IntStream.range(0, records.size()).mapToObj(records::value).toList();
    this.columns =
        whole ? CsvColumns.match(name, header, fields) : CsvColumns.find(name, header, fields);
  }

  @Override
  public boolean hasNext() {
    if (!ready && !ended) {
      ready = read();
      ended = !ready;
    }
    return ready;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    ready = false;
    try {
      return row();
    } catch (DataException e) {
      ended = true;
      throw closed(e);
    }
  }

  private boolean read() {
    try {
      if (records.next()) {
        line = records.line();
        return true;
      }
    } catch (IOException e) {
      throw closed(unreadable(name, line, e));
    }
    close();
    if (records.endsInQuotes()) {
      throw unclosed(name, line);
    }
    return false;
  }

  private DataException closed(DataException e) {
    ended = true;
    try {
      records.close();
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
    return e;
  }

  /** Shows the rest of the file: one bad record is told of, and the next one read. */
  void visit(RowVisitor<? super T> visitor) {
    visitor.columns(header, CsvColumns.absent(columns, fields));
    while (true) {
      try {
        if (!hasNext()) {
          return;
        }
      } catch (DataException e) {
        visitor.broken(line, String.valueOf(e.getMessage()));
        return;
      }
      ready = false;
      List<Fault> faults = new ArrayList<>();
      @Nullable T row = row(faults);
      if (row == null) {
        visitor.unreadable(line, faults);
      } else {
        visitor.row(line, row);
      }
    }
  }

  private T row() {
    List<Fault> faults = new ArrayList<>(0);
    @Nullable T row = row(faults);
    if (row == null) {
      throw new DataException(faults.get(0).problem(), cause);
    }
    return row;
  }

  /** Returns the row, or null and what is wrong with the record. */
  private @Nullable T row(List<Fault> faults) {
    cause = null;
    if (records.size() != header.size()) {
      faults.add(
          new Fault(
              "",
              false,
              at(line)
                  + " has "
                  + records.size()
                  + " values, the header has "
                  + header.size()
                  + " columns."));
      return null;
    }
    @Nullable Object[] values = new @Nullable Object[columns.length];
    for (int i = 0; i < columns.length; i++) {
      RowField field = fields.get(i);
      try {
        values[i] = columns[i] < 0 ? field.parse("") : records.parse(columns[i], field);
      } catch (IllegalArgumentException e) {
        String value = columns[i] < 0 ? "" : records.value(columns[i]);
        faults.add(new Fault(field.name(), value.isBlank(), at(line) + ", " + misfit(i, value, e)));
      }
    }
    if (!faults.isEmpty()) {
      return null;
    }
    try {
      return factory.create(values);
    } catch (MlopsException e) {
      cause = fields.stream().allMatch(this::shown) ? e : null;
      faults.add(new Fault("", false, at(line) + ": " + e.getMessage()));
      return null;
    }
  }

  private String misfit(int field, String value, IllegalArgumentException e) {
    String column = columns[field] < 0 ? fields.get(field).name() : header.get(columns[field]);
    String what = "column " + Text.printable(column, MAX_VALUE) + ": ";
    if (value.isBlank()) {
      return what + e.getMessage() + ".";
    }
    return shown(fields.get(field))
        ? what + "\"" + Text.printable(value, MAX_VALUE) + "\" (" + e.getMessage() + ")."
        : what + e.getMessage() + " (the value is withheld).";
  }

  /** A field that is no feature here may be a sensitive one that was left out: not shown. */
  private boolean shown(RowField field) {
    return schema.has(field.name()) && !schema.feature(field.name()).sensitive();
  }

  static DataException unclosed(String name, long line) {
    return new DataException(
        name
            + ", line "
            + line
            + ": a quotation mark in this record or before it is never closed.");
  }

  private static DataException malformed(String name, long line) {
    return new DataException(
        name
            + ", after line "
            + line
            + ": not RFC 4180. Either text follows a closing quotation mark, or a record is longer"
            + " than "
            + CsvSource.MAX_RECORD
            + " characters or "
            + CsvSource.MAX_COLUMNS
            + " columns (an unclosed quotation mark makes one).");
  }

  static DataException unreadable(String name, long line, IOException e) {
    if (e instanceof CsvScanner.MalformedException) {
      return malformed(name, line);
    }
    String where = name + ", line " + line + " or after it: ";
    if (e instanceof CharacterCodingException) {
      return new DataException(where + "not valid UTF-8. Convert the file.", e);
    }
    if (e instanceof CsvScanner.NulException) {
      return new DataException(where + "holds a NUL character: not a UTF-8 text file.", e);
    }
    if (e instanceof EOFException) {
      return new DataException(where + "the compressed data ends early: truncated file.", e);
    }
    return new DataException(where + "cannot be read: " + Text.printable(e.toString(), 200), e);
  }

  private String at(long number) {
    return name + ", line " + number;
  }

  void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw unreadable(name, line, e);
    }
  }
}
