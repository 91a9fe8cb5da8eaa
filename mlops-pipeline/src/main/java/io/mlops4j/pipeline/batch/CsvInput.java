package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Progress;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.CsvRecords;
import io.mlops4j.data.DataException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of a CSV file. */
final class CsvInput<T> extends BatchSource<T> {
  private final Path file;
  private final Schema<T> schema;
  private final RowMaker<T> maker;
  private volatile long lines = Progress.UNKNOWN_TOTAL;

  CsvInput(Path file, Schema<T> schema) {
    this.file = Objects.requireNonNull(file, "file");
    this.schema = schema;
    this.maker = new RowMaker<>(schema);
  }

  @Override
  Schema<T> schema() {
    return schema;
  }

  @Override
  Map<String, String> identity() {
    FileFacts facts = FileFacts.of(file);
    lines = facts.lines();
    return facts.identity("csv");
  }

  @Override
  RecordCursor<T> open(List<String> kept, long records, String position) {
    try {
      Cursor cursor = new Cursor(CsvRecords.open(file), kept);
      cursor.skip(records);
      return cursor;
    } catch (DataException e) {
      throw failure(e);
    }
  }

  private static BatchException failure(DataException e) {
    return new BatchException(BatchException.Side.INPUT, String.valueOf(e.getMessage()), e);
  }

  private final class Cursor implements RecordCursor<T> {
    private final CsvRecords records;
    private final int[] columns;
    private final int[] keptColumns;
    private final List<RowField> fields = maker.fields();

    Cursor(CsvRecords records, List<String> kept) {
      this.records = records;
      try {
        this.columns = records.columns(fields);
        this.keptColumns = kept.stream().mapToInt(this::column).toArray();
      } catch (RuntimeException e) {
        records.close();
        throw e;
      }
    }

    private int column(String name) {
      int column = records.header().indexOf(name);
      if (column < 0) {
        throw new BatchException(
            BatchException.Side.INPUT,
            file.getFileName()
                + ", line 1: no column "
                + Text.printable(name, 64)
                + " to keep. Columns: "
                + Text.printable(String.join(", ", records.header()), 1_000)
                + ".");
      }
      return column;
    }

    void skip(long count) {
      for (long i = 0; i < count; i++) {
        if (!records.next()) {
          close();
          throw new BatchException(
              BatchException.Side.INPUT,
              file.getFileName() + " ends before record " + count + " of an earlier attempt.");
        }
      }
    }

    @Override
    public @Nullable InputRecord<T> next() {
      try {
        return records.next() ? record() : null;
      } catch (DataException e) {
        throw failure(e);
      }
    }

    private InputRecord<T> record() {
      long line = records.line();
      if (records.size() != records.header().size()) {
        return InputRecord.bad(
            line,
            records.size() + " values, the header has " + records.header().size() + " columns");
      }
      @Nullable Object[] values = new @Nullable Object[columns.length];
      for (int i = 0; i < columns.length; i++) {
        try {
          values[i] = records.parse(columns[i], fields.get(i));
        } catch (IllegalArgumentException e) {
          return InputRecord.bad(line, maker.misfit(i, e));
        }
      }
      @Nullable Object[] kept = new @Nullable Object[keptColumns.length];
      for (int i = 0; i < kept.length; i++) {
        kept[i] = records.value(keptColumns[i]);
      }
      return maker.make(line, values, kept);
    }

    @Override
    public String position() {
      return "";
    }

    @Override
    public long total() {
      return lines < 0 ? lines : Math.max(0, lines - 1);
    }

    @Override
    public void close() {
      try {
        records.close();
      } catch (DataException e) {
        throw failure(e);
      }
    }
  }
}
