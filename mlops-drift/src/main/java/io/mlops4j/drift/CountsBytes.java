package io.mlops4j.drift;

import io.mlops4j.core.ModelVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The second format of counts. All numbers are base-128 varints, lowest bits first:
 *
 * <pre>
 * 'M' 'D' 'C' 2
 * model (length, UTF-8), version number, baseline (32 bytes), predictions
 * features: number, then by name: name, cells: number, counts
 * sketches: number, then by name: name, registers in use: number, then (gap, value) of each
 * slots: number, counts
 * segments: number, then of each: predictions, features: number, then cells: number, counts
 * CRC-32 of everything before it, 4 bytes, highest first
 * </pre>
 */
final class CountsBytes {
  private static final byte[] MAGIC = {'M', 'D', 'C', 2};

  private CountsBytes() {}

  static byte[] write(DriftCounts counts) {
    Out out = new Out();
    out.bytes(MAGIC);
    out.text(counts.version().model());
    out.number(counts.version().number());
    out.bytes(HexFormat.of().parseHex(counts.baseline()));
    out.number(counts.predictions());
    Map<String, long[]> cells = new TreeMap<>(counts.cells());
    out.number(cells.size());
    cells.forEach(
        (feature, values) -> {
          out.text(feature);
          out.numbers(values);
        });
    Map<String, Cardinality> distinct = new TreeMap<>(counts.distinct());
    out.number(distinct.size());
    distinct.forEach(
        (feature, sketch) -> {
          out.text(feature);
          out.registers(sketch.registers());
        });
    out.numbers(counts.slots());
    out.number(counts.segments().size());
    for (DriftCounts.Part part : counts.segments()) {
      out.number(part.predictions());
      out.number(part.cells().length);
      for (long[] values : part.cells()) {
        out.numbers(values);
      }
    }
    return out.checked();
  }

  static DriftCounts read(byte[] bytes) {
    In in = new In(bytes);
    in.magic(MAGIC);
    String model = in.text();
    long number = in.number();
    if (number > Integer.MAX_VALUE) {
      throw CountsJson.damaged("version number " + number);
    }
    String baseline = HexFormat.of().formatHex(in.bytes(32));
    long predictions = in.number();
    Map<String, long[]> cells = new LinkedHashMap<>();
    for (int i = in.size(); i > 0; i--) {
      cells.put(in.text(), in.numbers());
    }
    Map<String, Cardinality> distinct = new LinkedHashMap<>();
    for (int i = in.size(); i > 0; i--) {
      distinct.put(in.text(), Cardinality.of(in.registers()));
    }
    long[] slots = in.numbers();
    List<DriftCounts.Part> segments = new ArrayList<>();
    for (int i = in.size(); i > 0; i--) {
      long rows = in.number();
      long[][] values = new long[in.size()][];
      for (int f = 0; f < values.length; f++) {
        values[f] = in.numbers();
      }
      segments.add(new DriftCounts.Part(rows, values));
    }
    in.end();
    try {
      return new DriftCounts(
          new ModelVersion(model, (int) number),
          baseline,
          predictions,
          cells,
          distinct,
          slots,
          segments);
    } catch (IllegalArgumentException e) {
      throw CountsJson.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static long crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }

  /** Writes. */
  private static final class Out {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void bytes(byte[] bytes) {
      out.writeBytes(bytes);
    }

    void number(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F) | 0x80);
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    void numbers(long[] values) {
      number(values.length);
      for (long value : values) {
        number(value);
      }
    }

    void text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      number(bytes.length);
      bytes(bytes);
    }

    void registers(byte[] registers) {
      int used = 0;
      for (byte register : registers) {
        used += register != 0 ? 1 : 0;
      }
      number(used);
      int last = 0;
      for (int i = 0; i < registers.length; i++) {
        if (registers[i] != 0) {
          number(i - last);
          number(registers[i]);
          last = i;
        }
      }
    }

    byte[] checked() {
      byte[] body = out.toByteArray();
      long crc = crc(body, body.length);
      for (int shift = 24; shift >= 0; shift -= 8) {
        out.write((int) (crc >>> shift) & 0xFF);
      }
      return out.toByteArray();
    }
  }

  /** Reads; whatever is not understood is refused. */
  private static final class In {
    private final byte[] bytes;
    private final int end;
    private int at;

    In(byte[] bytes) {
      this.bytes = bytes;
      this.end = bytes.length - 4;
      long stated = 0;
      for (int i = Math.max(0, end); i < bytes.length; i++) {
        stated = stated << 8 | (bytes[i] & 0xFF);
      }
      if (end < MAGIC.length || crc(bytes, end) != stated) {
        throw CountsJson.damaged("it is no such document, or its checksum is wrong");
      }
    }

    void magic(byte[] magic) {
      for (byte expected : magic) {
        if (bytes[at++] != expected) {
          throw CountsJson.damaged("it was written by a newer version, or is something else");
        }
      }
    }

    byte[] bytes(int length) {
      if (length > end - at) {
        throw CountsJson.damaged("it ends too early");
      }
      byte[] result = java.util.Arrays.copyOfRange(bytes, at, at + length);
      at += length;
      return result;
    }

    long number() {
      long result = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        if (at >= end) {
          throw CountsJson.damaged("it ends too early");
        }
        byte next = bytes[at++];
        result |= (long) (next & 0x7F) << shift;
        if (next >= 0) {
          return result;
        }
      }
      throw CountsJson.damaged("a count is too large");
    }

    /** A number of things that take at least a byte each. */
    int size() {
      long size = number();
      if (size > end - at) {
        throw CountsJson.damaged("it ends too early");
      }
      return (int) size;
    }

    long[] numbers() {
      long[] result = new long[size()];
      for (int i = 0; i < result.length; i++) {
        result[i] = number();
      }
      return result;
    }

    String text() {
      return new String(bytes(size()), StandardCharsets.UTF_8);
    }

    byte[] registers() {
      byte[] registers = new byte[Cardinality.REGISTERS];
      int used = size();
      long index = 0;
      for (int i = 0; i < used; i++) {
        index += number();
        long value = number();
        if (index >= registers.length || value > Cardinality.largestRegister()) {
          throw CountsJson.damaged("a sketch has no such register");
        }
        registers[(int) index] = (byte) value;
      }
      return registers;
    }

    void end() {
      if (at != end) {
        throw CountsJson.damaged("something follows its end");
      }
    }
  }
}
