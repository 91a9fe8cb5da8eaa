package io.mlops4j.data.expect;

import java.util.Arrays;

/**
 * Keys of 128 bits with a line each: an open table, 24 bytes a slot, half empty at least. Where a
 * key lies depends on a salt, so that nobody can choose values that all lie in one place. Used by
 * one thread.
 */
final class KeyTable {
  private static final int WORDS = 3;

  private final long salt;
  private long[] slots;
  private int size;
  private int mask;

  KeyTable(long salt) {
    this.salt = salt;
    this.slots = new long[WORDS * 64];
    this.mask = 63;
  }

  static long mix(long high, long low, long salt) {
    long mixed = (high ^ salt) * 0x9e3779b97f4a7c15L + low;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /** Returns the line of a key, or 0 if it is not here. */
  long find(long high, long low) {
    return slots[slot(high, low) + 2];
  }

  /** Keeps a key unless it is here; returns the line it is here with, or 0 if it was not. */
  long putIfAbsent(long high, long low, long line) {
    int at = slot(high, low);
    if (slots[at + 2] != 0) {
      return slots[at + 2];
    }
    slots[at] = high;
    slots[at + 1] = low;
    slots[at + 2] = line;
    size++;
    if (2L * size > mask) {
      grow();
    }
    return 0;
  }

  private int slot(long high, long low) {
    int at = (int) mix(high, low, salt) & mask;
    while (true) {
      int word = WORDS * at;
      if (slots[word + 2] == 0 || (slots[word] == high && slots[word + 1] == low)) {
        return word;
      }
      at = (at + 1) & mask;
    }
  }

  private void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    mask = 2 * mask + 1;
    for (int i = 0; i < old.length; i += WORDS) {
      if (old[i + 2] != 0) {
        int at = slot(old[i], old[i + 1]);
        System.arraycopy(old, i, slots, at, WORDS);
      }
    }
  }

  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  int size() {
    return size;
  }
}
