package io.mlops4j.registry;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;

/**
 * The file operations of the commit protocol, one method each, so that a test can fail any of them.
 *
 * <p>File streams are the old {@code java.io} ones on purpose: a {@code FileChannel} is closed by
 * an interrupt of the thread that uses it.
 */
class Disk {

  /** Creates a file that is not there and opens it. */
  FileOutputStream create(Path file) throws IOException {
    Files.createFile(file);
    return new FileOutputStream(file.toFile());
  }

  void write(FileOutputStream out, byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
  }

  void sync(FileOutputStream out) throws IOException {
    out.getFD().sync();
  }

  void link(Path link, Path existing) throws IOException {
    Files.createLink(link, existing);
  }

  void replace(Path source, Path target) throws IOException {
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
  }

  void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  void setTime(Path file, FileTime time) throws IOException {
    Files.setLastModifiedTime(file, time);
  }

  /** Returns whether there was something to delete. */
  boolean delete(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  InputStream open(Path file) throws IOException {
    return new FileInputStream(file.toFile());
  }

  /** Forces a directory's entries. There is no such thing, and no need for it, on Windows. */
  void syncDirectory(Path directory) throws IOException {
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          // Not a failure of the disk: only our own channel was closed, before or after the force.
          interrupted = Thread.interrupted() || interrupted;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
