package io.mlops4j.serving;

/**
 * Trees laid out for walking. Eight are walked side by side, without a branch that depends on the
 * row: a processor that would wait for one tree's next node, or have guessed wrongly where it goes,
 * works on the other seven.
 *
 * <p>A node is one long: how its threshold is ordered, the number of the key that is compared with
 * it, and where its two children are, which lie side by side. A leaf leads to itself. A float's key
 * is an integer of the same order, so that a comparison is a subtraction. A NaN's key is the
 * largest, or in a second set of keys the least: nodes that send missing values to the left read
 * the second set.
 *
 * <p>Immutable and thread-safe.
 */
@SuppressWarnings("ArrayRecordComponent")
record TreeWalk(long[] nodes, int[] roots, int width, boolean missingLeft) {
  /** How many trees are walked side by side. */
  static final int ABREAST = 8;

  /** So many bits of a node say where its children are. */
  private static final int CHILD_BITS = 19;

  private static final int KEY_BITS = 12;

  static final int MOST_NODES = 1 << CHILD_BITS;
  static final int MOST_KEYS = (1 << KEY_BITS) - ABREAST;

  private static final int CHILD = MOST_NODES - 1;
  private static final int KEY = (1 << KEY_BITS) - 1;
  private static final int INNER = 1 << 31;

  /**
   * Returns an inner node: to {@code child} if the key is at most the threshold, else to the next.
   */
  static long inner(int threshold, int key, int child) {
    int low = INNER | ((key + ABREAST) << CHILD_BITS) | child;
    return (long) threshold << Integer.SIZE | Integer.toUnsignedLong(low);
  }

  /** Returns a leaf at a place. */
  static long leaf(int place) {
    return (long) Integer.MAX_VALUE << Integer.SIZE | place;
  }

  /** Returns an integer that is ordered as floats are; the zeros are one. */
  static int key(float value) {
    int bits = Float.floatToRawIntBits(value + 0.0f);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  /** How many keys a row has. */
  int keys() {
    return missingLeft ? 2 * width : width;
  }

  /** Writes the keys of one feature's value behind the places of the leaves. */
  void key(int[] scratch, int feature, float value) {
    boolean missing = Float.isNaN(value);
    int key = missing ? Integer.MAX_VALUE : key(value);
    scratch[ABREAST + feature] = key;
    if (missingLeft) {
      scratch[ABREAST + width + feature] = missing ? Integer.MIN_VALUE : key;
    }
  }

  /** Writes the leaves that eight trees from one on end in before the keys. */
  void leaves(int[] scratch, int from) {
    long[] n = nodes;
    int a = roots[from];
    int b = roots[from + 1];
    int c = roots[from + 2];
    int d = roots[from + 3];
    int e = roots[from + 4];
    int f = roots[from + 5];
    int g = roots[from + 6];
    int h = roots[from + 7];
    while (true) {
      long na = n[a];
      long nb = n[b];
      long nc = n[c];
      long nd = n[d];
      long ne = n[e];
      long nf = n[f];
      long ng = n[g];
      long nh = n[h];
      if ((int) (na | nb | nc | nd | ne | nf | ng | nh) >= 0) {
        break; // Leaves, all of them.
      }
      a = next(na, scratch);
      b = next(nb, scratch);
      c = next(nc, scratch);
      d = next(nd, scratch);
      e = next(ne, scratch);
      f = next(nf, scratch);
      g = next(ng, scratch);
      h = next(nh, scratch);
    }
    scratch[0] = a;
    scratch[1] = b;
    scratch[2] = c;
    scratch[3] = d;
    scratch[4] = e;
    scratch[5] = f;
    scratch[6] = g;
    scratch[7] = h;
  }

  private static int next(long node, int[] scratch) {
    int low = (int) node;
    long beyond = (node >> Integer.SIZE) - scratch[low >>> CHILD_BITS & KEY];
    return (low & CHILD) + (int) (beyond >>> (Long.SIZE - 1));
  }
}
