package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.nio.file.Path;

/** Durable object stores. */
public final class ObjectStores {
  private ObjectStores() {}

  /**
   * Returns the store in a directory, created if it is not there. Each object is written to a
   * temporary file, forced to disk and then linked under its name, so that a crash leaves it whole
   * or absent and, of several writers in any number of processes, exactly one creates it.
   *
   * <p>Not meant for network file systems: their links and caches promise less. On a file system
   * without hard links the store says so in the log once and protects against crashes only.
   *
   * @param directory where; on the default file system
   * @return the store; it holds no lock and needs no closing
   * @throws MlopsException if the path is a file or a dangling link, or cannot be written
   */
  public static ObjectStore directory(Path directory) {
    return DirectoryObjectStore.open(directory, new Disk(), Time.system());
  }
}
