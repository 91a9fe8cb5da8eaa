package io.mlops4j.junit;

import java.util.Random;

/**
 * Where a test's randomness comes from. {@link MlopsTest} injects one that is the same each time
 * the test runs, and names it when the test fails.
 *
 * @param value any number
 */
public record Seed(long value) {

  /**
   * Returns a generator that starts from this seed.
   *
   * @return a new one on each call, all with the same numbers
   */
  public Random random() {
    return new Random(value);
  }
}
