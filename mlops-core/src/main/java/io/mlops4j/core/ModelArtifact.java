package io.mlops4j.core;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The files of one model, as a {@link ModelLoader} reads them and a registry stores them, with what
 * must travel with them: how a row becomes the model's input, what the training data looked like,
 * and rows whose answers are known.
 *
 * <p>The bytes returned are the bytes that were verified: a registry hands out a copy whose digest
 * it has just checked, never a path. Thread-safe.
 */
public interface ModelArtifact {

  /**
   * Returns how the files are to be read: {@code onnx}, {@code tribuo}, …
   *
   * @return the format's name
   */
  String format();

  /**
   * Returns the names of all files.
   *
   * @return plain file names in order, at least one
   */
  SortedSet<String> files();

  /**
   * Returns one file's content.
   *
   * @param file one of {@link #files()}
   * @return its bytes; the caller owns the array
   * @throws MlopsException if there is no such file (lists those that exist), or if its digest is
   *     not the registered one
   */
  byte[] bytes(String file);

  /**
   * Returns one file's content as a stream, for files that need not be in memory as a whole.
   *
   * @param file one of {@link #files()}
   * @return its bytes from the start; the caller closes it
   * @throws MlopsException as {@link #bytes}
   */
  default InputStream open(String file) {
    return new ByteArrayInputStream(bytes(file));
  }

  /**
   * Returns how a row becomes the model's input tensor.
   *
   * @return the encoding frozen at training, or empty if the model takes rows as they are
   */
  Optional<InputEncoding> encoding();

  /**
   * Returns the fingerprint of the schema the model was trained on.
   *
   * @return {@link Schema#fingerprint()}, or empty if unknown
   */
  Optional<String> signature();

  /**
   * Returns rows with their known answers, to be replayed before the version serves.
   *
   * @return the golden rows, or empty
   */
  Optional<GoldenRows> goldenRows();

  /**
   * Returns what the training data looked like.
   *
   * @return reference histograms, or empty if none were taken
   */
  Optional<Baseline> baseline();
}
