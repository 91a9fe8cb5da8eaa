package io.mlops4j.core;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writers of columns in which a known value stands for a group or a float of its own. */
final class CodedWriters {
  private CodedWriters() {}

  static MlopsException rejected(String feature, int code) {
    return new MlopsException(
        code == RowEncoder.Codes.MISSING
            ? "Feature " + feature + " is missing, and the encoding rejects that."
            : "Feature "
                + feature
                + " has a value that was not seen in training, and the encoding rejects those.");
  }

  /** One hot float per group. */
  static final class GroupsWriter implements RowEncoder.Writer {
    private final EncodedColumn.Groups column;
    private final RowEncoder.Codes codes;
    private final int width;
    private final int[] groupOf;

    GroupsWriter(EncodedColumn.Groups column, RowEncoder.Codes codes) {
      this.column = column;
      this.codes = codes;
      this.width = column.width();
      this.groupOf = new int[column.allValues().size()];
      Arrays.fill(groupOf, EncodedColumn.Groups.NONE);
      int at = 0;
      for (int group = 0; group < width; group++) {
        List<String> values = column.groups().get(group);
        Arrays.fill(groupOf, at, at + values.size(), group);
        at += values.size();
      }
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      int code = codes.code(row);
      int group =
          code >= 0
              ? groupOf[code]
              : code == RowEncoder.Codes.MISSING ? column.missing() : column.unseen();
      if (group == EncodedColumn.Groups.REJECT) {
        throw rejected(column.feature(), code);
      }
      for (int i = 0; i < width; i++) {
        out.put(at + i, 0f);
      }
      if (group >= 0) {
        out.put(at + group, 1f);
      }
    }
  }

  /** One float per value. */
  static final class MappedWriter implements RowEncoder.Writer {
    private final EncodedColumn.Mapped column;
    private final RowEncoder.Codes codes;
    private final float[] values;
    private final float unseen;
    private final float missing;

    MappedWriter(EncodedColumn.Mapped column, RowEncoder.Codes codes) {
      this.column = column;
      this.codes = codes;
      this.values = new float[column.values().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = column.values().get(i);
      }
      this.unseen = orZero(column.unseen());
      this.missing = orZero(column.missing());
    }

    private static float orZero(@Nullable Float value) {
      return value == null ? 0 : value;
    }

    @Override
    public int width() {
      return 1;
    }

    @Override
    public void write(RowBuffer<?> row, FloatBuffer out, int at) {
      int code = codes.code(row);
      if (code >= 0) {
        out.put(at, values[code]);
        return;
      }
      boolean absent = code == RowEncoder.Codes.MISSING;
      if ((absent ? column.missing() : column.unseen()) == null) {
        throw rejected(column.feature(), code);
      }
      out.put(at, absent ? missing : unseen);
    }
  }
}
