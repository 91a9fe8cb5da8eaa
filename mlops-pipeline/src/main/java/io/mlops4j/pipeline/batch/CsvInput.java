package io.mlops4j.pipeline.batch;

import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.CsvRecords;
import io.mlops4j.data.DataException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of a CSV file. */
final class CsvInput<T> extends FileInput<T> {

  CsvInput(Path file, Schema<T> schema) {
    super("csv", file, schema);
  }

  @Override
  Cursor begin(List<String> kept) {
    try {
      return new CsvCursor(CsvRecords.open(file), kept);
    } catch (DataException e) {
      throw failure(e);
    }
  }

  private static BatchException failure(DataException e) {
    return new BatchException(BatchException.Side.INPUT, String.valueOf(e.getMessage()), e);
  }

  private final class CsvCursor extends Cursor {
    private final CsvRecords records;
    private final int[] columns;
    private final int[] keptColumns;
    private final List<RowField> fields = maker.fields();

    CsvCursor(CsvRecords records, List<String> kept) {
      super(1);
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

    @Override
    boolean advance() {
      try {
        return records.next();
      } catch (DataException e) {
        throw failure(e);
      }
    }

    @Override
    InputRecord<T> record() {
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
    public void close() {
      try {
        records.close();
      } catch (DataException e) {
        throw failure(e);
      }
    }
  }
}
