package io.mlops4j.mlflow;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * A model directory on disk. No symbolic link below it is followed, and only regular files are
 * opened: each part of a path is looked at before, and the file itself is opened without following.
 */
final class DirectorySource implements ArtifactSource {
  private final Path root;

  DirectorySource(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new MlflowException(
          "MLflow model "
              + directory
              + (Files.exists(directory)
                  ? " is no directory. Name the one that holds the MLmodel file."
                  : " does not exist. Name the directory that holds the MLmodel file."));
    }
    this.root = directory;
  }

  @Override
  public Optional<byte[]> read(ArtifactPath path, long maxBytes) {
    Path file = path.under(root);
    try {
      Path step = root;
      for (String part : path.parts()) {
        step = step.resolve(part);
        requirePlain(path, step, step.equals(file));
      }
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        byte[] bytes = in.readNBytes((int) maxBytes + 1);
        if (bytes.length > maxBytes) {
          throw tooLarge(path, maxBytes);
        }
        return Optional.of(bytes);
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new MlflowException(this + ": file " + path + " cannot be read: " + e, e);
    }
  }

  private void requirePlain(ArtifactPath path, Path step, boolean last) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(step, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      throw new MlflowException(
          this
              + ": "
              + path
              + " leads through a symbolic link, which is not followed. Copy the file.");
    }
    if (last ? !attributes.isRegularFile() : !attributes.isDirectory()) {
      throw new MlflowException(
          this + ": " + path + " is no plain file. Only regular files are read.");
    }
  }

  private MlflowException tooLarge(ArtifactPath path, long maxBytes) {
    return new MlflowException(
        this
            + ": file "
            + path
            + " has more than "
            + maxBytes
            + " bytes. Raise the limit (MlflowLimits) if it is meant to.");
  }

  @Override
  public String toString() {
    return "MLflow model " + root;
  }
}
