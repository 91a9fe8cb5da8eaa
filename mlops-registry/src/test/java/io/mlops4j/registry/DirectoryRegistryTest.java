package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.io.TempDir;

class DirectoryRegistryTest extends ModelRegistryContract {
  @TempDir Path root;

  @Override
  int many() {
    return 200;
  }

  @Override
  ObjectStore openStore() {
    return DirectoryObjectStore.open(root, disk(), time);
  }

  Disk disk() {
    return new Disk();
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
      // Old enough not to be taken for one that is still being written.
      Files.setLastModifiedTime(file, FileTime.from(Models.NOON.minusSeconds(3600)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
