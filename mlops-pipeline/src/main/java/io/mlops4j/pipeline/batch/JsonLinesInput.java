package io.mlops4j.pipeline.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowField;
import io.mlops4j.core.Schema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of a file with one JSON object a line. */
final class JsonLinesInput<T> extends FileInput<T> {

  JsonLinesInput(Path file, Schema<T> schema) {
    super("jsonl", file, schema);
  }

  @Override
  Cursor begin(List<String> kept) {
    try {
      return new LineCursor(new LineReader(file), kept);
    } catch (IOException e) {
      throw FileFacts.unreadable(file, e);
    }
  }

  private final class LineCursor extends Cursor {
    private final LineReader reader;
    private final List<String> kept;
    private final List<RowField> fields = maker.fields();

    LineCursor(LineReader reader, List<String> kept) {
      super(0);
      this.reader = reader;
      this.kept = kept;
    }

    /** Blank lines are no records. */
    @Override
    boolean advance() {
      try {
        boolean any = reader.next();
        while (any && reader.isBlank()) {
          any = reader.next();
        }
        return any;
      } catch (IOException e) {
        throw FileFacts.unreadable(file, e);
      }
    }

    @Override
    InputRecord<T> record() {
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
    public void close() {
      try {
        reader.close();
      } catch (IOException e) {
        throw FileFacts.unreadable(file, e);
      }
    }
  }
}
