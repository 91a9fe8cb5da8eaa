package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.Arrays;
import java.util.Optional;

/**
 * Labelled scores of a stretch in bins of equal width: what thresholds would have done. Immutable.
 *
 * <p>A number whose threshold falls inside a bin is uncertain by what is in that bin; {@link
 * Estimate#roundingError()} bounds it.
 */
public final class ScoreCurve {
  private final long[] positives;
  private final long[] negatives;
  private final long allPositives;
  private final long allNegatives;

  ScoreCurve(long[] positives, long[] negatives) {
    this.positives = positives;
    this.negatives = negatives;
    long p = 0;
    long n = 0;
    for (int i = 0; i < positives.length; i++) {
      p += positives[i];
      n += negatives[i];
    }
    this.allPositives = p;
    this.allNegatives = n;
  }

  /**
   * Returns how many labels are 1.
   *
   * @return 0 or more
   */
  public long positives() {
    return allPositives;
  }

  /**
   * Returns how many labels there are.
   *
   * @return 0 or more
   */
  public long labels() {
    return allPositives + allNegatives;
  }

  /**
   * Returns how many bins the scores are in.
   *
   * @return 2 or more; bin {@code i} holds scores from {@code i / bins} on
   */
  public int bins() {
    return positives.length;
  }

  long positives(int bin) {
    return positives[bin];
  }

  long labels(int bin) {
    return positives[bin] + negatives[bin];
  }

  /**
   * AUC with ties inside a bin counted half, so off by at most half the share of pairs that meet in
   * a bin. Standard error by DeLong, DeLong and Clarke-Pearson (1988) on the binned scores.
   */
  Optional<Estimate> auc() {
    long p = allPositives;
    long n = allNegatives;
    if (p < 2 || n < 2) {
      return Optional.empty();
    }
    double wins = 0;
    double meeting = 0;
    double below = 0;
    for (int i = 0; i < positives.length; i++) {
      wins += positives[i] * (below + 0.5 * negatives[i]);
      meeting += (double) positives[i] * negatives[i];
      below += negatives[i];
    }
    double pairs = (double) p * n;
    double auc = wins / pairs;
    double ofPositives = 0;
    double ofNegatives = 0;
    below = 0;
    double above = p;
    for (int i = 0; i < positives.length; i++) {
      above -= positives[i];
      double won = (below + 0.5 * negatives[i]) / n - auc;
      double lost = (above + 0.5 * positives[i]) / p - auc;
      ofPositives += positives[i] * won * won;
      ofNegatives += negatives[i] * lost * lost;
      below += negatives[i];
    }
    double variance = ofPositives / (p - 1) / p + ofNegatives / (n - 1) / n;
    return Optional.of(new Estimate(auc, Math.sqrt(variance), meeting / (2 * pairs)));
  }

  /**
   * Returns the share of labels that "1 from this score on" gets right.
   *
   * @param threshold scores from here on count as 1; 0 to 1
   * @return empty below two labels
   */
  public Optional<Estimate> accuracyAt(double threshold) {
    requireShare("threshold", threshold);
    long n = labels();
    if (n < 2) {
      return Optional.empty();
    }
    int edge = LabelledScores.bin(threshold, bins());
    boolean between = edge != threshold * bins();
    double right = 0;
    for (int i = 0; i < bins(); i++) {
      right +=
          i == edge && between ? 0.5 * labels(i) : i >= edge ? positives[i] : (double) negatives[i];
    }
    double accuracy = right / n;
    double error = Math.sqrt(accuracy * (1 - accuracy) / n);
    return Optional.of(new Estimate(accuracy, error, between ? 0.5 * labels(edge) / n : 0));
  }

  /**
   * Returns the precision at the highest threshold that finds this share of the positives.
   *
   * @param recall above 0, at most 1
   * @return empty without positives
   */
  public Optional<Estimate> precisionAtRecall(double recall) {
    requireShare("recall", recall);
    if (recall == 0 || allPositives == 0) {
      return Optional.empty();
    }
    long needed = (long) Math.ceil(recall * allPositives - 1e-9);
    long found = 0;
    long wrong = 0;
    int bin = bins();
    while (found < needed) {
      bin--;
      found += positives[bin];
      wrong += negatives[bin];
    }
    double precision = (double) found / (found + wrong);
    // Inside the last bin any order is possible: the worst has its negatives first.
    double low = (double) needed / (needed + wrong);
    double high = (double) found / (found + wrong - negatives[bin]);
    double rounding = Math.max(precision - low, high - precision);
    double error = Math.sqrt(precision * (1 - precision) / (found + wrong));
    return Optional.of(new Estimate(precision, error, Math.max(0, rounding)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScoreCurve that
        && Arrays.equals(positives, that.positives)
        && Arrays.equals(negatives, that.negatives);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(positives) + Arrays.hashCode(negatives);
  }

  /** Returns how many labels there are. */
  @Override
  public String toString() {
    return allPositives + " positive of " + labels() + " labels in " + bins() + " bins";
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 1)");
    }
  }
}
