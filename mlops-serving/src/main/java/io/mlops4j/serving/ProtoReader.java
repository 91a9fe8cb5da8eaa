package io.mlops4j.serving;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one protobuf message, in a range of bytes that are not copied. Bounds are
 * checked before every step, so that any bytes either make sense or are refused.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int begin;
  private int at;
  private int field;
  private int wire;
  private long value;
  private int from;

  ProtoReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private ProtoReader(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** Goes to the next field; false at the end. */
  boolean next() {
    if (at >= end) {
      return false;
    }
    begin = at;
    long key = varint();
    field = (int) (key >>> 3);
    wire = (int) (key & 7);
    switch (wire) {
      case VARINT -> value = varint();
      case FIXED64 -> value = skip(8);
      case BYTES -> value = skip(varint());
      case FIXED32 -> value = skip(4);
      default -> throw new MalformedException("unknown wire type at byte " + at);
    }
    return true;
  }

  int field() {
    return field;
  }

  int wire() {
    return wire;
  }

  /** Whether the field is this one and holds bytes: a message, a text, or packed numbers. */
  boolean isBytes(int number) {
    return field == number && wire == BYTES;
  }

  boolean isVarint(int number) {
    return field == number && wire == VARINT;
  }

  /** The number of a varint field. */
  long value() {
    return value;
  }

  /** One float of a fixed32 field, or of packed ones. */
  float float32(int index) {
    return (float) FLOATS.get(bytes, from + index * Float.BYTES);
  }

  /** How many bytes the field holds. */
  int length() {
    return at - from;
  }

  ProtoReader message() {
    return new ProtoReader(bytes, from, at);
  }

  String text() {
    return new String(bytes, from, at - from, StandardCharsets.UTF_8);
  }

  /** Whether the field is such a text, of ASCII. */
  boolean isText(String ascii) {
    boolean same = ascii.length() == length();
    for (int i = 0; same && i < ascii.length(); i++) {
      same = bytes[from + i] == ascii.charAt(i);
    }
    return same;
  }

  /** The field's bytes, little-endian, not copied. */
  ByteBuffer little() {
    return ByteBuffer.wrap(bytes, from, at - from).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A repeated number: packed, or one of several fields. */
  long[] varints() {
    if (wire == VARINT) {
      return new long[] {value};
    }
    ProtoReader packed = message();
    long[] values = new long[length()];
    int n = 0;
    while (packed.at < packed.end) {
      values[n++] = packed.varint();
    }
    return java.util.Arrays.copyOf(values, n);
  }

  /** Appends the whole field, its key included. */
  void copyTo(ByteArrayOutputStream out) {
    out.write(bytes, begin, at - begin);
  }

  private long skip(long length) {
    if (length < 0 || length > end - at) {
      throw new MalformedException("cut off at byte " + at);
    }
    from = at;
    at += (int) length;
    return length;
  }

  private long varint() {
    long result = 0;
    for (int i = 0; i < 10 && at + i < end; i++) {
      byte b = bytes[at + i];
      result |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        at += i + 1;
        return result;
      }
    }
    throw new MalformedException("cut off at byte " + at);
  }

  /** The bytes are no such message. */
  static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }
}
