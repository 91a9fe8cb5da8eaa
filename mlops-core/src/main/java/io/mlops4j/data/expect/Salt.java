package io.mlops4j.data.expect;

import java.nio.ByteBuffer;

/** Random bytes of one validation: where keys lie in tables cannot be foreseen. */
final class Salt {
  private final byte[] bytes;

  Salt(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  byte[] bytes() {
    return bytes.clone();
  }

  long number() {
    return ByteBuffer.wrap(bytes).getLong();
  }
}
