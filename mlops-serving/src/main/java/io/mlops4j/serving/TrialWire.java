package io.mlops4j.serving;

import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.ModelVersion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How parent and child tell each other things: two files in a private directory, read by nobody
 * else and removed at the end. Plain bytes, so that a child need not start a JSON parser for a
 * model without an encoding.
 */
final class TrialWire {
  /** Raised with every change: a class path given by hand may hold another version of this. */
  private static final int FORMAT = 1;

  private static final int MOST_MESSAGE = 4_000;

  private TrialWire() {}

  /**
   * What a child has found.
   *
   * @param verdict what became of the version
   * @param rows how many golden rows were reproduced
   * @param message why it was refused; empty if it passed
   */
  record Answer(Verdict verdict, int rows, String message) {}

  /** What became of a version in the child. */
  enum Verdict {
    PASSED,
    REFUSED,
    OUT_OF_MEMORY
  }

  static void write(Path file, TrialRequest request) throws IOException {
    try (DataOutputStream out = out(file)) {
      out.writeInt(FORMAT);
      text(out, request.version().model());
      out.writeInt(request.version().number());
      text(out, request.rowType());
      out.writeInt(request.rows().size());
      for (TrialRequest.Column column : request.rows()) {
        text(out, column.name());
        text(out, column.kind().name());
        out.writeInt(column.length());
      }
      tokens(out, request.tokens());
      text(out, request.kind());
      text(out, request.output());
      options(out, request.options());
      out.writeInt(request.files().size());
      for (String name : request.files()) {
        text(out, name);
      }
      InputEncoding encoding = request.encoding();
      bytes(out, encoding == null ? null : encoding.toJson());
      out.writeDouble(request.tolerance());
      out.writeInt(request.golden().size());
      for (TrialRequest.Golden golden : request.golden()) {
        for (Object value : golden.values()) {
          value(out, value);
        }
        out.writeDouble(golden.expected());
      }
    }
  }

  static TrialRequest read(Path file) throws IOException {
    try (DataInputStream in = in(file)) {
      requireFormat(in);
      ModelVersion version = new ModelVersion(required(in), in.readInt());
      String rowType = required(in);
      List<TrialRequest.Column> columns = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        String name = required(in);
        columns.add(new TrialRequest.Column(name, FeatureKind.valueOf(required(in)), in.readInt()));
      }
      TrialRequest.Tokens tokens = tokens(in);
      String kind = required(in);
      String output = text(in);
      OnnxOptions options = options(in);
      List<String> files = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        files.add(required(in));
      }
      byte[] document = bytes(in);
      InputEncoding encoding = document == null ? null : InputEncoding.fromJson(document);
      double tolerance = in.readDouble();
      List<TrialRequest.Golden> golden = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
          values.add(value(in));
        }
        golden.add(new TrialRequest.Golden(values, in.readDouble()));
      }
      return new TrialRequest(
          version, rowType, columns, tokens, kind, output, options, files, encoding, tolerance,
          golden);
    }
  }

  static void write(Path file, Answer answer) throws IOException {
    try (DataOutputStream out = out(file)) {
      out.writeInt(FORMAT);
      text(out, answer.verdict().name());
      out.writeInt(answer.rows());
      String message = answer.message();
      text(out, message.substring(0, Math.min(message.length(), MOST_MESSAGE)));
    }
  }

  /** Returns the answer, or empty if the child did not get as far as writing a whole one. */
  static Optional<Answer> answer(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try (DataInputStream in = in(file)) {
      requireFormat(in);
      Verdict verdict = Verdict.valueOf(required(in));
      return Optional.of(new Answer(verdict, in.readInt(), required(in)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static void requireFormat(DataInputStream in) throws IOException {
    int format = in.readInt();
    if (format != FORMAT) {
      throw new IOException("format " + format + " (expected: " + FORMAT + ")");
    }
  }

  private static DataOutputStream out(Path file) throws IOException {
    return new DataOutputStream(new java.io.BufferedOutputStream(Files.newOutputStream(file)));
  }

  private static DataInputStream in(Path file) throws IOException {
    return new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)));
  }

  private static void tokens(DataOutputStream out, TrialRequest.@Nullable Tokens tokens)
      throws IOException {
    out.writeBoolean(tokens != null);
    if (tokens == null) {
      return;
    }
    out.writeInt(tokens.buckets().size());
    for (int bucket : tokens.buckets()) {
      out.writeInt(bucket);
    }
    out.writeLong(tokens.padding());
    Pooling pooling = tokens.pooling();
    text(out, pooling == null ? null : pooling.tokens().name());
    out.writeBoolean(pooling != null && pooling.normalize());
  }

  private static TrialRequest.@Nullable Tokens tokens(DataInputStream in) throws IOException {
    if (!in.readBoolean()) {
      return null;
    }
    List<Integer> buckets = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      buckets.add(in.readInt());
    }
    long padding = in.readLong();
    String pooled = text(in);
    boolean normalize = in.readBoolean();
    Pooling pooling =
        pooled == null ? null : new Pooling(Pooling.Tokens.valueOf(pooled), normalize);
    return new TrialRequest.Tokens(buckets, padding, pooling);
  }

  private static void options(DataOutputStream out, OnnxOptions options) throws IOException {
    out.writeBoolean(options.sharedPool());
    text(out, options.optimization().name());
    out.writeBoolean(options.nativeOnly());
    out.writeBoolean(options.cuda().isPresent());
    if (options.cuda().isPresent()) {
      OnnxOptions.Cuda card = options.cuda().get();
      out.writeInt(card.device());
      out.writeLong(card.memoryLimitBytes());
      out.writeInt(card.maxConcurrent());
    }
    out.writeInt(options.customOperators().size());
    for (OnnxOptions.CustomOperators operators : options.customOperators()) {
      text(out, operators.library().toAbsolutePath().toString());
      text(out, operators.sha256());
    }
  }

  private static OnnxOptions options(DataInputStream in) throws IOException {
    boolean pool = in.readBoolean();
    OnnxOptions.Optimization level = OnnxOptions.Optimization.valueOf(required(in));
    boolean nativeOnly = in.readBoolean();
    Optional<OnnxOptions.Cuda> cuda =
        in.readBoolean()
            ? Optional.of(new OnnxOptions.Cuda(in.readInt(), in.readLong(), in.readInt()))
            : Optional.empty();
    List<OnnxOptions.CustomOperators> operators = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      operators.add(new OnnxOptions.CustomOperators(Path.of(required(in)), required(in)));
    }
    return new OnnxOptions(pool, level, nativeOnly, cuda, operators);
  }

  private static void value(DataOutputStream out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeByte(0);
    } else if (value instanceof Double number) {
      out.writeByte(1);
      out.writeDouble(number);
    } else if (value instanceof String text) {
      out.writeByte(2);
      text(out, text);
    } else {
      float[] vector = (float[]) value;
      out.writeByte(3);
      out.writeInt(vector.length);
      for (float number : vector) {
        out.writeFloat(number);
      }
    }
  }

  private static @Nullable Object value(DataInputStream in) throws IOException {
    return switch (in.readByte()) {
      case 0 -> null;
      case 1 -> in.readDouble();
      case 2 -> required(in);
      default -> {
        float[] vector = new float[in.readInt()];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = in.readFloat();
        }
        yield vector;
      }
    };
  }

  private static void text(DataOutputStream out, @Nullable String text) throws IOException {
    bytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    byte[] bytes = bytes(in);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private static String required(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("a text is missing");
    }
    return text;
  }

  private static void bytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  private static byte @Nullable [] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("cut off");
    }
    return bytes;
  }
}
