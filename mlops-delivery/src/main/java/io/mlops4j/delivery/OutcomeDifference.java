package io.mlops4j.delivery;

import io.mlops4j.stats.ConfidenceSequence;
import java.util.function.DoubleBinaryOperator;

/**
 * The mean of a loss over predictions whose labels have come, against the champion's. Counts:
 * labels per cluster, then losses per cluster.
 */
record OutcomeDifference(String name, DoubleBinaryOperator loss, double margin)
    implements Question {
  @Override
  public String requirement() {
    return "at most the champion's plus " + Words.number(margin);
  }

  /** The normal approximation needs samples. */
  @Override
  public boolean exact() {
    return false;
  }

  @Override
  public int size() {
    return 2 * Clusters.COUNT;
  }

  @Override
  public boolean labelled() {
    return true;
  }

  @Override
  public void labelled(double[] counts, int cluster, double score, double label) {
    double value = loss.applyAsDouble(score, label);
    if (Double.isFinite(value)) {
      counts[cluster]++;
      counts[Clusters.COUNT + cluster] += value;
    }
  }

  @Override
  public double observations(double[] counts) {
    return Clusters.sum(counts, 0);
  }

  @Override
  public Finding judge(double[] champion, double[] candidate, Look look) {
    double first = mean(champion);
    double second = mean(candidate);
    double worse = second - first;
    double error = Math.sqrt(variance(champion, first) + variance(candidate, second));
    double low = worse;
    double high = worse;
    if (error > 0) {
      ConfidenceSequence sequence = ConfidenceSequence.tunedFor(look.alpha(), look.expected());
      double n = observations(candidate);
      low = worse - Clusters.studentOf(sequence.criticalOneSided(look.alpha(), n)) * error;
      high = worse + Clusters.studentOf(sequence.criticalOneSided(look.beta(), n)) * error;
    }
    return new Finding(
        first,
        second,
        low,
        high,
        Finding.verdict(low, high, margin),
        "Mean %s: candidate %s (%s labels), champion %s (%s labels); the difference is surely between %s and %s (allowed: %s)."
            .formatted(
                name,
                Words.number(second),
                Words.count(observations(candidate)),
                Words.number(first),
                Words.count(observations(champion)),
                Words.number(low),
                Words.number(high),
                Words.number(margin)));
  }

  private static double mean(double[] counts) {
    return Clusters.sum(counts, Clusters.COUNT) / Clusters.sum(counts, 0);
  }

  private static double variance(double[] counts, double mean) {
    return Clusters.variance(counts, Clusters.COUNT, counts, 0, mean, Clusters.sum(counts, 0));
  }
}
