package io.mlops4j.features;

import io.mlops4j.core.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A directory for files of a join, made when the first is needed. Used by one thread. */
final class Workspace implements AutoCloseable {
  private final @Nullable Path parent;
  private @Nullable Path directory;
  private int files;

  Workspace(@Nullable Path parent) {
    this.parent = parent;
  }

  Path newFile() {
    Path made = directory;
    if (made == null) {
      try {
        made =
            parent == null
                ? Files.createTempDirectory("mlops4j-join")
                : Files.createTempDirectory(parent, "mlops4j-join");
      } catch (IOException e) {
        throw failed("created", e);
      }
      directory = made;
    }
    return made.resolve("run-" + files++);
  }

  void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("removed", e);
    }
  }

  FeatureException failed(String what, IOException e) {
    return new FeatureException(
        "A join's file below "
            + (directory != null ? directory : parent != null ? parent : "the temporary directory")
            + " cannot be "
            + what
            + ": "
            + Text.printable(e.toString(), 200)
            + ". Give the join a directory with room, or more memory.",
        e);
  }

  @Override
  public void close() {
    Path made = directory;
    if (made != null) {
      remove(made);
      directory = null;
    }
  }
}
