package io.mlops4j.pipeline.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Progress;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of a file with one JSON object a line. */
final class JsonLinesInput<T> extends BatchSource<T> {
  private final Path file;
  private final Schema<T> schema;
  private final RowMaker<T> maker;
  private volatile long lines = Progress.UNKNOWN_TOTAL;

  JsonLinesInput(Path file, Schema<T> schema) {
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
    return facts.identity("jsonl");
  }

  @Override
  RecordCursor<T> open(List<String> kept, long records, String position) {
    try {
      Cursor cursor = new Cursor(new LineReader(file), kept);
      cursor.skip(records);
      return cursor;
    } catch (IOException e) {
      throw FileFacts.unreadable(file, e);
    }
  }

  private final class Cursor implements RecordCursor<T> {
    private final LineReader reader;
    private final List<String> kept;
    private final List<RowField> fields = maker.fields();

    Cursor(LineReader reader, List<String> kept) {
      this.reader = reader;
      this.kept = kept;
    }

    void skip(long count) throws IOException {
      for (long i = 0; i < count; i++) {
        if (!nextLine()) {
          close();
          throw new BatchException(
              BatchException.Side.INPUT,
              file.getFileName() + " ends before record " + count + " of an earlier attempt.");
        }
      }
    }

    private boolean nextLine() throws IOException {
      while (reader.next()) {
        if (!reader.isBlank()) {
          return true;
        }
      }
      return false;
    }

    @Override
    public @Nullable InputRecord<T> next() {
      try {
        return nextLine() ? record() : null;
      } catch (IOException e) {
        throw FileFacts.unreadable(file, e);
      }
    }

    private InputRecord<T> record() {
      long line = reader.number();
      byte[] bytes = reader.bytes();
      if (bytes == null) {
        return InputRecord.bad(line, "longer than " + LineReader.MAX_LINE + " bytes");
      }
      ObjectNode json;
      try {
        json = Json.parse(bytes, "the line");
      } catch (MlopsException e) {
        return InputRecord.bad(line, String.valueOf(e.getMessage()));
      }
      @Nullable Object[] values = new @Nullable Object[fields.size()];
      for (int i = 0; i < values.length; i++) {
        RowField field = fields.get(i);
        try {
          values[i] = field.convert(JsonCells.plain(json.get(field.name())));
        } catch (IllegalArgumentException e) {
          return InputRecord.bad(line, maker.misfit(i, e));
        }
      }
      @Nullable Object[] cells = new @Nullable Object[kept.size()];
      for (int i = 0; i < cells.length; i++) {
        JsonNode node = json.get(kept.get(i));
        if (node == null) {
          return InputRecord.bad(line, "no field " + kept.get(i) + " to keep");
        }
        cells[i] = JsonCells.kept(node);
      }
      return maker.make(line, values, cells);
    }

    @Override
    public String position() {
      return "";
    }

    @Override
    public long total() {
      return lines;
    }

    @Override
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw FileFacts.unreadable(file, e);
      }
    }
  }
}
