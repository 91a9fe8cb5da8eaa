package io.mlops4j.pipeline.search;

/**
 * Rounds with growing budgets.
 *
 * @param smallest the first budget
 * @param largest the most
 * @param eta how much the budget grows, and what part stays
 */
record Halving(long smallest, long largest, int eta) {
  Halving {
    if (smallest < 1 || largest < smallest) {
      throw new IllegalArgumentException(
          "budgets: " + smallest + ".." + largest + " (expected: 1 or more, the smallest first)");
    }
    if (eta < 2) {
      throw new IllegalArgumentException("eta: " + eta + " (expected: 2 or more)");
    }
  }

  /** Returns the budget after one, or 0 if there is no further round. */
  long after(long budget) {
    return budget > largest / eta ? 0 : budget * eta;
  }

  @Override
  public String toString() {
    return "budgets " + smallest + ".." + largest + ", eta " + eta;
  }
}
