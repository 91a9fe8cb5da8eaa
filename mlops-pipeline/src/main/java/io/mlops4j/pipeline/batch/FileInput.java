package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Progress;
import io.mlops4j.core.Schema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a file, which is read from its beginning each time. What it is goes by its content: two
 * files with the same bytes are one input.
 */
abstract sealed class FileInput<T> extends BatchSource<T> permits CsvInput, JsonLinesInput {
  final Path file;
  final RowMaker<T> maker;
  private final String kind;
  private final Schema<T> schema;
  private volatile long lines = Progress.UNKNOWN_TOTAL;

  FileInput(String kind, Path file, Schema<T> schema) {
    this.kind = kind;
    this.file = Objects.requireNonNull(file, "file");
    this.schema = Objects.requireNonNull(schema, "schema");
    this.maker = new RowMaker<>(schema);
  }

  @Override
  final Schema<T> schema() {
    return schema;
  }

  @Override
  final Map<String, String> identity() {
    FileFacts facts = FileFacts.of(file);
    lines = facts.lines();
    return facts.identity(kind);
  }

  @Override
  final RecordCursor<T> open(List<String> kept, long records, String position) {
    Cursor cursor = begin(kept);
    try {
      for (long i = 0; i < records; i++) {
        if (!cursor.advance()) {
          throw new BatchException(
              BatchException.Side.INPUT,
              file.getFileName() + " ends before record " + records + " of an earlier attempt.");
        }
      }
      return cursor;
    } catch (RuntimeException e) {
      cursor.close();
      throw e;
    }
  }

  /** Opens the file before its first record. */
  abstract Cursor begin(List<String> kept);

  /** One pass over the file. */
  abstract class Cursor implements RecordCursor<T> {
    private final int header;

    /**
     * Begins one.
     *
     * @param header lines that are no records
     */
    Cursor(int header) {
      this.header = header;
    }

    /** Moves to the next record; false at the end. */
    abstract boolean advance();

    /** Makes a row of the record it is at. */
    abstract InputRecord<T> record();

    @Override
    public final @Nullable InputRecord<T> next() {
      return advance() ? record() : null;
    }

    @Override
    public final String position() {
      return "";
    }

    @Override
    public final long total() {
      return lines < 0 ? lines : Math.max(0, lines - header);
    }
  }
}
