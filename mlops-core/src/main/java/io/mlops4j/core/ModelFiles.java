package io.mlops4j.core;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model that has just been trained or exported, as files on disk or bytes in memory, on its way
 * into a registry or straight into a loader.
 *
 * <p>Immutable: each {@code with} returns a copy. Thread-safe. Bytes in memory are copied in. A
 * file on disk is read each time it is asked for, and is therefore not protected: what a registry
 * stored is.
 */
public final class ModelFiles implements ModelArtifact {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final String format;
  private final SortedMap<String, Content> contents;
  private final @Nullable InputEncoding encoding;
  private final @Nullable String signature;
  private final @Nullable GoldenRows goldenRows;
  private final @Nullable Baseline baseline;

  private ModelFiles(
      String format,
      SortedMap<String, Content> contents,
      @Nullable InputEncoding encoding,
      @Nullable String signature,
      @Nullable GoldenRows goldenRows,
      @Nullable Baseline baseline) {
    this.format = format;
    this.contents = contents;
    this.encoding = encoding;
    this.signature = signature;
    this.goldenRows = goldenRows;
    this.baseline = baseline;
  }

  /**
   * Returns the model in some files, each under its own name without the directory.
   *
   * @param format how they are to be read: {@code onnx}, {@code tribuo}, …
   * @param file a regular file
   * @param more further ones
   * @return a model without encoding, signature, golden rows and baseline
   * @throws MlopsException if one is not a readable regular file
   * @throws IllegalArgumentException if a name is not 1 to 128 of {@code A-Z a-z 0-9 . _ -} or
   *     comes twice
   */
  public static ModelFiles of(String format, Path file, Path... more) {
    SortedMap<String, Content> contents = new TreeMap<>();
    add(contents, file);
    for (Path next : more) {
      add(contents, next);
    }
    return of(format, contents);
  }

  /**
   * Returns the model in some bytes.
   *
   * @param format how they are to be read: {@code onnx}, {@code tribuo}, …
   * @param files file name to content, at least one; copied
   * @return a model without encoding, signature, golden rows and baseline
   * @throws IllegalArgumentException if there is no file, or a name is not 1 to 128 of {@code A-Z
   *     a-z 0-9 . _ -}
   */
  public static ModelFiles of(String format, Map<String, byte[]> files) {
    SortedMap<String, Content> contents = new TreeMap<>();
    files.forEach((name, bytes) -> contents.put(requireFile(name), new InMemory(bytes.clone())));
    if (contents.isEmpty()) {
      throw new IllegalArgumentException("files: 0 (expected: at least 1)");
    }
    return of(format, contents);
  }

  private static ModelFiles of(String format, SortedMap<String, Content> contents) {
    if (!ObjectStore.KEY_PART.matcher(format).matches()) {
      throw new IllegalArgumentException(
          "format: \""
              + Text.printable(format, 64)
              + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -, such as onnx)");
    }
    return new ModelFiles(
        format, Collections.unmodifiableSortedMap(contents), null, null, null, null);
  }

  private static void add(SortedMap<String, Content> contents, Path file) {
    Path fileName = file.getFileName();
    String name = requireFile(fileName == null ? "" : fileName.toString());
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new MlopsException(
          "Model file " + file + (Files.exists(file) ? " cannot be read." : " does not exist."));
    }
    if (contents.putIfAbsent(name, new OnDisk(file)) != null) {
      throw new IllegalArgumentException(
          "file: two are called " + name + ". Give the bytes under different names.");
    }
  }

  private static String requireFile(String name) {
    if (!ObjectStore.KEY_PART.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "file: \""
              + Text.printable(name, 64)
              + "\" (expected: a name of 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return name;
  }

  /**
   * Returns a copy that says how rows become the model's input.
   *
   * @param newEncoding frozen at training
   * @return the same files with it
   */
  public ModelFiles withEncoding(InputEncoding newEncoding) {
    Objects.requireNonNull(newEncoding, "encoding");
    return new ModelFiles(format, contents, newEncoding, signature, goldenRows, baseline);
  }

  /**
   * Returns a copy that says what schema the model was trained on.
   *
   * @param fingerprint {@link Schema#fingerprint()}: 64 hexadecimal digits
   * @return the same files with it
   */
  public ModelFiles withSignature(String fingerprint) {
    if (!DIGEST.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException(
          "signature: \""
              + Text.printable(fingerprint, 64)
              + "\" (expected: a schema's fingerprint, 64 hexadecimal digits)");
    }
    return new ModelFiles(format, contents, encoding, fingerprint, goldenRows, baseline);
  }

  /**
   * Returns a copy with rows whose answers are known.
   *
   * @param rows to be replayed before the version serves
   * @return the same files with them
   */
  public ModelFiles withGoldenRows(GoldenRows rows) {
    Objects.requireNonNull(rows, "rows");
    return new ModelFiles(format, contents, encoding, signature, rows, baseline);
  }

  /**
   * Returns a copy that says what the training data looked like.
   *
   * @param newBaseline reference histograms
   * @return the same files with it
   */
  public ModelFiles withBaseline(Baseline newBaseline) {
    Objects.requireNonNull(newBaseline, "baseline");
    return new ModelFiles(format, contents, encoding, signature, goldenRows, newBaseline);
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public SortedSet<String> files() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(contents.keySet()));
  }

  @Override
  public byte[] bytes(String file) {
    try (InputStream in = open(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new MlopsException("Model file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public InputStream open(String file) {
    Content content = contents.get(file);
    if (content == null) {
      throw new MlopsException(
          "There is no model file "
              + Text.printable(file, 64)
              + ". Files: "
              + String.join(", ", contents.keySet())
              + ".");
    }
    return content.open();
  }

  @Override
  public Optional<InputEncoding> encoding() {
    return Optional.ofNullable(encoding);
  }

  @Override
  public Optional<String> signature() {
    return Optional.ofNullable(signature);
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return Optional.ofNullable(goldenRows);
  }

  @Override
  public Optional<Baseline> baseline() {
    return Optional.ofNullable(baseline);
  }

  /** Returns the format and the files' names. */
  @Override
  public String toString() {
    return format + contents.keySet();
  }

  private sealed interface Content {
    InputStream open();
  }

  private static final class InMemory implements Content {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes);
    }
  }

  private record OnDisk(Path path) implements Content {
    @Override
    public InputStream open() {
      try {
        return Files.newInputStream(path);
      } catch (IOException e) {
        throw new MlopsException("Model file " + path + " cannot be read: " + e, e);
      }
    }
  }
}
