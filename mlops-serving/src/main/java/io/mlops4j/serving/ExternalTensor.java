package io.mlops4j.serving;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A weight whose values are in another file of the version. The file's name is looked up among the
 * version's own files and never given to the file system, so no path can lead elsewhere; the values
 * are handed to ONNX Runtime in memory, which copies them.
 *
 * @param name the weight's
 * @param type its element type, as onnx.proto numbers it
 * @param dims its shape
 * @param location the file, as the model's author wrote it
 * @param offset where it starts in the file
 * @param length how many bytes, or -1 for what the shape needs
 */
record ExternalTensor(
    String name, int type, List<Long> dims, String location, long offset, long length) {

  /** Element types and their bytes. Strings cannot be external. */
  private static final Map<Integer, Element> ELEMENTS =
      Map.of(
          1, new Element(OnnxJavaType.FLOAT, 4),
          2, new Element(OnnxJavaType.UINT8, 1),
          3, new Element(OnnxJavaType.INT8, 1),
          5, new Element(OnnxJavaType.INT16, 2),
          6, new Element(OnnxJavaType.INT32, 4),
          7, new Element(OnnxJavaType.INT64, 8),
          9, new Element(OnnxJavaType.BOOL, 1),
          10, new Element(OnnxJavaType.FLOAT16, 2),
          11, new Element(OnnxJavaType.DOUBLE, 8),
          16, new Element(OnnxJavaType.BFLOAT16, 2));

  private record Element(OnnxJavaType type, int bytes) {}

  /** Returns the tensor if its values are in another file, else null. */
  static @Nullable ExternalTensor read(ProtoReader in) {
    String name = "";
    int type = 0;
    List<Long> dims = new ArrayList<>();
    boolean outside = false;
    Map<String, String> where = new HashMap<>();
    while (in.next()) {
      if (in.field() == 1) { // dims
        for (long dim : in.varints()) {
          dims.add(dim);
        }
      } else if (in.isVarint(2)) { // data_type
        type = (int) in.value();
      } else if (in.isBytes(8)) { // name
        name = in.text();
      } else if (in.isBytes(13)) { // external_data
        outside = true;
        ProtoReader entry = in.message();
        String key = "";
        String value = "";
        while (entry.next()) {
          if (entry.isBytes(1)) {
            key = entry.text();
          } else if (entry.isBytes(2)) {
            value = entry.text();
          }
        }
        where.put(key, value);
      } else if (in.isVarint(14)) { // data_location
        outside |= in.value() != 0;
      }
    }
    return outside
        ? new ExternalTensor(
            name,
            type,
            List.copyOf(dims),
            where.getOrDefault("location", ""),
            number(where.get("offset"), 0),
            number(where.get("length"), -1))
        : null;
  }

  private static long number(@Nullable String text, long absent) {
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a negative one is.
    }
    throw new ProtoReader.MalformedException("external data at no place in a file");
  }

  /**
   * Returns the weights' values by name, from the version's own files. The caller closes them.
   *
   * @throws ModelLoadException if a weight is in a file the version does not list, or not where the
   *     model says; names both
   */
  static Map<String, OnnxTensor> load(
      ModelVersion who, List<ExternalTensor> weights, ModelArtifact artifact, OrtEnvironment env)
      throws OrtException {
    Map<String, byte[]> files = new HashMap<>();
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (ExternalTensor weight : weights) {
        if (!artifact.files().contains(weight.location)) {
          throw new ModelLoadException(
              "Model '"
                  + who
                  + "' keeps the weight "
                  + Text.printable(weight.name, 64)
                  + " in the file '"
                  + Text.printable(weight.location, 64)
                  + "', which the version does not list. Its files: "
                  + artifact.files()
                  + ". Register the version with that file, under that plain name.");
        }
        byte[] file = files.computeIfAbsent(weight.location, artifact::bytes);
        OnnxTensor before = tensors.put(weight.name, weight.tensor(who, file, env));
        if (before != null) {
          before.close();
          throw weight.unusable(who, "there are two of that name");
        }
      }
      return tensors;
    } catch (Throwable e) {
      tensors.values().forEach(OnnxTensor::close);
      throw e;
    }
  }

  /** Returns how much a weight that could be loaded takes. */
  long bytes() {
    Element element = ELEMENTS.get(type);
    long bytes = element == null ? 0 : element.bytes;
    for (long dim : dims) {
      bytes *= dim;
    }
    return bytes;
  }

  private OnnxTensor tensor(ModelVersion who, byte[] file, OrtEnvironment env) throws OrtException {
    Element element = ELEMENTS.get(type);
    if (element == null) {
      throw unusable(who, "its element type " + type + " is not read from other files");
    }
    long bytes = element.bytes;
    try {
      for (long dim : dims) {
        bytes = dim < 0 ? -1 : Math.multiplyExact(bytes, dim);
        if (bytes < 0) {
          break; // two negative ones would pass for a size
        }
      }
    } catch (ArithmeticException e) {
      bytes = -1;
    }
    if (bytes < 0 || (length != -1 && length != bytes) || offset > file.length - bytes) {
      throw unusable(
          who,
          "its shape "
              + dims
              + " does not fit "
              + (length == -1 ? "the bytes" : length + " bytes")
              + " from "
              + offset
              + " of the "
              + file.length
              + " in the file");
    }
    ByteBuffer direct = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    direct.put(file, (int) offset, (int) bytes).flip();
    return OnnxTensor.createTensor(
        env, direct, dims.stream().mapToLong(Long::longValue).toArray(), element.type);
  }

  private ModelLoadException unusable(ModelVersion who, String why) {
    return new ModelLoadException(
        "Model '"
            + who
            + "': the weight "
            + Text.printable(name, 64)
            + " in the file '"
            + Text.printable(location, 64)
            + "' cannot be used: "
            + why
            + ". Export the model again with its weights.");
  }
}
