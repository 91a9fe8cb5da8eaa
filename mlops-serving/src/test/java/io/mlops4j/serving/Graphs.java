package io.mlops4j.serving;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes small ONNX files, so that tests can make as many as they like. */
final class Graphs {
  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> constants = new ArrayList<>();
  private byte[] output = {};
  private final int width;
  private long opset = 17;
  private long ml = 3;
  private byte[] more = {};

  private Graphs(int width) {
    this.width = width;
  }

  /** Starts a graph with the float input X [n, width]. */
  static Graphs of(int width) {
    return new Graphs(width);
  }

  Graphs opset(long version) {
    opset = version;
    return this;
  }

  Graphs ml(long version) {
    ml = version;
    return this;
  }

  /** Adds fields to the model. */
  Graphs with(byte[] fields) {
    more = fields;
    return this;
  }

  Graphs node(String operator, String inputs, String outputs, byte[]... attributes) {
    List<byte[]> fields = new ArrayList<>();
    for (String name : inputs.split(" ")) {
      fields.add(text(1, name));
    }
    for (String name : outputs.split(" ")) {
      fields.add(text(2, name));
    }
    String[] domain = operator.split(":");
    fields.add(text(4, domain[domain.length - 1]));
    for (byte[] attribute : attributes) {
      fields.add(bytes(5, attribute));
    }
    if (domain.length > 1) {
      fields.add(text(7, domain[0]));
    }
    nodes.add(join(fields));
    return this;
  }

  Graphs floats(String name, float[] values, long... dims) {
    constants.add(tensor(name, values, dims));
    return this;
  }

  Graphs longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    constants.add(
        join(
            List.of(varint(1, values.length), varint(2, 7), text(8, name), bytes(9, raw.array()))));
    return this;
  }

  static byte[] tensor(String name, float[] values, long... dims) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    List<byte[]> fields = new ArrayList<>();
    for (long dim : dims) {
      fields.add(varint(1, dim));
    }
    fields.add(varint(2, 1));
    fields.add(text(8, name));
    fields.add(bytes(9, raw.array()));
    return join(fields);
  }

  /** Ends with a float output; -1 columns: [n]. */
  byte[] output(String name, int columns) {
    List<byte[]> shape = new ArrayList<>(List.of(bytes(1, text(2, "n"))));
    if (columns >= 0) {
      shape.add(bytes(1, varint(1, columns)));
    }
    output = join(List.of(text(1, name), bytes(2, floatType(shape))));
    return build();
  }

  /** Ends with a sequence of maps from strings or integers to floats. */
  byte[] maps(String name, boolean strings) {
    byte[] value = bytes(1, varint(1, 1));
    byte[] map = bytes(5, join(List.of(varint(1, strings ? 8 : 7), bytes(2, value))));
    output = join(List.of(text(1, name), bytes(2, bytes(4, bytes(1, map)))));
    return build();
  }

  private byte[] build() {
    List<byte[]> graph = new ArrayList<>();
    nodes.forEach(node -> graph.add(bytes(1, node)));
    graph.add(text(2, "g"));
    constants.forEach(constant -> graph.add(bytes(5, constant)));
    byte[] shape = join(List.of(bytes(1, text(2, "n")), bytes(1, varint(1, width))));
    graph.add(bytes(11, join(List.of(text(1, "X"), bytes(2, floatType(List.of(shape)))))));
    graph.add(bytes(12, output));
    return join(
        List.of(
            varint(1, 8),
            bytes(7, join(graph)),
            bytes(8, join(List.of(text(1, ""), varint(2, opset)))),
            bytes(8, join(List.of(text(1, "ai.onnx.ml"), varint(2, ml)))),
            more));
  }

  private static byte[] floatType(List<byte[]> shape) {
    return bytes(1, join(List.of(varint(1, 1), bytes(2, join(shape)))));
  }

  static byte[] integer(String name, long value) {
    return join(List.of(text(1, name), varint(3, value), varint(20, 2)));
  }

  static byte[] number(String name, float value) {
    ByteBuffer raw = ByteBuffer.allocate(5).order(ByteOrder.LITTLE_ENDIAN);
    raw.put((byte) (2 << 3 | 5)).putFloat(value);
    return join(List.of(text(1, name), raw.array(), varint(20, 1)));
  }

  static byte[] string(String name, String value) {
    return join(List.of(text(1, name), text(4, value), varint(20, 3)));
  }

  static byte[] numbers(String name, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return join(List.of(text(1, name), bytes(7, raw.array()), varint(20, 6)));
  }

  static byte[] integers(String name, long... values) {
    List<byte[]> fields = new ArrayList<>(List.of(text(1, name)));
    for (long value : values) {
      fields.add(varint(8, value));
    }
    fields.add(varint(20, 7));
    return join(fields);
  }

  static byte[] strings(String name, String... values) {
    List<byte[]> fields = new ArrayList<>(List.of(text(1, name)));
    for (String value : values) {
      fields.add(text(9, value));
    }
    fields.add(varint(20, 8));
    return join(fields);
  }

  static byte[] tensorAttribute(String name, byte[] tensor) {
    return join(List.of(text(1, name), bytes(5, tensor), varint(20, 4)));
  }

  static byte[] text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bytes(int field, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, (long) field << 3 | 2);
    write(out, value.length);
    out.writeBytes(value);
    return out.toByteArray();
  }

  static byte[] varint(int field, long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out, (long) field << 3);
    write(out, value);
    return out.toByteArray();
  }

  static byte[] join(List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
