package io.mlops4j.delivery.shadow;

/**
 * What one field of two answers says.
 *
 * @param comparable whether there is anything to compare; else all numbers are meaningless
 * @param difference at least 0
 * @param allowed what the tolerance allows here
 * @param liveScore a score, if the field has any
 * @param candidateScore a score, if the field has any
 * @param liveClass the class decided, or -1
 * @param candidateClass the class decided, or -1
 * @param flipped whether another class was decided
 * @param live for the list of disagreements
 * @param candidate for the list of disagreements
 */
record Observation(
    boolean comparable,
    double difference,
    double allowed,
    double liveScore,
    double candidateScore,
    int liveClass,
    int candidateClass,
    boolean flipped,
    String live,
    String candidate) {

  static Observation incomparable(String live, String candidate) {
    return new Observation(false, 0, 0, Double.NaN, Double.NaN, -1, -1, false, live, candidate);
  }

  boolean outside() {
    return !comparable || difference > allowed;
  }

  boolean disagrees() {
    return outside() || flipped;
  }

  /** Returns how many times as far apart as allowed; flips without numbers count as two. */
  double severity() {
    if (!comparable) {
      return Double.MAX_VALUE;
    }
    double ratio = difference == 0 ? 0 : difference / Math.max(allowed, 1e-12);
    return Math.min(Double.MAX_VALUE, Math.max(ratio, flipped ? 2 : 0));
  }
}
