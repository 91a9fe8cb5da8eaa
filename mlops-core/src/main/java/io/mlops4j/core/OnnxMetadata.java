package io.mlops4j.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Named texts in an ONNX file, beside the model: {@code ModelProto.metadata_props}, field 14 of
 * onnx.proto. Every reader of ONNX shows them and none computes with them.
 *
 * <p>A protobuf message is a sequence of fields, so entries are appended and left out without
 * reading the model; all other bytes stay as they are. Adding and then removing entries gives the
 * file from before, byte for byte, unless it had entries of those names already. Cost: one copy.
 */
public final class OnnxMetadata {
  private static final int GRAPH = 7;
  private static final int METADATA = 14;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private OnnxMetadata() {}

  /**
   * Returns the entries of a file.
   *
   * @param onnx the file
   * @return name to text; the last one counts if a name comes twice
   * @throws MlopsException if the bytes are not an ONNX model
   */
  public static SortedMap<String, String> read(byte[] onnx) {
    SortedMap<String, String> entries = new TreeMap<>();
    Fields fields = Fields.of(onnx);
    while (fields.next()) {
      if (fields.isBytes(METADATA)) {
        fields.entry().ifNamed(entries);
      }
    }
    return Collections.unmodifiableSortedMap(entries);
  }

  /**
   * Returns a copy of a file with more entries, at its end, in the order of their names.
   *
   * @param onnx the file
   * @param entries name to text; entries of these names that are there already are replaced
   * @return the new file
   * @throws MlopsException if the bytes are not an ONNX model
   */
  public static byte[] with(byte[] onnx, Map<String, String> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(onnx.length + 256);
    out.writeBytes(without(onnx, entries::containsKey));
    new TreeMap<>(entries)
        .forEach(
            (name, text) -> {
              ByteArrayOutputStream entry = new ByteArrayOutputStream();
              write(entry, 1, name.getBytes(StandardCharsets.UTF_8));
              write(entry, 2, text.getBytes(StandardCharsets.UTF_8));
              write(out, METADATA, entry.toByteArray());
            });
    return out.toByteArray();
  }

  /**
   * Returns a copy of a file without some entries.
   *
   * @param onnx the file
   * @param names which entries to leave out
   * @return the new file
   * @throws MlopsException if the bytes are not an ONNX model
   */
  public static byte[] without(byte[] onnx, Predicate<String> names) {
    Objects.requireNonNull(names, "names");
    ByteArrayOutputStream out = new ByteArrayOutputStream(onnx.length);
    Fields fields = Fields.of(onnx);
    while (fields.next()) {
      if (!fields.isBytes(METADATA) || !names.test(fields.entry().name())) {
        out.write(onnx, fields.begin, fields.at - fields.begin);
      }
    }
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, int field, byte[] bytes) {
    varint(out, (field << 3) | BYTES);
    varint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private record Entry(String name, String text) {
    void ifNamed(Map<String, String> into) {
      if (!name.isEmpty()) {
        into.put(name, text);
      }
    }
  }

  /** Walks the fields of one message. Every length is checked before it is used. */
  private static final class Fields {
    private final byte[] bytes;
    private final int end;
    private int begin;
    private int at;
    private int from;
    private int field;
    private int wire;

    private Fields(byte[] bytes, int from, int end) {
      this.bytes = bytes;
      this.at = from;
      this.end = end;
    }

    /** Over a whole file, which must walk to its end and have a graph. */
    static Fields of(byte[] onnx) {
      Fields all = new Fields(onnx, 0, onnx.length);
      boolean graph = false;
      while (all.next()) {
        graph |= all.isBytes(GRAPH);
      }
      if (!graph) {
        throw notOnnx("it has no graph");
      }
      return new Fields(onnx, 0, onnx.length);
    }

    boolean next() {
      if (at >= end) {
        return false;
      }
      begin = at;
      long key = varint();
      field = (int) (key >>> 3);
      wire = (int) (key & 7);
      switch (wire) {
        case VARINT -> varint();
        case FIXED64 -> skip(8);
        case BYTES -> skip(varint());
        case FIXED32 -> skip(4);
        default -> throw notOnnx("unknown wire type at byte " + begin);
      }
      return true;
    }

    boolean isBytes(int number) {
      return field == number && wire == BYTES;
    }

    Entry entry() {
      String name = "";
      String text = "";
      Fields in = new Fields(bytes, from, at);
      while (in.next()) {
        if (in.isBytes(1)) {
          name = in.text();
        } else if (in.isBytes(2)) {
          text = in.text();
        }
      }
      return new Entry(name, text);
    }

    private String text() {
      return new String(bytes, from, at - from, StandardCharsets.UTF_8);
    }

    private void skip(long length) {
      if (length < 0 || length > end - at) {
        throw notOnnx("cut off at byte " + at);
      }
      from = at;
      at += (int) length;
    }

    private long varint() {
      long result = 0;
      for (int i = 0; i < 10 && at + i < end; i++) {
        byte b = bytes[at + i];
        result |= (long) (b & 0x7f) << (7 * i);
        if (b >= 0) {
          at += i + 1;
          return result;
        }
      }
      throw notOnnx("cut off at byte " + at);
    }

    private static MlopsException notOnnx(String why) {
      return new MlopsException("The file is not an ONNX model: " + why + ".");
    }
  }
}
