package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs whose lists of numbers are long: tree ensembles keep theirs one number a field. */
class GraphProtoTest {
  /** The longest list that is looked at. */
  private static final int MOST = 8 << 16;

  private static void varint(ByteArrayOutputStream out, long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  private static byte[] message(int field, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, (field << 3) | 2);
    varint(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  /** A model with one operator whose attribute "x" has so many integers and floats. */
  private static byte[] model(int numbers, boolean packed) {
    ByteArrayOutputStream attribute = new ByteArrayOutputStream();
    attribute.writeBytes(message(1, "x".getBytes(StandardCharsets.UTF_8)));
    ByteArrayOutputStream integers = new ByteArrayOutputStream();
    ByteBuffer floats = ByteBuffer.allocate(4 * numbers).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < numbers; i++) {
      floats.putFloat(i);
      if (packed) {
        varint(integers, i);
      } else {
        varint(attribute, 8 << 3);
        varint(attribute, i);
        varint(attribute, (7 << 3) | 5);
        attribute.write(floats.array(), 4 * i, 4);
      }
    }
    if (packed) {
      attribute.writeBytes(message(8, integers.toByteArray()));
      attribute.writeBytes(message(7, floats.array()));
    }
    return message(7, message(1, message(5, attribute.toByteArray())));
  }

  /** Copying the whole list for each number would take minutes. */
  @Test
  @Timeout(20)
  void read_oneNumberAField_isLinearAndExact() {
    GraphProto graph = Objects.requireNonNull(GraphProto.read(model(MOST, false)));
    long[] integers = graph.nodes.get(0).integers("x");
    float[] floats = graph.nodes.get(0).numbers("x");
    assertThat(integers).hasSize(MOST);
    assertThat(floats).hasSize(MOST);
    for (int i = 0; i < MOST; i++) {
      assertThat(integers[i] == i && floats[i] == i).as("number %d", i).isTrue();
    }
  }

  @Test
  void read_packed_isTheSame() {
    GraphProto graph = Objects.requireNonNull(GraphProto.read(model(300, true)));
    GraphProto single = Objects.requireNonNull(GraphProto.read(model(300, false)));
    assertThat(graph.nodes.get(0).integers("x")).isEqualTo(single.nodes.get(0).integers("x"));
    assertThat(graph.nodes.get(0).numbers("x")).isEqualTo(single.nodes.get(0).numbers("x"));
  }

  @Test
  void read_longerThanIsLookedAt_isLeftToOnnxRuntime() {
    assertThat(GraphProto.read(model(MOST + 1, false))).isNull();
    assertThat(GraphProto.read(model(MOST + 1, true))).isNull();
  }
}
