package io.mlops4j.pipeline.batch;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a row becomes a line: the same bytes on every machine. */
enum LineFormat {
  /** RFC 4180 with a header; lines end with a line feed. */
  CSV {
    @Override
    void header(StringBuilder to, List<String> columns) {
      line(to, columns, columns.toArray());
    }

    @Override
    void line(StringBuilder to, List<String> columns, @Nullable Object[] cells) {
      for (int i = 0; i < cells.length; i++) {
        if (i > 0) {
          to.append(',');
        }
        Object cell = cells[i];
        if (cell instanceof Number number) {
          to.append(number(number));
        } else if (cell != null) {
          quoted(to, text(cell));
        } else if (cells.length == 1) {
          to.append("\"\""); // A line with nothing on it would be no record.
        }
      }
      to.append('\n');
    }

    private void quoted(StringBuilder to, String text) {
      boolean plain = true;
      for (int i = 0; i < text.length() && plain; i++) {
        char c = text.charAt(i);
        plain = c != ',' && c != '"' && c != '\n' && c != '\r';
      }
      if (plain) {
        to.append(text);
      } else {
        to.append('"').append(text.replace("\"", "\"\"")).append('"');
      }
    }
  },
  /** One JSON object a line. */
  JSON_LINES {
    @Override
    void header(StringBuilder to, List<String> columns) {
      // Every line names its own columns.
    }

    @Override
    void line(StringBuilder to, List<String> columns, @Nullable Object[] cells) {
      for (int i = 0; i < cells.length; i++) {
        to.append(i == 0 ? '{' : ',');
        string(to, columns.get(i));
        to.append(':');
        value(to, cells[i]);
      }
      to.append(cells.length == 0 ? "{}\n" : "}\n");
    }

    private void value(StringBuilder to, @Nullable Object cell) {
      if (cell instanceof Number number) {
        to.append(number(number));
      } else if (cell instanceof Boolean) {
        to.append(cell);
      } else if (cell instanceof float[] vector) {
        for (int i = 0; i < vector.length; i++) {
          to.append(i == 0 ? '[' : ',').append(number(vector[i]));
        }
        to.append(vector.length == 0 ? "[]" : "]");
      } else if (cell instanceof JsonNode node) {
        to.append(text(node));
      } else if (cell == null) {
        to.append("null");
      } else {
        string(to, cell.toString());
      }
    }

    private void string(StringBuilder to, String text) {
      to.append('"').append(JsonStringEncoder.getInstance().quoteAsString(text)).append('"');
    }
  };

  abstract void header(StringBuilder to, List<String> columns);

  abstract void line(StringBuilder to, List<String> columns, @Nullable Object[] cells);

  /** The shortest decimal that reads back to the same number; {@code toString} differs by JDK. */
  private static String number(Number number) {
    if (number instanceof Double value) {
      return NumberOutput.toString(value, true);
    }
    if (number instanceof Float value) {
      return NumberOutput.toString(value, true);
    }
    return number.toString();
  }

  private static String text(Object cell) {
    return cell instanceof JsonNode node
        ? new String(Json.canonical(node), StandardCharsets.UTF_8)
        : cell.toString();
  }
}
