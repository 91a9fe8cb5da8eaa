package io.mlops4j.examples.broken.production;

import io.mlops4j.junit.Seed;

/** Needs test support where it serves, which the rules forbid. */
public final class BrokenProduction {

  /**
   * Breaks the rules.
   *
   * @return a number
   */
  public long draw() {
    return new Seed(1).random().nextLong();
  }
}
