package io.mlops4j.serving;

import io.mlops4j.core.Feature;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.RowEncoder;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads ONNX files, from a registry's version or from a path. Immutable and thread-safe.
 *
 * <p>The bytes that were verified are the bytes that are loaded: a graph that keeps weights in
 * another file is refused, and no operator library is registered. Loading runs the graph once on
 * rows of zeros.
 *
 * <p>The model returned is thread-safe, uses as many native calls at once as there are cores, each
 * on one core, and may be closed at any time: closing waits for calls that are inside.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public final class OnnxLoader<I, O> implements ModelLoader<I, O> {
  private static final String FORMAT = "onnx";
  private static final String SUFFIX = ".onnx";

  private final Schema<I> schema;
  private final OutputKind<O> kind;
  private final @Nullable String output;

  OnnxLoader(Schema<I> schema, OutputKind<O> kind, @Nullable String output) {
    this.schema = Objects.requireNonNull(schema, "schema");
    this.kind = kind;
    this.output = output;
  }

  /**
   * Returns a loader that reads one particular output, for graphs with several that fit.
   *
   * @param name the output's name in the graph
   * @return a new loader
   */
  public OnnxLoader<I, O> output(String name) {
    return new OnnxLoader<>(schema, kind, Objects.requireNonNull(name, "name"));
  }

  @Override
  public Set<String> formats() {
    return Set.of(FORMAT);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return Optional.of(schema);
  }

  /** Returns whether the rows are numbers throughout: only those are passed on without encoding. */
  @Override
  public boolean takesRowsAsTheyAre() {
    try {
      InputEncoding.numeric(schema);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Returns the model in a version's one {@code .onnx} file.
   *
   * @param version who it is, for messages
   * @param artifact its files; without a stored encoding the schema's numbers are passed on as they
   *     are, and then the stored signature must be the schema's
   * @return the model; the caller closes it
   * @throws ModelLoadException if the graph cannot be opened or does not fit; lists both sides
   */
  @Override
  public Model<I, O> load(ModelVersion version, ModelArtifact artifact) {
    List<String> graphs = artifact.files().stream().filter(f -> f.endsWith(SUFFIX)).toList();
    if (graphs.size() != 1) {
      throw new ModelLoadException(
          "Version '"
              + version
              + "' has "
              + graphs.size()
              + " files ending in .onnx (expected: 1). Files: "
              + artifact.files()
              + ".");
    }
    Optional<InputEncoding> stored = artifact.encoding();
    Optional<String> signature = artifact.signature();
    if (stored.isEmpty()
        && signature.isPresent()
        && !signature.get().equals(schema.fingerprint())) {
      throw new ModelLoadException(
          "Version '"
              + version
              + "' was trained on rows with signature "
              + Text.printable(signature.get(), 12)
              + " and stores no encoding; "
              + schema
              + " has signature "
              + Text.printable(schema.fingerprint(), 12)
              + ". Store the encoding with the version, or use the schema it was trained on.");
    }
    return open(version, artifact.bytes(graphs.get(0)), stored);
  }

  /**
   * Returns the model in a file, for use without a registry. The schema's numbers are the graph's
   * input, in order.
   *
   * <p>Of a directory that {@code python/export_mlops4j.py} wrote, the model in it: every digest is
   * verified, the encoding applied and all golden rows are replayed first.
   *
   * @param file an ONNX file, or the directory of an export
   * @return the model; the caller closes it
   * @throws ModelLoadException if it cannot be read or does not fit; lists both sides. For an
   *     export also if a golden row is not reproduced: names the row, both numbers and the
   *     tolerance
   * @throws MlopsException if the directory is no whole export, see {@link ModelExport#read}
   */
  public Model<I, O> load(Path file) {
    return Files.isDirectory(file)
        ? load(ModelExport.read(file))
        : open(named(file), read(file), Optional.empty());
  }

  /**
   * Returns the model of an export, after its golden rows have been replayed.
   *
   * @param export what a training script wrote
   * @return the model; the caller closes it
   * @throws ModelLoadException if it does not fit the schema, leaves a sensitive feature of the
   *     export unmarked, or does not reproduce a golden row: names the row, both numbers and the
   *     tolerance
   */
  public Model<I, O> load(ModelExport export) {
    for (Feature<?> feature : export.schema().features()) {
      if (feature.sensitive()
          && schema.has(feature.name())
          && !schema.feature(feature.name()).sensitive()) {
        throw new ModelLoadException(
            "Export '"
                + export.name()
                + "' marks feature "
                + feature.name()
                + " as sensitive, "
                + schema.name()
                + " does not. Use Schema.of(…).withSensitive(\""
                + feature.name()
                + "\").");
      }
    }
    Model<I, O> model = load(ModelVersion.unregistered(export.name()), export.files());
    try {
      export
          .files()
          .goldenRows()
          .ifPresent(
              rows -> GoldenReplay.require("Export '" + export.name() + "'", model, rows, schema));
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Returns the model in a file, for use without a registry.
   *
   * @param file an ONNX file
   * @param encoding how a row becomes its input
   * @return the model; the caller closes it
   * @throws ModelLoadException if it cannot be read or does not fit; lists both sides
   */
  public Model<I, O> load(Path file, InputEncoding encoding) {
    return open(named(file), read(file), Optional.of(encoding));
  }

  /**
   * Returns the model in a file and the encoding in another, for use without a registry.
   *
   * @param file an ONNX file
   * @param encoding the JSON that {@link InputEncoding#toJson} or a training script wrote
   * @return the model; the caller closes it
   * @throws ModelLoadException if either cannot be read or does not fit; lists both sides
   */
  public Model<I, O> load(Path file, Path encoding) {
    return load(file, InputEncoding.fromJson(read(encoding)));
  }

  private OnnxRowModel<I, O> open(
      ModelVersion version, byte[] bytes, Optional<InputEncoding> stored) {
    RowEncoder<I> encoder;
    try {
      encoder = stored.orElseGet(() -> InputEncoding.numeric(schema)).bind(schema);
    } catch (MlopsException | IllegalArgumentException e) {
      throw new ModelLoadException("Model '" + version + "': " + e.getMessage(), e);
    }
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    return OnnxRowModel.open(version, bytes, encoder, kind, output, cores);
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ModelLoadException(
          "Model file " + file + " cannot be read: " + e.getClass().getSimpleName() + ".", e);
    }
  }

  /** Returns the file's name as far as it can name a model. */
  private static ModelVersion named(Path file) {
    String name = String.valueOf(file.getFileName());
    String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    String safe = stem.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^\\.+", "");
    return ModelVersion.unregistered(
        safe.isEmpty() ? "model" : safe.substring(0, Math.min(128, safe.length())));
  }
}
