package io.mlops4j.pipeline.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Every operation on files that a job does, one by one, so that tests can stop it at each.
 *
 * <p>A name is durable once its directory has been forced; content, once its file has been.
 */
final class Disk {
  static final Disk REAL = new Disk((operation, file) -> {});
  private static final long MAX_SMALL = 16L << 20;

  private final Watcher watcher;

  Disk(Watcher watcher) {
    this.watcher = watcher;
  }

  /** What is done to a file. */
  enum Operation {
    OPEN,
    TRUNCATE,
    WRITE,
    FORCE,
    MOVE,
    DELETE,
    FORCE_DIRECTORY
  }

  /** Is told before and after each operation. */
  @FunctionalInterface
  interface Watcher {
    void before(Operation operation, Path file) throws IOException;

    default void after(Operation operation, Path file) throws IOException {}
  }

  FileChannel open(Path file) throws IOException {
    watcher.before(Operation.OPEN, file);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    watcher.after(Operation.OPEN, file);
    return channel;
  }

  void truncate(FileChannel channel, Path file, long length) throws IOException {
    watcher.before(Operation.TRUNCATE, file);
    channel.truncate(length);
    channel.position(length);
    watcher.after(Operation.TRUNCATE, file);
  }

  void write(FileChannel channel, Path file, ByteBuffer bytes) throws IOException {
    watcher.before(Operation.WRITE, file);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    watcher.after(Operation.WRITE, file);
  }

  void force(FileChannel channel, Path file) throws IOException {
    watcher.before(Operation.FORCE, file);
    channel.force(true);
    watcher.after(Operation.FORCE, file);
  }

  /** Gives a file its name, in the place of one that may be there. Both are in one directory. */
  void move(Path from, Path to) throws IOException {
    watcher.before(Operation.MOVE, to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    watcher.after(Operation.MOVE, to);
    forceDirectory(to);
  }

  void delete(Path file) throws IOException {
    watcher.before(Operation.DELETE, file);
    if (Files.deleteIfExists(file)) {
      watcher.after(Operation.DELETE, file);
      forceDirectory(file);
    }
  }

  private void forceDirectory(Path file) throws IOException {
    Path directory = directory(file);
    watcher.before(Operation.FORCE_DIRECTORY, directory);
    if (!isWindows()) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
    watcher.after(Operation.FORCE_DIRECTORY, directory);
  }

  /** Directories cannot be opened there; names are journalled. */
  private static boolean isWindows() {
    return java.io.File.separatorChar == '\\';
  }

  static Path directory(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("file: " + file + " (expected: a file in a directory)");
    }
    return parent;
  }

  static Path beside(Path file, String ending) {
    return directory(file).resolve(file.getFileName() + ending);
  }

  /** Replaces a small file as a whole: there is the old one or the new one at every moment. */
  void replace(Path file, byte[] content) throws IOException {
    Path temporary = beside(file, ".tmp");
    try (FileChannel channel = open(temporary)) {
      truncate(channel, temporary, 0);
      write(channel, temporary, ByteBuffer.wrap(content));
      force(channel, temporary);
    }
    move(temporary, file);
  }

  /** Returns a small file's content, or empty if it is not there. */
  static Optional<byte[]> read(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_SMALL) {
        throw new IOException(file + " has more than " + MAX_SMALL + " bytes");
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
