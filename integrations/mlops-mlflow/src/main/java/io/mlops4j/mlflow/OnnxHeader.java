package io.mlops4j.mlflow;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an ONNX file says of itself that this module needs: its inputs and outputs, for the
 * signature of an MLmodel file, and the other files it would open, which are refused.
 *
 * <p>A walk over protobuf fields; values are skipped by their length. Field numbers: onnx.proto3 of
 * ONNX 1.16. A loader looks again, and deeper (bodies of loops and functions).
 *
 * @param inputs the graph's inputs that are no weights
 * @param outputs the graph's outputs; sequences and maps have no shape
 * @param externalFiles names of files that hold weights
 */
record OnnxHeader(
    List<MlflowColumn> inputs, List<MlflowColumn> outputs, List<String> externalFiles) {
  private static final String[] TYPES = {
    "", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "object", "bool",
    "float16", "float64", "uint32", "uint64"
  };

  static OnnxHeader read(byte[] bytes, String what) {
    try {
      Reading reading = new Reading();
      new Fields(bytes, 0, bytes.length).each((field, value) -> reading.model(field, value));
      if (!reading.graph) {
        throw new IllegalArgumentException("it has no graph");
      }
      reading.inputs.removeIf(input -> reading.weights.contains(input.name()));
      return new OnnxHeader(
          List.copyOf(reading.inputs), List.copyOf(reading.outputs), List.copyOf(reading.external));
    } catch (IllegalArgumentException e) {
      throw new MlflowException(
          what + " is no ONNX file: " + e.getMessage() + " (" + bytes.length + " bytes).", e);
    }
  }

  private static final class Reading {
    private final List<MlflowColumn> inputs = new ArrayList<>();
    private final List<MlflowColumn> outputs = new ArrayList<>();
    private final List<String> external = new ArrayList<>();
    private final Set<String> weights = new HashSet<>();
    private boolean graph;

    void model(int field, Fields value) {
      if (field == 7) {
        graph = true;
        value.each(this::graph);
      }
    }

    private void graph(int field, Fields value) {
      switch (field) {
        case 5 -> value.each(this::initializer);
        case 11 -> inputs.add(value(value));
        case 12 -> outputs.add(value(value));
        default -> {}
      }
    }

    private void initializer(int field, Fields value) {
      if (field == 8) {
        weights.add(value.text());
      } else if (field == 13) { // external_data: key 1, value 2
        String[] entry = {"", ""};
        value.each(
            (f, v) -> {
              if (f == 1 || f == 2) {
                entry[f - 1] = v.text();
              }
            });
        if (entry[0].equals("location") && !external.contains(entry[1])) {
          external.add(entry[1]);
        }
      }
    }

    private static MlflowColumn value(Fields info) {
      String[] name = {""};
      int[] type = {0};
      List<Long> shape = new ArrayList<>();
      info.each(
          (field, value) -> {
            if (field == 1) {
              name[0] = value.text();
            } else if (field == 2) {
              value.each(
                  (kind, of) -> {
                    if (kind == 1) { // tensor_type: elem_type 1, shape 2
                      of.each(
                          (f, v) -> {
                            if (f == 1) {
                              type[0] = (int) v.number();
                            } else if (f == 2) {
                              v.each((d, dimension) -> shape.add(dimension(dimension)));
                            }
                          });
                    }
                  });
            }
          });
      String elements = type[0] > 0 && type[0] < TYPES.length ? TYPES[type[0]] : "";
      return new MlflowColumn(name[0], elements, shape, true);
    }

    private static long dimension(Fields dimension) {
      long[] size = {-1};
      dimension.each(
          (field, value) -> {
            if (field == 1) {
              size[0] = value.number() > 0 ? value.number() : -1;
            }
          });
      return size[0];
    }
  }

  private interface Visitor {
    void visit(int field, Fields value);
  }

  /** A stretch of protobuf fields, or one field's value. */
  private static final class Fields {
    private final byte[] bytes;
    private final int from;
    private final int to;
    private final long number;

    Fields(byte[] bytes, int from, int to) {
      this(bytes, from, to, 0);
    }

    Fields(byte[] bytes, int from, int to, long number) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      this.number = number;
    }

    long number() {
      return number;
    }

    String text() {
      return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    void each(Visitor visitor) {
      int at = from;
      while (at < to) {
        long[] key = varint(at);
        at = (int) key[1];
        int field = (int) (key[0] >>> 3);
        int wire = (int) (key[0] & 7);
        if (wire == 0) {
          long[] value = varint(at);
          at = (int) value[1];
          visitor.visit(field, new Fields(bytes, at, at, value[0]));
        } else if (wire == 2) {
          long[] length = varint(at);
          int start = (int) length[1];
          at = skip(start, length[0]);
          visitor.visit(field, new Fields(bytes, start, at));
        } else if (wire == 1 || wire == 5) {
          at = skip(at, wire == 1 ? 8 : 4);
        } else {
          throw new IllegalArgumentException("unknown wire type at byte " + at);
        }
      }
    }

    private int skip(int at, long length) {
      if (length < 0 || length > to - at) {
        throw new IllegalArgumentException("cut off at byte " + at);
      }
      return at + (int) length;
    }

    private long[] varint(int start) {
      long value = 0;
      for (int i = 0; i < 10 && start + i < to; i++) {
        byte b = bytes[start + i];
        value |= (long) (b & 0x7f) << (7 * i);
        if (b >= 0) {
          return new long[] {value, start + i + 1};
        }
      }
      throw new IllegalArgumentException("cut off at byte " + start);
    }
  }
}
