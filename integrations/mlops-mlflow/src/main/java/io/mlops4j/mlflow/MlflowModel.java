package io.mlops4j.mlflow;

import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX model as MLflow keeps it: files, signature, example and lineage, read once and held in
 * memory. Immutable and thread-safe.
 *
 * <p>Read one with {@link #read} or through {@link MlflowServer}. Nothing of it is trusted: sizes
 * are bounded, paths pass an allow-list, no tag, loader, code or address in it is acted upon, and a
 * version made of it starts in stage NONE, whatever stage or alias it has in MLflow.
 */
public final class MlflowModel {
  /** The tag under which {@link #digest} is kept. */
  static final String DIGEST_TAG = "mlflow.import_digest";

  private static final String ENCODING = "encoding.json";
  private static final String GOLDEN = "golden.json";
  private static final String FORMAT = "onnx";
  private static final int MAX_WEIGHT_FILES = 64;

  private final String name;
  private final Mlmodel mlmodel;
  private final ModelFiles files;
  private final Lineage lineage;
  private final String yamlDigest;
  private final String digest;
  private final byte @Nullable [] example;

  private MlflowModel(
      String name,
      Mlmodel mlmodel,
      ModelFiles files,
      Lineage lineage,
      String yamlDigest,
      byte @Nullable [] example) {
    this.name = name;
    this.mlmodel = mlmodel;
    this.files = files;
    this.yamlDigest = yamlDigest;
    this.digest = digest(yamlDigest, files);
    this.lineage = lineage.withTag(DIGEST_TAG, digest);
    this.example = example;
  }

  /**
   * Returns the model in a directory that holds an {@code MLmodel} file, as {@code
   * mlflow.onnx.save_model} or {@code mlflow artifacts download} writes it. Needs no server and no
   * Python.
   *
   * @param directory the directory; symbolic links inside it are not followed
   * @return the model
   * @throws MlflowException if a file is missing, too large or refused; says which and why
   */
  public static MlflowModel read(Path directory) {
    return read(directory, MlflowLimits.withDefaults());
  }

  /**
   * Returns the model in a directory that holds an {@code MLmodel} file.
   *
   * @param directory the directory; symbolic links inside it are not followed
   * @param limits how much is read
   * @return the model
   * @throws MlflowException if a file is missing, too large or refused; says which and why
   */
  public static MlflowModel read(Path directory, MlflowLimits limits) {
    return read(new DirectorySource(directory), limits, new ImportedLineage());
  }

  static MlflowModel read(ArtifactSource source, MlflowLimits limits, ImportedLineage lineage) {
    byte[] yaml = required(source, Mlmodel.FILE, limits.maxTextBytes());
    Mlmodel mlmodel = Mlmodel.parse(yaml, source + ": MLmodel");
    byte[] graph = required(source, mlmodel.data(), limits.maxModelBytes());
    Map<String, byte[]> weights = weights(source, mlmodel.data(), graph, limits);
    byte[] example =
        mlmodel.example().flatMap(path -> source.read(path, limits.maxTextBytes())).orElse(null);
    String requirements =
        source
            .read(ArtifactPath.of("requirements.txt", "requirements"), limits.maxTextBytes())
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .orElse("");
    ModelFiles files = files(source, mlmodel, graph, weights, limits);
    Lineage all = lineage.mlmodel(mlmodel, requirements).build();
    return new MlflowModel(source.toString(), mlmodel, files, all, Digests.sha256(yaml), example);
  }

  /** The MLmodel file, which holds MLflow's ids, and everything that a version is made of. */
  private static String digest(String mlmodel, ModelFiles files) {
    StringBuilder parts = new StringBuilder(mlmodel);
    for (String file : files.files()) {
      parts.append(' ').append(Digests.sha256(files.bytes(file)));
    }
    parts.append(' ').append(files.signature().orElse("-"));
    parts.append(' ').append(files.encoding().map(e -> Digests.sha256(e.toJson())).orElse("-"));
    parts.append(' ').append(files.goldenRows().map(g -> Digests.sha256(g.toJson())).orElse("-"));
    parts.append(' ').append(files.baseline().map(b -> Digests.sha256(b.toJson())).orElse("-"));
    return Digests.sha256(parts.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] required(ArtifactSource source, ArtifactPath path, long maxBytes) {
    return source
        .read(path, maxBytes)
        .orElseThrow(
            () ->
                new MlflowException(
                    source + " has no file " + path + ". It is no complete model directory."));
  }

  /**
   * The files beside the graph that hold weights, which is how MLflow saves by default. The graph
   * names them; a name counts only if it is that of a plain file in the same directory.
   */
  private static Map<String, byte[]> weights(
      ArtifactSource source, ArtifactPath data, byte[] graph, MlflowLimits limits) {
    String what = source + ": " + data;
    Map<String, byte[]> weights = new TreeMap<>();
    long left = limits.maxModelBytes() - graph.length;
    for (String name : OnnxHeader.read(graph, what).externalFiles()) {
      ArtifactPath path = ArtifactPath.of(name, what + ": the file of its weights");
      if (path.parts().size() > 1
          || !ObjectStore.KEY_PART.matcher(name).matches()
          || name.endsWith(".onnx")
          || weights.size() == MAX_WEIGHT_FILES) {
        throw new MlflowException(
            what
                + " keeps weights in "
                + Text.printable(name, 64)
                + ", which is not read: up to "
                + MAX_WEIGHT_FILES
                + " plain files beside it are. Log it in one piece:"
                + " mlflow.onnx.log_model(…, save_as_external_data=False).");
      }
      byte[] bytes = required(source, data.sibling(name), left);
      left -= bytes.length;
      weights.put(name, bytes);
    }
    return weights;
  }

  private static ModelFiles files(
      ArtifactSource source,
      Mlmodel mlmodel,
      byte[] graph,
      Map<String, byte[]> weights,
      MlflowLimits limits) {
    String fileName = mlmodel.data().fileName();
    boolean plain = ObjectStore.KEY_PART.matcher(fileName).matches() && fileName.endsWith(".onnx");
    Map<String, byte[]> contents = new TreeMap<>(weights);
    contents.put(plain ? fileName : "model.onnx", graph);
    ModelFiles files = ModelFiles.of(FORMAT, contents);
    Optional<Schema<Map<String, ?>>> schema = schemaIfAny(mlmodel);
    if (schema.isPresent()) {
      files = files.withSignature(schema.get().fingerprint());
    }
    for (ArtifactPath extra : mlmodel.extraFiles()) {
      try {
        if (extra.fileName().equals(ENCODING)) {
          byte[] json = required(source, extra, limits.maxTextBytes());
          files = files.withEncoding(InputEncoding.fromJson(json));
        } else if (extra.fileName().equals(GOLDEN)) {
          byte[] json = required(source, extra, limits.maxTextBytes());
          files = files.withGoldenRows(GoldenRows.fromJson(json));
        }
      } catch (MlflowException e) {
        throw e;
      } catch (MlopsException | IllegalArgumentException e) {
        throw new MlflowException(source + ": " + extra + ": " + e.getMessage(), e);
      }
    }
    return files;
  }

  private static Optional<Schema<Map<String, ?>>> schemaIfAny(Mlmodel mlmodel) {
    try {
      return Optional.of(SignatureSchema.of(mlmodel.inputs()));
    } catch (MlflowException e) {
      return Optional.empty(); // schema() says it again to whoever asks.
    }
  }

  /**
   * Returns the model's files, ready to be registered or loaded: the ONNX file, files beside it
   * that hold its weights, the fingerprint of the signature's schema if it has one, and, where the
   * model was logged with {@code extra_files}, its {@code encoding.json} and {@code golden.json}.
   *
   * @return files in memory, format {@code onnx}
   */
  public ModelFiles files() {
    return files;
  }

  /**
   * Returns where the model comes from, as far as MLflow knows. Parameters and finite metrics are
   * the run's; a metric that is NaN or infinite is the tag {@code mlflow.metric.<name>}; the data
   * set's digest is MLflow's and carries {@code mlflow:} before it, because it is no digest of the
   * content. A directory alone knows no run: only ids, versions and required packages.
   *
   * @return the lineage
   */
  public Lineage lineage() {
    return lineage;
  }

  /**
   * Returns the schema of the input signature, over rows that are maps: one feature per column; a
   * tensor {@code [-1, d]} is one vector feature, whose value is a {@code float[]} or a list of
   * numbers.
   *
   * @return a new schema
   * @throws MlflowException if there is no signature, or no feature stands for one of its inputs
   */
  public Schema<Map<String, ?>> schema() {
    try {
      return SignatureSchema.of(mlmodel.inputs());
    } catch (MlflowException e) {
      throw new MlflowException(name + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the inputs that the signature declares.
   *
   * @return columns or tensors in order; empty without a signature
   */
  public List<MlflowColumn> inputs() {
    return mlmodel.inputs();
  }

  /**
   * Returns the outputs that the signature declares.
   *
   * @return columns or tensors in order; empty without a signature
   */
  public List<MlflowColumn> outputs() {
    return mlmodel.outputs();
  }

  /**
   * Returns the rows of the input example. MLflow stores no answers to them, so they are no golden
   * rows; {@link #files} has golden rows if the model was logged with some.
   *
   * @return feature name to number, string, boolean, list of numbers or null; empty without example
   * @throws MlflowException if the example is no table and no tensors
   */
  public List<Map<String, @Nullable Object>> exampleRows() {
    return example == null
        ? List.of()
        : InputExample.rows(example, mlmodel.inputs(), name + ": input example");
  }

  /**
   * Returns what identifies this model: a digest of its MLmodel file, which holds MLflow's ids, of
   * its ONNX file, and of the encoding, golden rows and baseline it is imported with.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return digest;
  }

  /**
   * Returns a copy whose files were changed: given an encoding, golden rows or a baseline that
   * MLflow did not have.
   *
   * @param change such as {@code files -> files.withEncoding(encoding)}
   * @return the copy
   */
  public MlflowModel with(UnaryOperator<ModelFiles> change) {
    ModelFiles changed = Objects.requireNonNull(change.apply(files), "changed files");
    return new MlflowModel(name, mlmodel, changed, lineage, yamlDigest, example);
  }

  /**
   * Registers this model as a new version in stage NONE, or returns the version it was registered
   * as before. Bytes are copied. An MLflow stage or alias is kept as a tag and gives nothing: the
   * way to production is evidence made here.
   *
   * <p>Cost: reads the manifest of each version of the model, then one registration. Two processes
   * that import at the same instant may both register; both versions then carry the same tag {@code
   * mlflow.import_digest}.
   *
   * @param model where to
   * @param <I> one input row
   * @param <O> one answer
   * @return the version, and whether it is new
   */
  public <I, O> MlflowImport<I, O> importInto(RegisteredModel<I, O> model) {
    for (RegisteredVersion<I, O> version : model.versions()) {
      if (isThis(version)) {
        return new MlflowImport<>(version, false);
      }
    }
    return new MlflowImport<>(model.register(files, lineage), true);
  }

  private boolean isThis(RegisteredVersion<?, ?> version) {
    try {
      return version.stage() != Stage.QUARANTINED
          && digest.equals(version.lineage().tags().get(DIGEST_TAG));
    } catch (IntegrityException e) {
      return false; // A damaged version is no reason not to import another.
    }
  }

  /** Returns where it was read from. */
  @Override
  public String toString() {
    return name;
  }
}
