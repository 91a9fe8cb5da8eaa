package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryRegistryTest extends ModelRegistryContract {
  @TempDir Path root;

  @Override
  ObjectStore openStore() {
    return DirectoryObjectStore.open(root, new Disk(), time);
  }

  @Override
  void damage(String key) {
    Path file = root;
    for (String part : key.split("/", -1)) {
      file = file.resolve(DiskNames.encode(part));
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
