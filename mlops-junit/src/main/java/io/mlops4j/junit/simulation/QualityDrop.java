package io.mlops4j.junit.simulation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * How many answers must be exchanged for those to other requests so that a metric falls by so much.
 *
 * <p>An exchanged answer is independent of the truth and has the distribution of all answers.
 * Accuracy is a mean over requests, hence linear in the share that is exchanged; so is AUC: if
 * positives and negatives are each exchanged with probability q, the four terms of P(positive above
 * negative) add up to {@code (1 - q) AUC + q / 2}.
 */
final class QualityDrop {
  private final double[] answers;
  private final double[] labels;

  private QualityDrop(double[] answers, double[] labels) {
    this.answers = answers;
    this.labels = labels;
  }

  static QualityDrop in(List<? extends SimulatedRequest<?>> sample) {
    return new QualityDrop(
        sample.stream().mapToDouble(SimulatedRequest::answer).toArray(),
        sample.stream().mapToDouble(SimulatedRequest::label).toArray());
  }

  /** The answer to some request. */
  double other(RandomGenerator random) {
    return answers[random.nextInt(answers.length)];
  }

  double shareFor(String metric, double points, ToDoubleFunction<QualityDrop> of) {
    double now = of.applyAsDouble(this);
    double worthless = of.applyAsDouble(independent());
    if (!(points <= now - worthless)) {
      throw new IllegalArgumentException(
          metric
              + " of the traffic is "
              + (float) now
              + ", of exchanged answers "
              + (float) worthless
              + ": it cannot fall by "
              + (float) points);
    }
    return points == 0 ? 0 : points / (now - worthless);
  }

  /** The same answers, each beside the truth about another request: half the sample further on. */
  private QualityDrop independent() {
    double[] turned = new double[answers.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = answers[(i + answers.length / 2) % answers.length];
    }
    return new QualityDrop(turned, labels);
  }

  double accuracy() {
    double right = 0;
    int known = 0;
    for (int i = 0; i < answers.length; i++) {
      if (Double.isFinite(labels[i])) {
        right += (answers[i] >= 0.5) == (labels[i] > 0) ? 1 : 0;
        known++;
      }
    }
    return right / known;
  }

  /** By ranks, ties half (Mann and Whitney 1947). */
  double auc() {
    Integer[] order = new Integer[answers.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> answers[i]));
    double wins = 0;
    double negatives = 0;
    double positives = 0;
    for (int i = 0; i < order.length; ) {
      double tiedNegatives = 0;
      double tiedPositives = 0;
      double answer = answers[order[i]];
      for (; i < order.length && answers[order[i]] == answer; i++) {
        tiedPositives += labels[order[i]] > 0 ? 1 : 0;
        tiedNegatives += labels[order[i]] <= 0 ? 1 : 0;
      }
      wins += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
    }
    return wins / (positives * negatives);
  }
}
