package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;

/**
 * Looks into an ONNX file before native code does, for weights that live in another file: those
 * would be opened by a path the model's author chose, and nobody has verified them.
 *
 * <p>A walk over protobuf fields, nothing is built. Field numbers: onnx.proto3 of ONNX 1.16.
 */
final class OnnxBytes {
  /** Nested control-flow bodies; real models have one or two. */
  private static final int DEEPEST = 32;

  private final byte[] bytes;

  private OnnxBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  static void refuseExternalData(ModelVersion who, byte[] bytes) {
    boolean external;
    try {
      external = new OnnxBytes(bytes).inModel();
    } catch (MalformedException e) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' is no ONNX file: "
              + e.getMessage()
              + " ("
              + bytes.length
              + " bytes).");
    }
    if (external) {
      throw new ModelLoadException(
          "Model '"
              + who
              + "' keeps weights in another file (external data). Save it as one file, for example"
              + " onnx.save(model, path, save_as_external_data=False).");
    }
  }

  private boolean inModel() {
    return any(
        0,
        bytes.length,
        0,
        (field, from, to) ->
            switch (field) {
              case 7 -> inGraph(from, to, 1); // graph
              case 25 -> inFunction(from, to, 1); // functions
              default -> false;
            });
  }

  private boolean inGraph(int start, int end, int depth) {
    return any(
        start,
        end,
        depth,
        (field, from, to) ->
            switch (field) {
              case 1 -> inNode(from, to, depth + 1); // node
              case 5 -> inTensor(from, to, depth + 1); // initializer
              case 15 -> inSparse(from, to, depth + 1); // sparse_initializer
              default -> false;
            });
  }

  private boolean inFunction(int start, int end, int depth) {
    return any(
        start,
        end,
        depth,
        (field, from, to) ->
            switch (field) {
              case 7 -> inNode(from, to, depth + 1); // node
              case 11 -> inAttribute(from, to, depth + 1); // attribute_proto
              default -> false;
            });
  }

  private boolean inNode(int start, int end, int depth) {
    return any(
        start, end, depth, (field, from, to) -> field == 5 && inAttribute(from, to, depth + 1));
  }

  private boolean inAttribute(int start, int end, int depth) {
    return any(
        start,
        end,
        depth,
        (field, from, to) ->
            switch (field) {
              case 5, 10 -> inTensor(from, to, depth + 1); // t, tensors
              case 6, 11 -> inGraph(from, to, depth + 1); // g, graphs
              case 22, 23 -> inSparse(from, to, depth + 1); // sparse_tensor, sparse_tensors
              default -> false;
            });
  }

  private boolean inSparse(int start, int end, int depth) {
    return any(
        start,
        end,
        depth,
        (field, from, to) -> (field == 1 || field == 2) && inTensor(from, to, depth + 1));
  }

  private boolean inTensor(int start, int end, int depth) {
    // external_data, or data_location (a varint: from is its value) other than DEFAULT.
    return any(start, end, depth, (field, from, to) -> field == 13 || (field == 14 && from != 0));
  }

  private boolean any(int start, int end, int depth, FieldTest test) {
    if (depth > DEEPEST) {
      throw new MalformedException("bodies nested deeper than " + DEEPEST);
    }
    int at = start;
    while (at < end) {
      long[] key = varint(at, end);
      at = (int) key[1];
      int field = (int) (key[0] >>> 3);
      switch ((int) (key[0] & 7)) {
        case 0 -> {
          long[] value = varint(at, end);
          at = (int) value[1];
          if (field == 14 && test.test(field, value[0] == 0 ? 0 : 1, at)) {
            return true;
          }
        }
        case 1 -> at = skip(at, 8, end);
        case 2 -> {
          long[] length = varint(at, end);
          int from = (int) length[1];
          at = skip(from, length[0], end);
          if (test.test(field, from, at)) {
            return true;
          }
        }
        case 5 -> at = skip(at, 4, end);
        default -> throw new MalformedException("unknown wire type at byte " + at);
      }
    }
    return false;
  }

  private static int skip(int at, long length, int end) {
    if (length < 0 || length > end - at) {
      throw new MalformedException("cut off at byte " + at);
    }
    return at + (int) length;
  }

  /** Returns the value and the position after it. */
  private long[] varint(int start, int end) {
    long value = 0;
    for (int i = 0; i < 10 && start + i < end; i++) {
      byte b = bytes[start + i];
      value |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        return new long[] {value, start + i + 1};
      }
    }
    throw new MalformedException("cut off at byte " + start);
  }

  private interface FieldTest {
    boolean test(int field, int from, int to);
  }

  private static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }
}
