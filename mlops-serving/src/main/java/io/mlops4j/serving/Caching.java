package io.mlops4j.serving;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How answers are kept for rows that come again. An answer is found by everything that made it: the
 * loaded version (another load of the same number is another one) and the value of every feature
 * its schema names, all compared on a hit. Requests for a row that is being answered wait for that
 * answer instead of asking again. Failures and fallbacks are never kept.
 *
 * @param maxBytes about how much memory rows and answers may take together, 1 KB to 1 TB
 * @param expiry how long an answer is good; empty for as long as its version serves
 */
public record Caching(long maxBytes, Optional<Duration> expiry) {
  private static final long LEAST = 1_000;
  private static final long MOST = 1_000_000_000_000L;

  /** Checks both. */
  public Caching {
    Objects.requireNonNull(expiry, "expiry");
    if (maxBytes < LEAST || maxBytes > MOST) {
      throw new IllegalArgumentException(
          "maxBytes: " + maxBytes + " (expected: " + LEAST + ".." + MOST + ")");
    }
    if (expiry.isPresent() && (expiry.get().isZero() || expiry.get().isNegative())) {
      throw new IllegalArgumentException("expiry: " + expiry.get() + " (expected: positive)");
    }
  }

  /**
   * Returns 64 MB, without expiry.
   *
   * @return the defaults
   */
  public static Caching withDefaults() {
    return new Caching(64_000_000, Optional.empty());
  }

  /**
   * Returns a copy with another bound.
   *
   * @param bytes 1 KB to 1 TB
   * @return the copy
   */
  public Caching withMaxBytes(long bytes) {
    return new Caching(bytes, expiry);
  }

  /**
   * Returns a copy whose answers expire.
   *
   * @param duration how long an answer is good after it was given
   * @return the copy
   */
  public Caching withExpiry(Duration duration) {
    return new Caching(maxBytes, Optional.of(Objects.requireNonNull(duration, "duration")));
  }
}
