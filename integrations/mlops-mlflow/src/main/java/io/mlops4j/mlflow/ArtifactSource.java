package io.mlops4j.mlflow;

import java.util.Optional;

/** Where the files of one model directory are read from. */
interface ArtifactSource {

  /**
   * Returns a file's content, or empty if there is no such file.
   *
   * @param path within the model directory
   * @param maxBytes the most it may have
   * @throws MlflowException if it cannot be read, is too large, or is not a plain file
   */
  Optional<byte[]> read(ArtifactPath path, long maxBytes);

  /** What the directory is called in a message. */
  @Override
  String toString();
}
