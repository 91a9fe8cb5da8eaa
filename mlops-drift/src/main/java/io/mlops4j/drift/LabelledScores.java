package io.mlops4j.drift;

import io.mlops4j.drift.Quality.CalibrationBin;
import io.mlops4j.drift.Quality.Estimate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores of positives and negatives in bins of equal width, plus exact sums: enough for every
 * quality number of a window, and mergeable by addition.
 */
final class LabelledScores {
  static final int CALIBRATION_BINS = 10;

  /** The epsilon of doubles: scikit-learn's choice, so that numbers agree. */
  private static final double CLIP = Math.ulp(1.0);

  private final int bins;
  private final long[] positives;
  private final long[] negatives;
  private final double[] calibrationScores = new double[CALIBRATION_BINS];
  private final long[] calibrationLabels = new long[CALIBRATION_BINS];
  private final long[] calibrationPositives = new long[CALIBRATION_BINS];
  private long predictions;
  private double logLoss;
  private double logLossSquares;
  private double brier;
  private double brierSquares;

  LabelledScores(int bins) {
    this.bins = bins;
    this.positives = new long[bins];
    this.negatives = new long[bins];
  }

  void predicted() {
    predictions++;
  }

  /** Adds one labelled score; the score lies in 0 to 1. */
  void labelled(double score, boolean positive) {
    (positive ? positives : negatives)[bin(score, bins)]++;
    int group = bin(score, CALIBRATION_BINS);
    calibrationScores[group] += score;
    calibrationLabels[group]++;
    calibrationPositives[group] += positive ? 1 : 0;
    double likelihood = Math.max(CLIP, Math.min(1 - CLIP, positive ? score : 1 - score));
    double loss = -Math.log(likelihood);
    logLoss += loss;
    logLossSquares += loss * loss;
    double difference = score - (positive ? 1 : 0);
    double square = difference * difference;
    brier += square;
    brierSquares += square * square;
  }

  private static int bin(double score, int bins) {
    return Math.min(bins - 1, (int) (score * bins));
  }

  void add(LabelledScores other) {
    for (int i = 0; i < bins; i++) {
      positives[i] += other.positives[i];
      negatives[i] += other.negatives[i];
    }
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      calibrationScores[i] += other.calibrationScores[i];
      calibrationLabels[i] += other.calibrationLabels[i];
      calibrationPositives[i] += other.calibrationPositives[i];
    }
    predictions += other.predictions;
    logLoss += other.logLoss;
    logLossSquares += other.logLossSquares;
    brier += other.brier;
    brierSquares += other.brierSquares;
  }

  Quality quality(Instant from, Instant to) {
    long p = sum(positives);
    long n = sum(calibrationLabels);
    return new Quality(
        from,
        to,
        predictions,
        n,
        p,
        auc(p, n - p),
        mean(n, logLoss, logLossSquares),
        mean(n, brier, brierSquares),
        calibrationError(n),
        calibration());
  }

  /**
   * AUC with ties inside a bin counted half, so off by at most half the share of pairs that meet in
   * a bin. Standard error by DeLong, DeLong and Clarke-Pearson (1988) on the binned scores.
   */
  private Optional<Estimate> auc(long p, long n) {
    if (p < 2 || n < 2) {
      return Optional.empty();
    }
    double wins = 0;
    double meeting = 0;
    double below = 0;
    for (int i = 0; i < bins; i++) {
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
    for (int i = 0; i < bins; i++) {
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

  private static Optional<Estimate> mean(long n, double sum, double squares) {
    if (n < 2) {
      return Optional.empty();
    }
    double mean = sum / n;
    double variance = Math.max(0, squares - sum * mean) / (n - 1);
    return Optional.of(new Estimate(mean, Math.sqrt(variance / n), 0));
  }

  private Optional<Double> calibrationError(long n) {
    if (n == 0) {
      return Optional.empty();
    }
    double sum = 0;
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      sum += Math.abs(calibrationScores[i] - calibrationPositives[i]);
    }
    return Optional.of(sum / n);
  }

  private List<CalibrationBin> calibration() {
    List<CalibrationBin> result = new ArrayList<>();
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      long n = calibrationLabels[i];
      if (n > 0) {
        result.add(
            new CalibrationBin(calibrationScores[i] / n, (double) calibrationPositives[i] / n, n));
      }
    }
    return result;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
