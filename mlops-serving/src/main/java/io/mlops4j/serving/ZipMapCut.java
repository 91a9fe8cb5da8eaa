package io.mlops4j.serving;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graph without the ZipMap at its end. ZipMap computes nothing: it turns a row of floats, which
 * can be read from where it is, into a map of its own in native memory and again in Java, for every
 * row. So the verified bytes are opened with that one operator left out and its input as the
 * output; the classes' names are those it would have put into the maps. Everything else is copied
 * byte for byte.
 *
 * @param bytes the graph to open
 * @param output the float output that was the ZipMap's input
 * @param labels the classes, one per column
 */
@SuppressWarnings("ArrayRecordComponent")
record ZipMapCut(byte[] bytes, String output, List<String> labels) {

  /**
   * Returns the graph without its ZipMap, or null if it has none at the output asked for, or if its
   * classes are not in order.
   *
   * @param chosen the output's name, or null for the only one of a ZipMap
   */
  static @Nullable ZipMapCut of(byte[] bytes, @Nullable String chosen) {
    try {
      ProtoReader model = new ProtoReader(bytes);
      while (model.next()) {
        if (model.isBytes(7)) { // graph
          GraphProto.Node zipMap = find(model.message(), chosen);
          return zipMap == null ? null : cut(bytes, zipMap);
        }
      }
    } catch (ProtoReader.MalformedException e) {
      // ONNX Runtime will say so.
    }
    return null;
  }

  private static GraphProto.@Nullable Node find(ProtoReader graph, @Nullable String chosen) {
    GraphProto.Node found = null;
    while (graph.next()) {
      if (graph.isBytes(1) && isZipMap(graph.message())) { // node
        GraphProto.Node node = GraphProto.Node.read(graph.message());
        if (chosen == null || node.outputs().contains(chosen)) {
          if (found != null) {
            return null;
          }
          found = node;
        }
      }
    }
    return found;
  }

  private static boolean isZipMap(ProtoReader node) {
    boolean operator = false;
    boolean domain = false;
    while (node.next()) {
      operator |= node.isBytes(4) && node.text().equals("ZipMap");
      domain |= node.isBytes(7) && node.text().equals("ai.onnx.ml");
    }
    return operator && domain;
  }

  private static @Nullable ZipMapCut cut(byte[] bytes, GraphProto.Node zipMap) {
    List<String> labels = labels(zipMap);
    if (labels == null || zipMap.inputs().size() != 1 || zipMap.outputs().size() != 1) {
      return null;
    }
    ByteArrayOutputStream result = new ByteArrayOutputStream(bytes.length + 64);
    ProtoReader model = new ProtoReader(bytes);
    while (model.next()) {
      if (model.isBytes(7)) {
        byte[] graph = graph(model.message(), zipMap, labels.size());
        if (graph == null) {
          return null;
        }
        write(result, 7, graph);
      } else {
        model.copyTo(result);
      }
    }
    return new ZipMapCut(result.toByteArray(), zipMap.inputs().get(0), labels);
  }

  /** Returns the names in the order of the columns, if that is their own order. */
  static @Nullable List<String> labels(GraphProto.Node zipMap) {
    List<String> texts = zipMap.texts("classlabels_strings");
    boolean sorted = texts.equals(texts.stream().sorted().toList());
    if (texts.isEmpty()) {
      long[] numbers = zipMap.integers("classlabels_int64s");
      sorted = Arrays.equals(numbers, Arrays.stream(numbers).sorted().toArray());
      texts = Arrays.stream(numbers).mapToObj(Long::toString).toList();
    }
    boolean distinct = texts.stream().distinct().count() == texts.size();
    return sorted && distinct && !texts.isEmpty() ? List.copyOf(texts) : null;
  }

  private static byte @Nullable [] graph(ProtoReader in, GraphProto.Node zipMap, int columns) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int replaced = 0;
    while (in.next()) {
      if (in.isBytes(1) && isZipMap(in.message())) {
        if (!GraphProto.Node.read(in.message()).outputs().equals(zipMap.outputs())) {
          in.copyTo(out);
        }
      } else if (in.isBytes(12)) { // output
        String name = GraphProto.Port.read(in.message()).name();
        if (name.equals(zipMap.inputs().get(0))) {
          return null; // An output already.
        }
        if (name.equals(zipMap.outputs().get(0))) {
          write(out, 12, floats(zipMap.inputs().get(0), columns));
          replaced++;
        } else {
          in.copyTo(out);
        }
      } else {
        in.copyTo(out);
      }
    }
    return replaced == 1 ? out.toByteArray() : null;
  }

  /** Returns a ValueInfoProto: a float tensor [n, columns]. */
  private static byte[] floats(String name, int columns) {
    ByteArrayOutputStream shape = new ByteArrayOutputStream();
    write(shape, 1, new byte[0]); // dim: free
    ByteArrayOutputStream size = new ByteArrayOutputStream();
    varint(size, 1 << 3); // dim_value
    varint(size, columns);
    write(shape, 1, size.toByteArray());
    ByteArrayOutputStream tensor = new ByteArrayOutputStream();
    varint(tensor, 1 << 3); // elem_type
    varint(tensor, GraphProto.FLOAT);
    write(tensor, 2, shape.toByteArray());
    ByteArrayOutputStream type = new ByteArrayOutputStream();
    write(type, 1, tensor.toByteArray()); // tensor_type
    ByteArrayOutputStream port = new ByteArrayOutputStream();
    write(port, 1, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    write(port, 2, type.toByteArray());
    return port.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, int field, byte[] bytes) {
    varint(out, field << 3 | ProtoReader.BYTES);
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
}
