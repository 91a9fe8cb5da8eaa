package io.mlops4j.data;

import io.mlops4j.core.Digests;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over typed rows. Used by one thread.
 *
 * <p>Format 1, all integers big-endian: the UTF-8 bytes of {@code mlops4j-rows-1}, a newline, the
 * schema's fingerprint, a newline; then per row one entry per feature, in order. A missing value is
 * the byte 0. A number is the byte 1 and the 8 bytes of the double. A string is the byte 2, its
 * length in bytes (4) and its UTF-8. A vector is the byte 3, its length (4) and 4 bytes per float.
 * A label is the byte 4 and the 8 bytes of the double. -0.0 is written as 0.0 and every NaN alike,
 * as a missing number; in vectors NaN is 0x7fc00000. The stream is prefix-free, so different rows
 * cannot give the same bytes.
 */
final class RowDigest<T> {
  private static final int FLUSH = 1 << 16;
  private static final byte MISSING = 0;
  private static final byte NUMBER = 1;
  private static final byte TEXT = 2;
  private static final byte VECTOR = 3;
  private static final byte LABEL = 4;

  private final Schema<T> schema;
  private final RowBuffer<T> buffer;
  private final MessageDigest digest = Digests.sha256();
  private final ByteBuffer bytes = ByteBuffer.allocate(FLUSH);

  RowDigest(Schema<T> schema) {
    this.schema = schema;
    this.buffer = schema.newBuffer();
    digest.update(
        ("mlops4j-rows-1\n" + schema.fingerprint() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  void add(T row) {
    buffer.set(row);
    for (int i = 0; i < schema.size(); i++) {
      switch (schema.features().get(i).kind()) {
        case NUMERIC, TIME -> number(NUMBER, buffer.number(i));
        case CATEGORICAL, TEXT -> text(buffer.text(i));
        case VECTOR -> vector(buffer.vector(i));
      }
    }
  }

  void add(T row, double label) {
    add(row);
    number(LABEL, label);
  }

  /** The start of one row's own digest, without what was added before. */
  long hash(T row, double label) {
    bytes.clear();
    digest.reset();
    add(row, label);
    flush();
    return RowFingerprint.start(digest.digest());
  }

  private void number(byte tag, double value) {
    room(9);
    if (Double.isNaN(value)) {
      bytes.put(MISSING);
    } else {
      bytes.put(tag).putLong(Double.doubleToLongBits(value + 0.0));
    }
  }

  private void text(@Nullable String value) {
    room(5);
    if (value == null) {
      bytes.put(MISSING);
      return;
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    bytes.put(TEXT).putInt(utf8.length);
    if (utf8.length > FLUSH) {
      flush();
      digest.update(utf8);
    } else {
      room(utf8.length);
      bytes.put(utf8);
    }
  }

  private void vector(float @Nullable [] value) {
    room(5);
    if (value == null) {
      bytes.put(MISSING);
      return;
    }
    bytes.put(VECTOR).putInt(value.length);
    for (float number : value) {
      room(4);
      bytes.putInt(Float.floatToIntBits(number + 0f));
    }
  }

  private void room(int needed) {
    if (bytes.remaining() < needed) {
      flush();
    }
  }

  private void flush() {
    digest.update(bytes.array(), 0, bytes.position());
    bytes.clear();
  }

  String hex() {
    flush();
    return Digests.hex(digest.digest());
  }
}
