package io.mlops4j.drift;

import java.util.Arrays;

/**
 * How many different strings there were, in 2,048 bytes: HyperLogLog (Flajolet and others 2007)
 * with the estimator of Ertl (2017), which needs no table of corrections. Merging takes the larger
 * register: exact, in any order, and the same string twice changes nothing. Used by one thread.
 */
final class Cardinality {
  /** Of the estimate, relative: 1.04 / sqrt(2048). */
  static final double STANDARD_ERROR = 0.023;

  static final int REGISTERS = 2_048;
  private static final int BITS = 11;
  private static final int MOST = 64 - BITS;

  /** Longer strings are told apart by their beginning and length only. */
  private static final int MAX_LENGTH = 256;

  private final byte[] registers;

  Cardinality() {
    this(new byte[REGISTERS]);
  }

  private Cardinality(byte[] registers) {
    this.registers = registers;
  }

  /** Takes over registers, each 0 to 54. */
  static Cardinality of(byte[] registers) {
    return new Cardinality(registers);
  }

  static int largestRegister() {
    return MOST + 1;
  }

  void add(String value) {
    long hash = hash(value);
    int index = (int) (hash >>> (64 - BITS));
    int rank = Math.min(MOST, Long.numberOfLeadingZeros(hash << BITS)) + 1;
    if (registers[index] < rank) {
      registers[index] = (byte) rank;
    }
  }

  private static long hash(String value) {
    long hash = 0xcbf29ce484222325L ^ value.length();
    int length = Math.min(value.length(), MAX_LENGTH);
    for (int i = 0; i < length; i++) {
      hash = (hash ^ value.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }

  Cardinality copy() {
    return new Cardinality(registers.clone());
  }

  void clear() {
    Arrays.fill(registers, (byte) 0);
  }

  byte[] registers() {
    return registers.clone();
  }

  Cardinality union(Cardinality other) {
    byte[] larger = registers.clone();
    for (int i = 0; i < larger.length; i++) {
      larger[i] = (byte) Math.max(larger[i], other.registers[i]);
    }
    return new Cardinality(larger);
  }

  /** Ertl's improved raw estimator, algorithm 6. */
  double estimate() {
    int[] histogram = new int[MOST + 2];
    for (byte register : registers) {
      histogram[register]++;
    }
    double z = REGISTERS * tau(1 - histogram[MOST + 1] / (double) REGISTERS);
    for (int k = MOST; k >= 1; k--) {
      z = 0.5 * (z + histogram[k]);
    }
    z += REGISTERS * sigma(histogram[0] / (double) REGISTERS);
    return REGISTERS / (2 * Math.log(2)) * REGISTERS / z;
  }

  private static double sigma(double start) {
    if (start == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double x = start;
    double y = 1;
    double z = x;
    double last = -1;
    while (z != last) {
      last = z;
      x *= x;
      z += x * y;
      y += y;
    }
    return z;
  }

  private static double tau(double start) {
    if (start == 0 || start == 1) {
      return 0;
    }
    double x = start;
    double y = 1;
    double z = 1 - x;
    double last = -1;
    while (z != last) {
      last = z;
      x = Math.sqrt(x);
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
  }
}
