package io.mlops4j.pipeline.batch;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a file as bytes, plain or gzip, without a byte order mark. Memory is one line of at most
 * {@link #MAX_LINE} bytes; of a longer one only that it was there is told.
 */
final class LineReader implements Closeable {
  static final int MAX_LINE = 1 << 20;
  private static final int BLOCK = 1 << 16;

  private final InputStream in;
  private final byte[] block = new byte[BLOCK];
  private byte[] line = new byte[1 << 12];
  private int at;
  private int end;
  private int length;
  private long number;
  private boolean tooLong;

  LineReader(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try {
      InputStream buffered = new BufferedInputStream(raw, BLOCK);
      buffered.mark(2);
      boolean gzip = buffered.read() == 0x1F && buffered.read() == 0x8B;
      buffered.reset();
      this.in = gzip ? new GZIPInputStream(buffered, BLOCK) : buffered;
      fill();
      boolean mark =
          end >= 3 && block[0] == (byte) 0xEF && block[1] == (byte) 0xBB && block[2] == (byte) 0xBF;
      at = mark ? 3 : 0;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** Moves to the next line; false at the end. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    boolean any = false;
    while (at < end || fill()) {
      any = true;
      int from = at;
      while (at < end && block[at] != '\n') {
        at++;
      }
      append(from, at);
      if (at < end) {
        at++;
        number++;
        return true;
      }
    }
    number += any ? 1 : 0;
    return any;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = 0;
    while (end < 3) { // A byte order mark must not be cut.
      int n = in.read(block, end, BLOCK - end);
      if (n < 0) {
        break;
      }
      end += n;
    }
    return end > 0;
  }

  private void append(int from, int to) {
    int n = to - from;
    if (tooLong || length + n > MAX_LINE) {
      tooLong = true;
      return;
    }
    if (length + n > line.length) {
      line = Arrays.copyOf(line, Math.max(length + n, 2 * line.length));
    }
    System.arraycopy(block, from, line, length, n);
    length += n;
  }

  /** Returns the line without its end, or null if it is too long to be kept. */
  byte @Nullable [] bytes() {
    return tooLong ? null : Arrays.copyOf(line, length);
  }

  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return !tooLong;
  }

  /** Returns the number of the line, from 1. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
