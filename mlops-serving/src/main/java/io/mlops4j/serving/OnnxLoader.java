package io.mlops4j.serving;

import io.mlops4j.core.Feature;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelLoader;
import io.mlops4j.core.ModelVersion;
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
 * <p>The bytes that were verified are the bytes that are loaded. Weights in other files are read
 * only from the version's own files, in memory; custom operators are refused unless their library
 * is allowed by its digest. Loading runs the graph once on rows of zeros and empty texts.
 *
 * <p>Which inputs are read: one float tensor {@code [n, d]}, written by the version's encoding or
 * made of the schema's numbers in order; or one input per column, {@code [n, 1]} or {@code [n]} of
 * float, double, int64, int32, bool or string, fed by the feature of the same name. A missing
 * number is NaN, and an error of its row where the input has no NaN; a missing text is the empty
 * text.
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

  final OnnxInput<I> input;
  final OutputKind<O> kind;
  final @Nullable String output;
  final OnnxOptions options;

  OnnxLoader(OnnxInput<I> input, OutputKind<O> kind) {
    this(input, kind, null, OnnxOptions.withDefaults());
  }

  private OnnxLoader(
      OnnxInput<I> input, OutputKind<O> kind, @Nullable String output, OnnxOptions options) {
    this.input = input;
    this.kind = kind;
    this.output = output;
    this.options = options;
  }

  /**
   * Returns a loader that reads one particular output, for graphs with several that fit.
   *
   * @param name the output's name in the graph
   * @return a new loader
   * @throws IllegalArgumentException if this loader's models answer with every output
   */
  public OnnxLoader<I, O> output(String name) {
    Objects.requireNonNull(name, "name");
    if (kind.isAll()) {
      throw new IllegalArgumentException(
          "output: '"
              + Text.printable(name, 64)
              + "' of a loader that reads every output (expected: none; use regression(…),"
              + " probability(…) or another one that reads one)");
    }
    return new OnnxLoader<>(input, kind, name, options);
  }

  /**
   * Returns a loader whose models are run in another way.
   *
   * @param how threads, optimization, device, custom operators
   * @return a new loader
   */
  public OnnxLoader<I, O> options(OnnxOptions how) {
    return new OnnxLoader<>(input, kind, output, Objects.requireNonNull(how, "how"));
  }

  @Override
  public Set<String> formats() {
    return Set.of(FORMAT);
  }

  @Override
  public Optional<Schema<I>> schema() {
    return input.schemaOfRows();
  }

  /**
   * Returns whether the rows are numbers throughout: only those are passed on without encoding for
   * certain. A graph with one input per column takes texts too, but only its file would tell.
   */
  @Override
  public boolean takesRowsAsTheyAre() {
    try {
      schema().ifPresent(InputEncoding::numeric);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns true for rows of a schema: a graph may have one input for each of its features. */
  @Override
  public boolean mayTakeFeaturesByName() {
    return schema().isPresent();
  }

  /**
   * Returns the model in a version's one {@code .onnx} file. Weights may be in the version's other
   * files.
   *
   * @param version who it is, for messages
   * @param artifact its files; without a stored encoding, a graph with one float tensor gets the
   *     schema's numbers as they are, and then the stored signature must be the schema's
   * @return the model; the caller closes it
   * @throws ModelLoadException if the graph cannot be opened or does not fit; lists both sides
   */
  @Override
  public Model<I, O> load(ModelVersion version, ModelArtifact artifact) {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(artifact, "artifact");
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
    OnnxInput.Stored stored = new OnnxInput.Stored(artifact.encoding(), artifact.signature());
    return open(version, artifact.bytes(graphs.get(0)), artifact, stored);
  }

  /**
   * Returns the model in a file, for use without a registry. The schema's numbers are the graph's
   * input, in order, or each feature the input of its name.
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
    Objects.requireNonNull(file, "file");
    return Files.isDirectory(file)
        ? load(ModelExport.read(file))
        : open(named(file), read(file), null, OnnxInput.Stored.NOTHING);
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
    Objects.requireNonNull(export, "export");
    Schema<I> schema =
        schema()
            .orElseThrow(
                () ->
                    new ModelLoadException(
                        "Export '"
                            + export.name()
                            + "' is of rows with a schema, this loader takes tokens."));
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
    } catch (Throwable e) {
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
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(encoding, "encoding");
    OnnxInput.Stored stored = new OnnxInput.Stored(Optional.of(encoding), Optional.empty());
    return open(named(file), read(file), null, stored);
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
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(encoding, "encoding");
    return load(file, InputEncoding.fromJson(read(encoding)));
  }

  private OnnxRowModel<I, O> open(
      ModelVersion version,
      byte[] bytes,
      @Nullable ModelArtifact artifact,
      OnnxInput.Stored stored) {
    Aside.rest();
    OnnxBytes content = Aside.call(() -> OnnxBytes.read(version, bytes));
    content.refuseExternal(version, artifact != null);
    if (options.customOperators().isEmpty()) {
      content.refuseCustomOperators(version);
    }
    if (!options.nativeOnly() && content.external().isEmpty()) {
      Optional<OnnxKernel<I>> java =
          Aside.call(() -> Optional.ofNullable(input.inJava(version, bytes, kind, output, stored)));
      if (java.isPresent()) {
        return new OnnxRowModel<>(version, java.get(), kind, slots(options), 0);
      }
    }
    // Makes threads the first time, and must not on a helper, whose threads would stand back.
    OnnxSession.requireEnvironment(version);
    Aside.Task<OnnxRowModel<I, O>, RuntimeException> open =
        () -> open(version, bytes, content, artifact, stored);
    return options.mayMakeThreads() || !content.external().isEmpty()
        ? open.run()
        : Aside.call(open, OnnxRowModel::close);
  }

  /** Runs no code of users, and makes no threads unless the options do. */
  private OnnxRowModel<I, O> open(
      ModelVersion version,
      byte[] bytes,
      OnnxBytes content,
      @Nullable ModelArtifact artifact,
      OnnxInput.Stored stored) {
    ZipMapCut cut = kind.maps() && !kind.isAll() ? ZipMapCut.of(bytes, output) : null;
    byte[] opened = cut == null ? bytes : cut.bytes();
    OnnxSession session = OnnxSession.open(version, opened, content, artifact, options);
    try {
      OnnxGraph graph = session.graph(version, cut == null ? List.of() : cut.labels());
      String read = cut == null ? output : cut.output();
      OnnxKernel<I> kernel = input.kernel(graph, session, kind, read, stored);
      long given =
          opened.length + content.external().stream().mapToLong(ExternalTensor::bytes).sum();
      return new OnnxRowModel<>(version, kernel, kind, slots(options), given);
    } catch (Throwable e) {
      // Errors, too: a slot may find no room for its buffers.
      session.close();
      throw e;
    }
  }

  /** Returns how many calls run at once. */
  static int slots(OnnxOptions options) {
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    return options.cuda().map(OnnxOptions.Cuda::maxConcurrent).orElse(cores);
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
