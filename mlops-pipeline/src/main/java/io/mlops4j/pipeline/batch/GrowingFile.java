package io.mlops4j.pipeline.batch;

import io.mlops4j.core.Text;
import io.mlops4j.pipeline.batch.Checkpoint.Mark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file that grows under the name {@code x.part} and gets its own when it is complete. A mark is
 * taken only after its bytes were forced; what is beyond the mark when it is opened again is cut
 * off. The lock ends with the process, however it ends.
 */
final class GrowingFile implements AutoCloseable {
  private static final int BLOCK = 1 << 18;

  private final Disk disk;
  private final Path file;
  private final Path part;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
  private @Nullable FileChannel channel;
  private long length;

  GrowingFile(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
    this.part = Disk.beside(file, ".part");
  }

  /** Takes the file for this process; nobody else is writing it then. */
  void lock() {
    FileChannel open = null;
    try {
      Files.createDirectories(Disk.directory(part));
      if (!Files.exists(part)) {
        disk.open(part).close();
      }
      Object before = identity();
      open = disk.open(part);
      FileLock lock = open.tryLock();
      // Whoever held the lock before may have given the file its name meanwhile: then the one that
      // is open is no longer the one of this name.
      if (lock != null && Objects.equals(before, identity())) {
        channel = open;
        return;
      }
      open.close();
    } catch (OverlappingFileLockException e) {
      closeQuietly(open);
    } catch (IOException e) {
      closeQuietly(open);
      throw failure(e);
    }
    throw new BatchException(
        BatchException.Side.STATE,
        "Another job is writing " + part + ". Wait until it has ended, or choose another output.");
  }

  private @Nullable Object identity() throws IOException {
    try {
      return Files.readAttributes(part, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return "gone";
    }
  }

  private static void closeQuietly(@Nullable FileChannel open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // What failed before is told.
    }
  }

  private FileChannel channel() {
    return Objects.requireNonNull(channel, "locked");
  }

  /** Goes on after a mark: verifies what is before it, and cuts off what is behind it. */
  void goOn(Mark mark) {
    try {
      FileChannel open = channel();
      crc.reset();
      open.position(0);
      long left = mark.length();
      while (left > 0) {
        buffer.clear().limit((int) Math.min(BLOCK, left));
        int n = open.read(buffer);
        if (n < 0) {
          break;
        }
        crc.update(buffer.flip());
        left -= n;
      }
      if (left > 0 || crc.getValue() != mark.crc()) {
        throw new BatchException(
            BatchException.Side.STATE,
            part
                + " is not what an earlier attempt wrote: "
                + (left > 0 ? left + " bytes are missing." : "its first bytes were changed.")
                + " Begin again.");
      }
      disk.truncate(open, part, mark.length());
      length = mark.length();
      buffer.clear();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  void append(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int n = Math.min(buffer.remaining(), bytes.length - at);
      buffer.put(bytes, at, n);
      at += n;
    }
  }

  private void drain() {
    buffer.flip();
    int n = buffer.remaining();
    crc.update(buffer.duplicate());
    try {
      disk.write(channel(), part, buffer);
    } catch (IOException e) {
      throw failure(e);
    }
    length += n;
    buffer.clear();
  }

  /** Makes everything appended durable and says how much that is. */
  Mark force() {
    drain();
    try {
      disk.force(channel(), part);
    } catch (IOException e) {
      throw failure(e);
    }
    return new Mark(length, crc.getValue());
  }

  /** Gives the complete file its name; also after a crash in the middle of that. */
  void finish(Mark mark) {
    try {
      disk.move(part, file);
    } catch (IOException e) {
      throw failure(e);
    }
    if (!isComplete(mark)) {
      throw new BatchException(
          BatchException.Side.OUTPUT, file + " was changed while it was written. Begin again.");
    }
  }

  /** Returns whether the file has its name and its length. */
  boolean isComplete(Mark mark) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == mark.length();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Returns whether what was written waits for its name. */
  boolean isPartLong(Mark mark) {
    try {
      return channel().size() == mark.length();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Removes the file under its growing name, if nothing is in it that anybody needs. */
  void discard() {
    try {
      disk.delete(part);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  Path file() {
    return file;
  }

  BatchException failure(IOException e) {
    return new BatchException(
        BatchException.Side.OUTPUT,
        part
            + " cannot be written: "
            + Text.printable(e.toString(), 200)
            + ". Run the job again when it can be: it goes on where it was.",
        e);
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
