package io.mlops4j.data.expect;

import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import io.mlops4j.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows repeat the values of an earlier one, exactly up to what {@link RowKeys} says, in
 * bounded memory. Used by one thread.
 *
 * <p>The first keys stay in a table. When that is full, rows whose key is not in it go to one of
 * 256 temporary files, by a part of the key; at the end each file is read by itself. So memory is
 * the table, 4 MiB of buffers, and one 256th of the other keys. Files hold keys and lines, are
 * readable by their owner only, and are removed by {@link #close}.
 */
final class DistinctKeys<T> implements AutoCloseable {
  private static final int PARTS = 256;
  private static final int RECORD = 3 * Long.BYTES;
  private static final int BUFFER = 680 * RECORD;

  /** Is told of a row that repeats an earlier one. */
  @FunctionalInterface
  interface Repeats {
    void repeat(long line, long earlier);
  }

  private final RowKeys<T> keys;
  private final long salt;
  private final int inMemory;
  private final @Nullable Path temporary;
  private final KeyTable table;
  private @Nullable Path directory;
  private @Nullable ByteBuffer @Nullable [] parts;

  DistinctKeys(Schema<T> schema, List<String> features, Settings settings) {
    this.keys = new RowKeys<>(schema, features, settings.salt());
    this.salt = settings.salt().number();
    this.inMemory = settings.keysInMemory();
    this.temporary = settings.temporary();
    this.table = new KeyTable(salt);
  }

  /** What is known of a row at once. */
  enum Seen {
    /** Every value is missing. */
    NOTHING,
    /** It is the first, or it will turn out at the end. */
    PERHAPS_NEW,
    /** It repeats an earlier one. */
    REPEATED
  }

  Seen add(long line, RowBuffer<T> row) {
    if (!keys.set(row)) {
      return Seen.NOTHING;
    }
    if (table.size() < inMemory) {
      earlier = table.putIfAbsent(keys.high(), keys.low(), line);
    } else {
      earlier = table.find(keys.high(), keys.low());
      if (earlier == 0) {
        spill(keys.high(), keys.low(), line);
      }
    }
    return earlier == 0 ? Seen.PERHAPS_NEW : Seen.REPEATED;
  }

  private long earlier;

  /** The line of the row that the last one repeats. */
  long earlier() {
    return earlier;
  }

  boolean spilled() {
    return directory != null;
  }

  private void spill(long high, long low, long line) {
    @Nullable ByteBuffer[] buffers = parts;
    if (buffers == null) {
      buffers = new @Nullable ByteBuffer[PARTS];
      parts = buffers;
      directory = newDirectory();
    }
    int part = (int) (KeyTable.mix(high, low, salt) >>> 56);
    ByteBuffer buffer = buffers[part];
    if (buffer == null) {
      buffer = ByteBuffer.allocate(BUFFER);
      buffers[part] = buffer;
    }
    buffer.putLong(high).putLong(low).putLong(line);
    if (!buffer.hasRemaining()) {
      write(part, buffer);
    }
  }

  private Path newDirectory() {
    try {
      return temporary == null
          ? Files.createTempDirectory("mlops4j-keys")
          : Files.createTempDirectory(temporary, "mlops4j-keys");
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Path file(int part) {
    Path in = directory;
    if (in == null) {
      throw new IllegalStateException("nothing was spilled");
    }
    return in.resolve(part + ".keys");
  }

  private void write(int part, ByteBuffer buffer) {
    buffer.flip();
    try (FileChannel out =
        FileChannel.open(file(part), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
    } catch (IOException e) {
      throw failed(e);
    }
    buffer.clear();
  }

  private static DataException failed(IOException e) {
    return new DataException(
        "Counting different values needs temporary files and cannot write or read them ("
            + io.mlops4j.core.Text.printable(e.toString(), 200)
            + "). Give the validation a temporaryDirectory with more room.",
        e);
  }

  /** Tells of the repeated rows that were not known at once, in no order. */
  void finish(Repeats repeats) {
    @Nullable ByteBuffer[] buffers = parts;
    if (buffers == null) {
      return;
    }
    for (int part = 0; part < PARTS; part++) {
      ByteBuffer rest = buffers[part];
      if (rest == null) {
        continue;
      }
      KeyTable seen = new KeyTable(salt);
      if (Files.exists(file(part))) {
        read(part, seen, repeats);
      }
      rest.flip();
      take(rest, seen, repeats);
      buffers[part] = null;
    }
  }

  private void read(int part, KeyTable seen, Repeats repeats) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (FileChannel in = FileChannel.open(file(part))) {
      while (in.read(buffer) >= 0) {
        buffer.flip();
        take(buffer, seen, repeats);
        buffer.compact();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void take(ByteBuffer records, KeyTable seen, Repeats repeats) {
    while (records.remaining() >= RECORD) {
      long high = records.getLong();
      long low = records.getLong();
      long line = records.getLong();
      long before = seen.putIfAbsent(high, low, line);
      if (before != 0) {
        repeats.repeat(line, before);
      }
    }
  }

  @Override
  public void close() {
    Path in = directory;
    if (in == null) {
      return;
    }
    directory = null;
    parts = null;
    try {
      for (int part = 0; part < PARTS; part++) {
        Files.deleteIfExists(in.resolve(part + ".keys"));
      }
      Files.deleteIfExists(in);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
