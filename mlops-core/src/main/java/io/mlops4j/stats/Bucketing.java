package io.mlops4j.stats;

/*
 * Design note: the algorithm, exactly. Changing any line of it moves users between arms, so it never
 * changes: another algorithm is another class. oracles/bucketing.py is a second implementation written
 * from this note; the vectors it writes are a test of this class.
 *
 * All arithmetic is on unsigned 64-bit words. u[0..n) are the UTF-16 code units of the id as the
 * string holds them: no charset, no normalisation, lone surrogates are units like any other.
 *
 *   mix(a, b)   = low64(a * b) xor high64(a * b)                  (the unsigned 128-bit product)
 *   word(i)     = u[i] + u[i+1] * 2^16 + u[i+2] * 2^32 + u[i+3] * 2^48
 *   hash(seed, u):
 *     h = seed
 *     for (i = 0; i + 8 < n; i += 8)  h = mix(word(i) xor K1, word(i+4) xor h)
 *     n = 0        : a = 0,          b = 0
 *     1 <= n <= 3  : a = u[0] * 2^32 + u[n/2] * 2^16 + u[n-1],  b = 0
 *     4 <= n <= 7  : a = word(0),    b = word(n-4)
 *     n >= 8       : a = word(n-8),  b = word(n-4)               (may overlap the last block)
 *     return mix(n xor K2, mix(a xor K1, b xor h))
 *   salted(salt)    : seed = hash(K0, salt)
 *   derive(purpose) : seed = hash(seed, purpose)
 *   slot            = hash / 2^48                                 (the high 16 bits)
 *
 * K0, K1 and K2 are the leading 64 bits of the fractional parts of the golden ratio, pi and e, the
 * last bit set. A long id hashes as the string of its four 16-bit groups, lowest first.
 *
 * The structure (wide multiply, folded; overlapping tail) is that of wyhash (Wang Yi, public domain,
 * https://github.com/wangyi-fudan/wyhash); the constants, the word layout and the schedule are ours,
 * so no published wyhash vector applies. The slot comes from the high bits because a fold of a
 * product is best mixed there and because "hash % 100" keeps the low bits' regularities: sequential
 * ids then land in correlated buckets in every experiment.
 */

/**
 * Returns, for an id, one of 65,536 slots: a pure function of salt and id that is the same on every
 * JVM, platform, default charset and version of this library. Slots are uniform, and the slots of
 * one id under two salts are independent, even when ids are sequential numbers.
 *
 * <p>Two questions about one unit need two salts, or their answers correlate ("is it in the
 * experiment?" and "which arm?"): {@link #derive} makes them.
 *
 * <p>Not cryptographic: whoever knows the salt and may choose an id can choose its slot. Cost:
 * about 20 ns for an id of 36 characters, no allocation. Immutable and thread-safe.
 */
public final class Bucketing {
  /** The number of slots. A share of traffic is a number of slots: the resolution is 0.0015 %. */
  public static final int SLOTS = 1 << 16;

  private static final long K0 = 0x9E3779B97F4A7C15L;
  private static final long K1 = 0x243F6A8885A308D3L;
  private static final long K2 = 0xB7E151628AED2A6BL;

  private final long seed;

  private Bucketing(long seed) {
    this.seed = seed;
  }

  /**
   * Returns the bucketing of a salt. Equal salts give equal slots, for ever.
   *
   * @param salt any string, the empty one included; an experiment's name is the usual one
   * @return the bucketing, with the salt already hashed
   */
  public static Bucketing salted(String salt) {
    return new Bucketing(hash(K0, salt));
  }

  /**
   * Returns a bucketing independent of this one, for another question about the same units.
   *
   * @param purpose names the question, for example {@code "traffic"} or {@code "split"}
   * @return the derived bucketing; equal purposes give equal slots
   */
  public Bucketing derive(String purpose) {
    return new Bucketing(hash(seed, purpose));
  }

  /**
   * Returns the slot of an id.
   *
   * @param id any string, compared unit by unit: no trimming, no normalisation, no case folding.
   *     The empty string has a slot like any other, so a caller who means "no id" must ask first
   * @return the slot, 0 to 65,535
   */
  public int slot(String id) {
    return (int) (hash(seed, id) >>> 48);
  }

  /**
   * Returns the slot of a numeric id, which is not the slot of its decimal text.
   *
   * @param id any number
   * @return the slot, 0 to 65,535
   */
  public int slot(long id) {
    return (int) (hash(id) >>> 48);
  }

  /**
   * Returns the 64-bit hash of an id, of which the slot is the high 16 bits.
   *
   * @param id any string
   * @return the hash, uniform over all 64-bit values
   */
  public long hash(String id) {
    return hash(seed, id);
  }

  /**
   * Returns the 64-bit hash of a numeric id.
   *
   * @param id any number
   * @return the hash, uniform over all 64-bit values
   */
  public long hash(long id) {
    return mix(4 ^ K2, mix(id ^ K1, id ^ seed));
  }

  private static long hash(long seed, String id) {
    int n = id.length();
    if (n >= 8) {
      long h = seed;
      for (int i = 0; i + 8 < n; i += 8) {
        h = mix(word(id, i) ^ K1, word(id, i + 4) ^ h);
      }
      return mix(n ^ K2, mix(word(id, n - 8) ^ K1, word(id, n - 4) ^ h));
    }
    if (n >= 4) {
      return mix(n ^ K2, mix(word(id, 0) ^ K1, word(id, n - 4) ^ seed));
    }
    long a = 0;
    if (n > 0) {
      a = (long) id.charAt(0) << 32 | (long) id.charAt(n >> 1) << 16 | id.charAt(n - 1);
    }
    return mix(n ^ K2, mix(a ^ K1, seed));
  }

  private static long word(String id, int i) {
    return id.charAt(i)
        | (long) id.charAt(i + 1) << 16
        | (long) id.charAt(i + 2) << 32
        | (long) id.charAt(i + 3) << 48;
  }

  /** The unsigned product's halves, folded. multiplyHigh is signed: add what a set top bit took. */
  private static long mix(long a, long b) {
    long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    return a * b ^ high;
  }
}
