package io.mlops4j.delivery;

/**
 * What one watch counts and how it judges the counts. Counts are an array of numbers per arm that
 * merge by addition, in any order, so that a fleet's are the sum of its instances'.
 */
sealed interface Question
    permits ErrorDifference, ErrorLimit, LatencyRatio, ScoreShift, OutcomeDifference {
  /** What is looked at. */
  String name();

  /** What is asked for. */
  String requirement();

  /** What else makes its counts other counts, for the plan's digest. */
  default String identity() {
    return "";
  }

  /** How many numbers the counts of one arm have. */
  int size();

  /** Whether it compares with the champion's concurrent traffic. */
  default boolean comparative() {
    return true;
  }

  /** Whether failed requests are what it looks for. */
  default boolean failures() {
    return false;
  }

  /** Whether it needs labels. */
  default boolean labelled() {
    return false;
  }

  /** Adds an answered request. */
  default void answered(double[] counts, Sample sample) {}

  /** Adds a request that failed, or was not answered by the version asked. */
  default void failed(double[] counts, int cluster) {}

  /** Adds a label to an earlier answer. */
  default void labelled(double[] counts, int cluster, double score, double label) {}

  /**
   * Whether its bounds hold from the first observation on, so that it may roll back before there
   * are enough samples to go on.
   */
  default boolean exact() {
    return true;
  }

  /** From how many clusters of units the counts come. */
  default int spread(double[] counts) {
    return Clusters.occupied(counts, 0);
  }

  /** How many observations an arm's counts hold, by which a step is judged to have enough. */
  double observations(double[] counts);

  /**
   * Judges the counts, of which both arms have enough.
   *
   * @param champion not looked at if the question is not comparative
   * @param candidate its counts
   * @param look how sure to be
   */
  Finding judge(double[] champion, double[] candidate, Look look);

  /**
   * One answered request.
   *
   * @param cluster of its unit, 0 to {@link Clusters#COUNT} - 1
   * @param score the answer as a number; NaN if it has none
   * @param usable false if the answer should have been a number and is NaN or infinite
   * @param nanos from call to answer
   */
  record Sample(int cluster, double score, boolean usable, long nanos) {}

  /**
   * How sure to be.
   *
   * @param alpha the probability of ever rolling back an equal candidate because of this question
   * @param beta the probability of ever passing one that is exactly as bad as it may not be
   * @param expected observations of the candidate around which to be sharpest
   */
  record Look(double alpha, double beta, double expected) {}

  /**
   * What came out.
   *
   * @param champion the champion's value, NaN if it has none
   * @param candidate the candidate's value
   * @param low the difference, ratio or value is surely not below it, at {@code alpha}
   * @param high it is surely not above it, at {@code beta}; may be infinite
   * @param verdict what follows
   * @param sentence why, with the numbers
   */
  record Finding(
      double champion,
      double candidate,
      double low,
      double high,
      RolloutVerdict verdict,
      String sentence) {

    /** The verdict of an effect against its limit. */
    static RolloutVerdict verdict(double low, double high, double limit) {
      if (low > limit) {
        return RolloutVerdict.ROLL_BACK;
      }
      return high <= limit ? RolloutVerdict.PROMOTE : RolloutVerdict.HOLD;
    }
  }
}
