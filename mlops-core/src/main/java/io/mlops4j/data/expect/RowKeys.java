package io.mlops4j.data.expect;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Feature;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * The values of some features of a row as 128 bits: equal values have equal keys. A number, and a
 * text of at most 15 ASCII characters, is its own key; anything else is 127 bits of a SHA-256 that
 * begins with a salt. Used by one thread.
 */
final class RowKeys<T> {
  private static final byte NUMBER = 1;
  private static final byte TEXT = 2;
  private static final byte VECTOR = 3;
  private static final int PACKED = 15;

  private final List<Feature<T>> features;
  private final int[] positions;
  private final boolean hashed;
  private final byte[] salt;
  private final MessageDigest digest = Digests.sha256();
  private ByteBuffer bytes = ByteBuffer.allocate(256);
  private long high;
  private long low;

  /** Keys of sensitive features, and of several together, are hashed. */
  RowKeys(Schema<T> schema, List<String> names, Salt salt) {
    this(
        schema,
        names,
        salt,
        names.size() > 1 || names.stream().anyMatch(n -> schema.feature(n).sensitive()));
  }

  RowKeys(Schema<T> schema, List<String> names, Salt salt, boolean hashed) {
    this.features = names.stream().map(schema::feature).toList();
    this.positions = names.stream().mapToInt(schema::indexOf).toArray();
    this.hashed = hashed;
    this.salt = salt.bytes();
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  /** Sets the key of a row; false if every value is missing. */
  boolean set(RowBuffer<T> row) {
    if (hashed) {
      return hash(row);
    }
    int at = positions[0];
    switch (features.get(0).kind()) {
      case NUMERIC, TIME -> {
        return setNumber(row.number(at));
      }
      case CATEGORICAL, TEXT -> {
        String text = row.text(at);
        return text != null && (setShort(text) || hash(row));
      }
      case VECTOR -> {
        return hash(row);
      }
    }
    throw new IllegalStateException(features.toString());
  }

  boolean setNumber(double value) {
    high = 0;
    low = Double.doubleToLongBits(value + 0.0);
    return !Double.isNaN(value);
  }

  private boolean setShort(String text) {
    int length = text.length();
    if (length > PACKED) {
      return false;
    }
    long first = length + 1L;
    long second = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      if (i < 7) {
        first = (first << 8) | c;
      } else {
        second = (second << 8) | c;
      }
    }
    // Below 2^63: a hashed key is negative.
    high = length < 7 ? first << (8 * (7 - length)) : first;
    low = second;
    return true;
  }

  private boolean hash(RowBuffer<T> row) {
    bytes.clear();
    bytes.put(salt);
    boolean any = false;
    for (int i = 0; i < positions.length; i++) {
      any |= put(row, features.get(i), positions[i]);
    }
    digest.update(bytes.array(), 0, bytes.position());
    ByteBuffer result = ByteBuffer.wrap(digest.digest());
    high = result.getLong() | Long.MIN_VALUE;
    low = result.getLong();
    return any;
  }

  private boolean put(RowBuffer<T> row, Feature<T> feature, int at) {
    switch (feature.kind()) {
      case NUMERIC, TIME -> {
        double value = row.number(at);
        if (!Double.isNaN(value)) {
          room(9).put(NUMBER).putDouble(value + 0.0);
          return true;
        }
      }
      case CATEGORICAL, TEXT -> {
        String text = row.text(at);
        if (text != null) {
          room(5 + 2 * text.length()).put(TEXT).putInt(text.length());
          // Characters as they are: UTF-8 would make every half of a pair the same.
          for (int i = 0; i < text.length(); i++) {
            bytes.putChar(text.charAt(i));
          }
          return true;
        }
      }
      case VECTOR -> {
        float[] vector = row.vector(at);
        if (vector != null) {
          room(5 + 4 * vector.length).put(VECTOR).putInt(vector.length);
          for (float value : vector) {
            bytes.putFloat(value + 0.0f);
          }
          return true;
        }
      }
    }
    room(1).put((byte) 0);
    return false;
  }

  private ByteBuffer room(int more) {
    if (bytes.remaining() < more) {
      ByteBuffer larger = ByteBuffer.allocate(2 * (bytes.capacity() + more));
      bytes.flip();
      larger.put(bytes);
      bytes = larger;
    }
    return bytes;
  }
}
