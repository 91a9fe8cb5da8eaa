package io.mlops4j.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What lies in a directory: objects, and what others have left there. */
final class DirectoryListing {
  private DirectoryListing() {}

  static void keys(Path directory, String prefix, List<String> keys) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        // Anything we would not have written (.DS_Store, editor backups, .tmp) decodes to nothing.
        Optional<String> part = DiskNames.decode(String.valueOf(file.getFileName()));
        if (part.isEmpty()) {
          continue;
        }
        String key = prefix.isEmpty() ? part.get() : prefix + "/" + part.get();
        if (Files.isDirectory(file)) {
          keys(file, key, keys);
        } else {
          keys.add(key);
        }
      }
    }
  }

  /** Names with a leading dot are the system's affair, or ours. */
  static void strangers(Path root, Path directory, List<String> strangers) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = String.valueOf(file.getFileName());
        if (DiskNames.decode(name).isEmpty()) {
          if (!name.startsWith(".")) {
            strangers.add(root.relativize(file).toString());
          }
        } else if (Files.isDirectory(file)) {
          strangers(root, file, strangers);
        }
      }
    }
  }
}
