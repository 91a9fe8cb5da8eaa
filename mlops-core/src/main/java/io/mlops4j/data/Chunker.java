package io.mlops4j.data;

import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a stream where its content says so: the same run of bytes is cut the same way wherever it
 * stands, so that two versions of a file share the chunks of what they share. Holds at most two
 * chunks. Used by one thread.
 *
 * <p>Format 1: a gear hash as in FastCDC (Xia et al., USENIX ATC 2016, section 3) with one mask.
 * {@code h = (h << 1) + GEAR[byte]} over 64 bits, from 0 at the beginning of each chunk; a chunk
 * ends after the first byte, at {@link #LEAST} bytes or more, at which the upper 19 bits of {@code
 * h} are 0, or at {@link #MOST} bytes. {@code GEAR[i]} is the {@code i}-th output of SplitMix64
 * from seed 0.
 */
final class Chunker {
  static final int LEAST = 128 << 10;
  static final int MOST = 2 << 20;
  private static final long MASK = 0xFFFF_E000_0000_0000L;
  private static final long[] GEAR = gear();

  private final InputStream in;
  private final byte[] buffer = new byte[MOST];
  private int filled;
  private boolean ended;

  Chunker(InputStream in) {
    this.in = in;
  }

  private static long[] gear() {
    long[] gear = new long[256];
    long state = 0;
    for (int i = 0; i < gear.length; i++) {
      state += 0x9E37_79B9_7F4A_7C15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
      gear[i] = z ^ (z >>> 31);
    }
    return gear;
  }

  /** The next chunk; empty at the end. */
  byte[] next() throws IOException {
    if (!ended) {
      int read = in.readNBytes(buffer, filled, MOST - filled);
      ended = read < MOST - filled;
      filled += read;
    }
    int cut = cut();
    byte[] chunk = java.util.Arrays.copyOf(buffer, cut);
    System.arraycopy(buffer, cut, buffer, 0, filled - cut);
    filled -= cut;
    return chunk;
  }

  private int cut() {
    long h = 0;
    for (int i = 0; i < filled; i++) {
      h = (h << 1) + GEAR[buffer[i] & 0xff];
      if (i + 1 >= LEAST && (h & MASK) == 0) {
        return i + 1;
      }
    }
    return filled;
  }
}
