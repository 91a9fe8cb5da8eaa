package io.mlops4j.registry;

import io.mlops4j.registry.BlobStore.Held;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A directory's place for blobs that nobody refers to; a file's time says since when. */
final class SetAside {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Path directory;
  private final Disk disk;

  SetAside(Path directory, Disk disk) {
    this.directory = directory;
    this.disk = disk;
  }

  Path file(String digest) {
    return directory.resolve(digest);
  }

  List<Held> list() throws IOException {
    List<Held> held = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return held;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (DIGEST.matcher(String.valueOf(file.getFileName())).matches()) {
          held.add(held(file));
        }
      }
    }
    return held;
  }

  static Held held(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Held(
        String.valueOf(file.getFileName()),
        attributes.size(),
        attributes.lastModifiedTime().toInstant());
  }

  /** The time first: a crash in between leaves a blob that looks younger than it is. */
  boolean move(String digest, Path blob, Instant now) throws IOException {
    if (!Files.isDirectory(directory)) {
      try {
        disk.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) {
          throw e;
        }
      }
    }
    try {
      disk.setTime(blob, FileTime.from(now));
      disk.replace(blob, file(digest));
      return true;
    } catch (NoSuchFileException e) {
      // Another collection was faster.
      return false;
    }
  }

  /** The new name first, and durably: a crash in between leaves two. */
  boolean moveBack(String digest, Path blob, boolean links) throws IOException {
    Path file = file(digest);
    if (!Files.exists(file)) {
      return false;
    }
    if (links && !Files.exists(blob)) {
      try {
        disk.link(blob, file);
      } catch (FileAlreadyExistsException e) {
        // Somebody has stored it anew: as good.
      }
    } else if (!links) {
      disk.replace(file, blob);
    }
    Path parent = blob.getParent();
    if (parent != null) {
      disk.syncDirectory(parent);
    }
    return disk.delete(file) || !links;
  }
}
