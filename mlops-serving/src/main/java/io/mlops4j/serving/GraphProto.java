package io.mlops4j.serving;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small ONNX graph as its file says it: operators in order, constants, inputs and outputs. Field
 * numbers: onnx.proto3 of ONNX 1.16.
 */
final class GraphProto {
  /** Larger graphs are not looked at. */
  private static final int MOST_NODES = 64;

  /** Longer lists of numbers, such as those of large forests, are not looked at either. */
  private static final int MOST_NUMBERS = 8 << 16;

  /** An attribute of trees that no answer depends on: a number for each node. */
  private static final String IGNORED = "nodes_hitrates";

  /** So many different texts of an attribute are kept in mind. */
  private static final int MOST_WORDS = 4;

  static final int FLOAT = 1;
  static final int INT64 = 7;

  /** The type of an input or output that is no tensor. */
  static final int NO_TENSOR = -1;

  final Map<String, Long> opsets = new HashMap<>();
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Tensor> constants = new HashMap<>();
  final List<Port> inputs = new ArrayList<>();
  final List<Port> outputs = new ArrayList<>();

  private GraphProto() {}

  /** Returns the graph, or null if it is large, has functions of its own, or is damaged. */
  static @Nullable GraphProto read(byte[] bytes) {
    GraphProto graph = new GraphProto();
    try {
      ProtoReader in = new ProtoReader(bytes);
      while (in.next()) {
        if (in.isBytes(25)) { // functions
          return null;
        } else if (in.isBytes(8)) { // opset_import
          graph.opset(in.message());
        } else if (in.isBytes(7) && !graph.graph(in.message())) { // graph
          return null;
        }
      }
      return graph;
    } catch (ProtoReader.MalformedException e) {
      return null;
    }
  }

  private void opset(ProtoReader in) {
    String domain = "";
    long version = 0;
    while (in.next()) {
      if (in.isBytes(1)) {
        domain = in.text();
      } else if (in.isVarint(2)) {
        version = in.value();
      }
    }
    opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
  }

  private boolean graph(ProtoReader in) {
    while (in.next()) {
      if (in.isBytes(1)) { // node
        if (nodes.size() == MOST_NODES) {
          return false;
        }
        nodes.add(Node.read(in.message()));
      } else if (in.isBytes(5)) { // initializer
        Tensor tensor = Tensor.read(in.message());
        constants.put(tensor.name, tensor);
      } else if (in.isBytes(11)) { // input
        inputs.add(Port.read(in.message()));
      } else if (in.isBytes(12)) { // output
        outputs.add(Port.read(in.message()));
      }
    }
    // Before IR version 4, initializers are listed as inputs too.
    inputs.removeIf(input -> constants.containsKey(input.name));
    return true;
  }

  /**
   * An input or output.
   *
   * @param name its name
   * @param type its element type, or {@link #NO_TENSOR}
   * @param dims its shape; -1 where it is free
   */
  record Port(String name, int type, List<Long> dims) {
    static Port read(ProtoReader in) {
      String name = "";
      int type = NO_TENSOR;
      List<Long> dims = new ArrayList<>();
      while (in.next()) {
        if (in.isBytes(1)) {
          name = in.text();
        } else if (in.isBytes(2)) { // type
          ProtoReader of = in.message();
          while (of.next()) {
            if (of.isBytes(1)) { // tensor_type
              ProtoReader tensor = of.message();
              while (tensor.next()) {
                if (tensor.isVarint(1)) {
                  type = (int) tensor.value();
                } else if (tensor.isBytes(2)) { // shape
                  readDims(tensor.message(), dims);
                }
              }
            }
          }
        }
      }
      return new Port(name, type, dims);
    }

    private static void readDims(ProtoReader in, List<Long> dims) {
      while (in.next()) {
        if (in.isBytes(1)) { // dim
          long size = -1;
          ProtoReader dim = in.message();
          while (dim.next()) {
            size = dim.isVarint(1) ? dim.value() : size;
          }
          dims.add(size);
        }
      }
    }
  }

  /** One operator. */
  record Node(
      String domain,
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {
    static Node read(ProtoReader in) {
      String domain = "";
      String operator = "";
      List<String> inputs = new ArrayList<>();
      List<String> outputs = new ArrayList<>();
      Map<String, Attribute> attributes = new HashMap<>();
      while (in.next()) {
        if (in.isBytes(1)) {
          inputs.add(in.text());
        } else if (in.isBytes(2)) {
          outputs.add(in.text());
        } else if (in.isBytes(4)) {
          operator = in.text();
        } else if (in.isBytes(5)) {
          Attribute attribute = Attribute.read(in.message());
          attributes.put(attribute.name, attribute);
        } else if (in.isBytes(7)) {
          domain = in.text();
        }
      }
      return new Node(
          domain.equals("ai.onnx") ? "" : domain, operator, inputs, outputs, attributes);
    }

    /** Returns whether no attribute but these is set. */
    boolean hasOnly(String... names) {
      return Arrays.asList(names).containsAll(attributes.keySet());
    }

    long integer(String name, long absent) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? absent : attribute.integer;
    }

    float number(String name, float absent) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? absent : attribute.number;
    }

    String text(String name, String absent) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? absent : attribute.text;
    }

    float[] numbers(String name) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? new float[0] : attribute.numbers;
    }

    long[] integers(String name) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? new long[0] : attribute.integers;
    }

    List<String> texts(String name) {
      Attribute attribute = attributes.get(name);
      return attribute == null ? List.of() : attribute.texts;
    }
  }

  /** One attribute of an operator; what it does not hold is empty. */
  static final class Attribute {
    String name = "";
    float number;
    long integer;
    String text = "";
    float[] numbers = {};
    long[] integers = {};
    final List<String> texts = new ArrayList<>();
    private final List<String> words = new ArrayList<>(0);
    @Nullable Tensor tensor;

    static Attribute read(ProtoReader in) {
      Attribute result = new Attribute();
      Floats numbers = new Floats();
      Longs integers = new Longs();
      while (in.next()) {
        switch (in.field()) {
          case 1 -> {
            result.name = in.text();
            if (result.name.equals(IGNORED)) {
              return result;
            }
          }
          case 2 -> result.number = in.wire() == ProtoReader.FIXED32 ? in.float32(0) : 0;
          case 3 -> result.integer = in.value();
          case 4 -> result.text = in.text();
          case 5 -> result.tensor = Tensor.read(in.message());
          case 7 -> numbers.add(in);
          case 8 -> integers.add(in);
          case 9 -> result.texts.add(result.text(in));
          default -> {
            // Nothing the models here have.
          }
        }
      }
      result.numbers = numbers.all();
      result.integers = integers.all();
      return result;
    }

    /** Trees say for each node what it is: one string for all that say the same. */
    private String text(ProtoReader in) {
      requireFew(texts.size() + 1);
      for (String known : words) {
        if (in.isText(known)) {
          return known;
        }
      }
      String text = in.text();
      if (words.size() < MOST_WORDS) {
        words.add(text);
      }
      return text;
    }
  }

  /** A constant. Only floats and int64 are read; of other types {@code numbers} is null. */
  static final class Tensor {
    String name = "";
    int type;
    long[] dims = {};
    float[] numbers = {};
    long[] integers = {};

    static Tensor read(ProtoReader in) {
      Tensor result = new Tensor();
      Longs dims = new Longs();
      Floats numbers = new Floats();
      Longs integers = new Longs();
      ByteBuffer raw = null;
      while (in.next()) {
        switch (in.field()) {
          case 1 -> dims.add(in);
          case 2 -> result.type = (int) in.value();
          case 4 -> numbers.add(in);
          case 7 -> integers.add(in);
          case 8 -> result.name = in.text();
          case 9 -> raw = in.little();
          default -> {
            // Other types, and values elsewhere, which leave the tensor without any.
          }
        }
      }
      result.dims = dims.all();
      result.numbers = numbers.all();
      result.integers = integers.all();
      if (raw != null) {
        requireFew(raw.remaining() / Float.BYTES);
      }
      if (raw != null && result.type == FLOAT) {
        result.numbers = new float[raw.remaining() / Float.BYTES];
        raw.asFloatBuffer().get(result.numbers);
      } else if (raw != null && result.type == INT64) {
        result.integers = new long[raw.remaining() / Long.BYTES];
        raw.asLongBuffer().get(result.integers);
      }
      return result;
    }

    /** Whether it holds as many floats as its shape says. */
    boolean isFloats() {
      long size = 1;
      for (long dim : dims) {
        size = dim < 0 || dim > Integer.MAX_VALUE ? -1 : size * dim;
        if (size < 0 || size > Integer.MAX_VALUE) {
          return false;
        }
      }
      return type == FLOAT && size == numbers.length;
    }
  }

  private static void requireFew(int numbers) {
    if (numbers > MOST_NUMBERS) {
      throw new ProtoReader.MalformedException("more numbers than are looked at");
    }
  }

  /** The size of an array that grows: by doubling, so that many fields of one number are linear. */
  private static int grown(int length, int needed) {
    requireFew(needed);
    return needed <= length ? length : Math.max(needed, 2 * length);
  }

  /** A repeated float, packed or one field a number. */
  private static final class Floats {
    private float[] values = {};
    private int size;

    void add(ProtoReader in) {
      if (in.wire() != ProtoReader.FIXED32 && in.wire() != ProtoReader.BYTES) {
        throw new ProtoReader.MalformedException("floats expected");
      }
      int count = in.length() / Float.BYTES;
      int length = grown(values.length, size + count);
      values = length == values.length ? values : Arrays.copyOf(values, length);
      for (int i = 0; i < count; i++) {
        values[size++] = in.float32(i);
      }
    }

    float[] all() {
      return Arrays.copyOf(values, size);
    }
  }

  /** A repeated integer, packed or one field a number. */
  private static final class Longs {
    private long[] values = {};
    private int size;

    void add(ProtoReader in) {
      if (in.wire() == ProtoReader.VARINT) {
        int length = grown(values.length, size + 1);
        values = length == values.length ? values : Arrays.copyOf(values, length);
        values[size++] = in.value();
        return;
      }
      requireFew(in.length() / 10);
      long[] more = in.varints();
      int length = grown(values.length, size + more.length);
      values = length == values.length ? values : Arrays.copyOf(values, length);
      System.arraycopy(more, 0, values, size, more.length);
      size += more.length;
    }

    long[] all() {
      return Arrays.copyOf(values, size);
    }
  }
}
