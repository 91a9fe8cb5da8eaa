package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.util.Optional;

/**
 * What the labels of some predictions will probably say: confidence-based performance estimation
 * (NannyML's CBPE) over score bins. A prediction counts as a positive with the probability its
 * score turned out to mean, and as a negative with the rest.
 *
 * <p>Standard errors hold the labels still to come and the calibration's own sampling.
 */
final class ExpectedOutcomes {
  private static final double CLIP = Math.ulp(1.0);

  private final long[] scores;
  private final ScoreCalibration calibration;
  private final long n;

  ExpectedOutcomes(long[] scores, ScoreCalibration calibration) {
    this.scores = scores;
    this.calibration = calibration;
    long sum = 0;
    for (long count : scores) {
      sum += count;
    }
    this.n = sum;
  }

  /** The share of predictions whose scores no label has vouched for. */
  double unseenShare() {
    long unseen = 0;
    for (int i = 0; i < scores.length; i++) {
      unseen += calibration.hasSeen(i) ? 0 : scores[i];
    }
    return n == 0 ? 0 : (double) unseen / n;
  }

  /** What a prediction in a bin adds to a mean, if its label is 1 or 0. */
  private interface Loss {
    double of(int bin, boolean positive);
  }

  private Optional<Estimate> mean(Loss loss, double rounding) {
    if (n < 2) {
      return Optional.empty();
    }
    double sum = 0;
    double labels = 0;
    double[] slope = new double[calibration.blocks()];
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > 0) {
        double p = calibration.probability(i);
        double positive = loss.of(i, true);
        double negative = loss.of(i, false);
        sum += scores[i] * (p * positive + (1 - p) * negative);
        labels += scores[i] * p * (1 - p) * (positive - negative) * (positive - negative);
        slope[calibration.block(i)] += scores[i] * (positive - negative);
      }
    }
    double variance = labels / n / n;
    for (int b = 0; b < slope.length; b++) {
      double weight = slope[b] / n;
      variance += weight * weight * calibration.variance(b);
    }
    return Optional.of(new Estimate(sum / n, Math.sqrt(variance), rounding));
  }

  Optional<Estimate> accuracyAt(double threshold) {
    int edge = LabelledScores.bin(threshold, scores.length);
    boolean between = edge != threshold * scores.length;
    double rounding = between && n > 0 ? 0.5 * scores[edge] / n : 0;
    return mean(
        (bin, positive) -> bin == edge && between ? 0.5 : (bin >= edge) == positive ? 1 : 0,
        rounding);
  }

  Optional<Estimate> brier() {
    return mean(
        (bin, positive) -> {
          double difference = score(bin) - (positive ? 1 : 0);
          return difference * difference;
        },
        1.0 / scores.length);
  }

  Optional<Estimate> logLoss() {
    return mean(
        (bin, positive) -> {
          double score = score(bin);
          return -StrictMath.log(Math.max(CLIP, positive ? score : 1 - score));
        },
        0);
  }

  private double score(int bin) {
    return (bin + 0.5) / scores.length;
  }

  /** As of the binned scores, each bin's positives and negatives being what is expected. */
  Optional<Estimate> auc() {
    double p = 0;
    double q = 0;
    for (int i = 0; i < scores.length; i++) {
      p += scores[i] * calibration.probability(i);
      q += scores[i] * (1 - calibration.probability(i));
    }
    if (p < 1e-9 || q < 1e-9 || n < 2) {
      return Optional.empty();
    }
    double wins = 0;
    double meeting = 0;
    double below = 0;
    for (int i = 0; i < scores.length; i++) {
      double positives = scores[i] * calibration.probability(i);
      double negatives = scores[i] - positives;
      wins += positives * (below + 0.5 * negatives);
      meeting += positives * negatives;
      below += negatives;
    }
    double auc = wins / (p * q);
    double variance = aucVariance(auc, p, q);
    return Optional.of(new Estimate(auc, Math.sqrt(variance), meeting / (2 * p * q)));
  }

  /**
   * The AUC is a function of each bin's expected positives; by the delta method its variance is
   * that of the labels and of the calibration, weighted with the slope. A positive more instead of
   * a negative wins against the negatives below, and no longer loses against the positives above.
   */
  private double aucVariance(double auc, double p, double q) {
    double variance = 0;
    double[] slope = new double[calibration.blocks()];
    double negativesBelow = 0;
    double positivesAbove = p;
    for (int i = 0; i < scores.length; i++) {
      double probability = calibration.probability(i);
      double positives = scores[i] * probability;
      double negatives = scores[i] - positives;
      positivesAbove -= positives;
      double won = (negativesBelow + 0.5 * negatives) / q;
      double lost = (positivesAbove + 0.5 * positives) / p;
      double more = (won - auc) / p - (lost - auc) / q;
      variance += scores[i] * probability * (1 - probability) * more * more;
      slope[calibration.block(i)] += scores[i] * more;
      negativesBelow += negatives;
    }
    for (int b = 0; b < slope.length; b++) {
      variance += slope[b] * slope[b] * calibration.variance(b);
    }
    return variance;
  }
}
