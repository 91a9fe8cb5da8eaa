package io.mlops4j.drift;

import io.mlops4j.drift.Quality.CalibrationBin;
import io.mlops4j.drift.Quality.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores of positives and negatives in bins of equal width, plus exact sums: enough for every
 * quality number of a window, and mergeable by addition.
 */
final class LabelledScores implements Labelled {
  static final int CALIBRATION_BINS = 10;

  /** The epsilon of doubles: scikit-learn's choice, so that numbers agree. */
  private static final double CLIP = Math.ulp(1.0);

  private final int bins;
  private final long[] positives;
  private final long[] negatives;
  private final ExactSum[] calibrationScores = new ExactSum[CALIBRATION_BINS];
  private final long[] calibrationLabels = new long[CALIBRATION_BINS];
  private final long[] calibrationPositives = new long[CALIBRATION_BINS];
  private final Moments logLoss = new Moments();
  private final Moments brier = new Moments();

  LabelledScores(int bins) {
    this.bins = bins;
    this.positives = new long[bins];
    this.negatives = new long[bins];
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      calibrationScores[i] = new ExactSum();
    }
  }

  /** Adds one labelled score; the score lies in 0 to 1. */
  void labelled(double score, boolean positive) {
    add(score, positive ? 1 : 0, 1);
  }

  @Override
  public void add(double score, double label, int sign) {
    boolean positive = label == 1;
    (positive ? positives : negatives)[bin(score, bins)] += sign;
    int group = bin(score, CALIBRATION_BINS);
    calibrationScores[group].add(score, sign);
    calibrationLabels[group] += sign;
    calibrationPositives[group] += positive ? sign : 0;
    double likelihood = Math.max(CLIP, Math.min(1 - CLIP, positive ? score : 1 - score));
    // StrictMath: the same sum on every machine.
    logLoss.add(-StrictMath.log(likelihood), sign);
    double difference = score - label;
    brier.add(difference * difference, sign);
  }

  static int bin(double score, int bins) {
    return Math.min(bins - 1, (int) (score * bins));
  }

  @Override
  public void addAll(Labelled others) {
    LabelledScores other = (LabelledScores) others;
    for (int i = 0; i < bins; i++) {
      positives[i] += other.positives[i];
      negatives[i] += other.negatives[i];
    }
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      calibrationScores[i].add(other.calibrationScores[i]);
      calibrationLabels[i] += other.calibrationLabels[i];
      calibrationPositives[i] += other.calibrationPositives[i];
    }
    logLoss.addAll(other.logLoss);
    brier.addAll(other.brier);
  }

  @Override
  public Numbers numbers() {
    ScoreCurve curve = curve();
    return new Numbers(
        Optional.of(
            new Quality.Binary(
                curve.positives(),
                curve.auc(),
                logLoss.mean(),
                brier.mean(),
                calibrationError(curve.labels()),
                calibration(),
                curve)),
        Optional.empty(),
        Optional.empty());
  }

  ScoreCurve curve() {
    return new ScoreCurve(positives.clone(), negatives.clone());
  }

  private Optional<Double> calibrationError(long n) {
    if (n == 0) {
      return Optional.empty();
    }
    double sum = 0;
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      sum += Math.abs(calibrationScores[i].value() - calibrationPositives[i]);
    }
    return Optional.of(sum / n);
  }

  private List<CalibrationBin> calibration() {
    List<CalibrationBin> result = new ArrayList<>();
    for (int i = 0; i < CALIBRATION_BINS; i++) {
      long n = calibrationLabels[i];
      if (n > 0) {
        double mean = calibrationScores[i].value() / n;
        result.add(new CalibrationBin(mean, (double) calibrationPositives[i] / n, n));
      }
    }
    return result;
  }

  /** A mean with its standard error, from exact sums. */
  static final class Moments {
    private final ExactSum sum = new ExactSum();
    private final ExactSum squares = new ExactSum();
    private long n;

    void add(double value, int sign) {
      n += sign;
      sum.add(value, sign);
      squares.add(value * value, sign);
    }

    void addAll(Moments other) {
      n += other.n;
      sum.add(other.sum);
      squares.add(other.squares);
    }

    long n() {
      return n;
    }

    double sum() {
      return sum.value();
    }

    /** Empty below two values. */
    Optional<Estimate> mean() {
      if (n < 2) {
        return Optional.empty();
      }
      double total = sum.value();
      double mean = total / n;
      double variance = Math.max(0, squares.value() - total * mean) / (n - 1);
      double error = Math.sqrt(variance / n);
      return Double.isFinite(mean) && Double.isFinite(error)
          ? Optional.of(new Estimate(mean, error, 0))
          : Optional.empty();
    }
  }
}
