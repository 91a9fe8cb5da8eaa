package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The same on files. What is forced to disk is forced elsewhere; here it would only take time. */
class DirectoryFleetTest extends FleetTest {
  /** Set while the superclass is constructed, so it must have no initial value here. */
  private @Nullable Path root;

  @Override
  ObjectStore openStore() {
    Path directory;
    try {
      directory = Files.createTempDirectory("fleet");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    root = directory;
    return DirectoryObjectStore.open(
        directory, new TestDisk(TestDisk.Fault.NONE, Integer.MAX_VALUE), Time.system());
  }

  @Override
  int minutes() {
    return 120;
  }

  @AfterEach
  void delete() throws IOException {
    TestDisk.deleteAll(Objects.requireNonNull(root));
  }
}
