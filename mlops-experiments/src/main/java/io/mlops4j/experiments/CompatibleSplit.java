package io.mlops4j.experiments;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Assigns units as another system does, so that an experiment which runs there can move without
 * reshuffling its units. For new experiments use {@link Experiment}: these hashes have 1,000 or
 * 10,000 buckets, and version 1 of GrowthBook's is not independent between experiments.
 *
 * <p>Ids are hashed as GrowthBook's JavaScript SDK does it, by UTF-16 units; its Java SDK hashes
 * bytes of the JVM's default charset, and so differs for ids beyond ASCII. Immutable and
 * thread-safe.
 */
public final class CompatibleSplit {
  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  private final int version;
  private final String seed;
  private final double[] from;
  private final double[] to;

  private CompatibleSplit(int version, String seed, double[] from, double[] to) {
    this.version = version;
    this.seed = seed;
    this.from = from;
    this.to = to;
  }

  /**
   * Returns a split as GrowthBook's SDKs make it: arm i has the range from the sum of the weights
   * before it, as long as coverage times its weight.
   *
   * @param version of the hash, 1 or 2
   * @param seed the experiment's seed: its key unless set there
   * @param coverage the share of each arm's range that is in, 0 to 1
   * @param weights one per variation, sum from 0.99 to 1.01 as GrowthBook accepts it
   * @return the split
   * @throws IllegalArgumentException if a number is out of range: nothing is silently corrected
   * @see <a href="https://docs.growthbook.io/lib/build-your-own">GrowthBook, SDK specification</a>
   */
  public static CompatibleSplit growthBook(
      int version, String seed, double coverage, double... weights) {
    Objects.requireNonNull(seed, "seed");
    if (version != 1 && version != 2) {
      throw new IllegalArgumentException("version: " + version + " (expected: 1 or 2)");
    }
    WeightVector.checkShare("coverage", coverage);
    double sum = 0;
    double[] from = new double[weights.length];
    double[] to = new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      from[i] = sum;
      to[i] = sum + coverage * WeightVector.checkShare("weights[" + i + "]", weights[i]);
      sum += weights[i];
    }
    if (!(sum >= 0.99 && sum <= 1.01)) {
      throw new IllegalArgumentException("weights: sum " + sum + " (expected: 0.99..1.01)");
    }
    return new CompatibleSplit(version, seed, from, to);
  }

  /**
   * Returns a unit's variation.
   *
   * @param unit its id; null or blank is in none
   * @return 0 for the first, or {@link Experiment#NOT_IN}
   */
  public int armIndex(@Nullable String unit) {
    if (unit == null || Experiment.isBlank(unit)) {
      return Experiment.NOT_IN;
    }
    double n = growthBookHash(version, seed, unit);
    for (int i = 0; i < from.length; i++) {
      if (n >= from[i] && n < to[i]) {
        return i;
      }
    }
    return Experiment.NOT_IN;
  }

  static double growthBookHash(int version, String seed, String unit) {
    return version == 1
        ? Integer.remainderUnsigned(fnv(fnv(FNV_OFFSET, unit), seed), 1_000) / 1_000.0
        : Integer.remainderUnsigned(
                fnv(FNV_OFFSET, Integer.toUnsignedString(fnv(fnv(FNV_OFFSET, seed), unit))), 10_000)
            / 10_000.0;
  }

  private static int fnv(int start, String text) {
    int hash = start;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  /**
   * Returns a subject's shard as Eppo's SDKs compute it: the first 4 bytes of MD5 of salt, hyphen
   * and subject in UTF-8, modulo the number of shards. A split matches when the shard of each of
   * its salts is in that salt's ranges.
   *
   * @param salt the shard's salt
   * @param subject the subject's key
   * @param totalShards at least 1, usually 10,000
   * @return 0 to totalShards - 1
   * @throws IllegalArgumentException if there are no shards
   */
  public static int eppoShard(String salt, String subject, int totalShards) {
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(subject, "subject");
    if (totalShards < 1) {
      throw new IllegalArgumentException("totalShards: " + totalShards + " (expected: 1 or more)");
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5")
              .digest((salt + "-" + subject).getBytes(StandardCharsets.UTF_8));
      int first =
          (digest[0] & 255) << 24
              | (digest[1] & 255) << 16
              | (digest[2] & 255) << 8
              | (digest[3] & 255);
      return Integer.remainderUnsigned(first, totalShards);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has MD5", e);
    }
  }
}
