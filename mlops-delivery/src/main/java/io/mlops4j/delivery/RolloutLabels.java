package io.mlops4j.delivery;

/**
 * What became of the labels of a rollout, as last looked at. Labels and answers given up are those
 * of the whole fleet, instances that are gone included; what they had not written yet is in none of
 * the numbers, so that labels for lost answers show as unmatched.
 *
 * @param reported labels that were reported, each call once
 * @param joined labels that found their answer
 * @param waiting answers that wait for their labels in this instance
 * @param givenUp answers that were given up without a label, because more than {@link
 *     RolloutBuilder#pendingLabels} waited or the store had lost them
 */
public record RolloutLabels(long reported, long joined, long waiting, long givenUp) {
  /** Checks the ranges. */
  public RolloutLabels {
    if (reported < 0 || joined < 0 || waiting < 0 || givenUp < 0) {
      throw new IllegalArgumentException(
          "labels: reported "
              + reported
              + ", joined "
              + joined
              + ", waiting "
              + waiting
              + ", givenUp "
              + givenUp
              + " (expected: 0 or more each)");
    }
  }

  static final RolloutLabels NONE = new RolloutLabels(0, 0, 0, 0);

  static RolloutLabels of(Counts counts, int waiting) {
    double[] labels = counts.labels();
    return new RolloutLabels(
        (long) labels[Counts.REPORTED],
        (long) labels[Counts.JOINED],
        waiting,
        (long) labels[Counts.GIVEN_UP]);
  }

  /**
   * Returns how many labels have found no answer: it has not been heard of yet, was given up or
   * lost with its instance, is of another version, or has a label already.
   *
   * @return 0 or more
   */
  public long unmatched() {
    return Math.max(0, reported - joined);
  }

  /** Returns the numbers as a sentence. */
  String sentence() {
    return "Reported: "
        + Words.count(reported)
        + ", joined: "
        + Words.count(joined)
        + ", without an answer: "
        + Words.count(unmatched())
        + ". Answers given up: "
        + Words.count(givenUp)
        + ", waiting in this instance: "
        + Words.count(waiting)
        + ".";
  }
}
