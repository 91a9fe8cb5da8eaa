package io.mlops4j.experiments;

/**
 * How long rewards count, in epochs (calls of publish): for worlds that change.
 *
 * @param discount what a reward is worth one epoch later, above 0, at most 1
 * @param epochs how many epochs of rewards are kept, the current one included; 0 keeps all
 */
public record BanditMemory(double discount, int epochs) {
  /** Checks the ranges. */
  public BanditMemory {
    if (!(discount > 0 && discount <= 1)) {
      throw new IllegalArgumentException("discount: " + discount + " (expected: above 0, to 1)");
    }
    if (epochs < 0 || epochs > 100_000) {
      throw new IllegalArgumentException("epochs: " + epochs + " (expected: 0..100000)");
    }
  }

  /**
   * Returns a memory that keeps every reward at full worth.
   *
   * @return the usual memory
   */
  public static BanditMemory everything() {
    return new BanditMemory(1, 0);
  }

  /**
   * Returns a memory that fades: about the last {@code 1 / (1 - discount)} epochs count.
   *
   * @param discount above 0, below 1
   * @return the memory
   */
  public static BanditMemory discounting(double discount) {
    return new BanditMemory(discount, 0);
  }

  /**
   * Returns a memory of the last epochs only.
   *
   * @param epochs at least 1
   * @return the memory
   */
  public static BanditMemory window(int epochs) {
    if (epochs < 1) {
      throw new IllegalArgumentException("epochs: " + epochs + " (expected: 1..100000)");
    }
    return new BanditMemory(1, epochs);
  }

  /** What a reward is worth that many epochs later. */
  double worth(long age) {
    return epochs > 0 && age >= epochs
        ? 0
        : discount == 1 ? 1 : StrictMath.pow(discount, (double) age);
  }
}
