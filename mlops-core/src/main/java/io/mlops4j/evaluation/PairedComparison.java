package io.mlops4j.evaluation;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Two models on the same rows: what a margin over a champion is worth. Immutable; part of the
 * candidate's report.
 *
 * @param champion the version compared with, such as {@code credit:2}
 * @param championDigest what that version is, for machines
 * @param rows how many rows both judged
 * @param differences per metric, in the order to show them
 * @param churn changed decisions; empty for a regression
 */
public record PairedComparison(
    String champion,
    String championDigest,
    long rows,
    Map<Metric, PairedDifference> differences,
    Optional<Churn> churn) {
  /** Copies the differences. */
  public PairedComparison {
    if (champion.isBlank() || championDigest.isBlank() || rows < 0) {
      throw new IllegalArgumentException(
          "comparison with '"
              + champion
              + "' '"
              + championDigest
              + "' on "
              + rows
              + " rows (expected: version, digest, at least 0 rows)");
    }
    differences = Collections.unmodifiableMap(new LinkedHashMap<>(differences));
    Objects.requireNonNull(churn, "churn");
  }

  /**
   * Returns the comparison of two binary classifiers: AUC by DeLong's test, accuracy by McNemar's
   * exact test with the interval of Agresti and Min, everything else by the paired bootstrap.
   *
   * @param champion the version compared with
   * @param championDigest what that version is
   * @param candidateScores one per row, finite
   * @param championScores one per row, finite
   * @param labels one per row, true for positive
   * @param threshold of the churn, finite
   * @param metrics built-in metrics of a binary classifier
   * @param confidence level, resamples and seed
   * @return the comparison
   * @throws IllegalArgumentException if lengths differ, or as {@link BinaryEvaluation#value}
   * @see <a href="https://doi.org/10.2307/2531595">DeLong et al. (1988)</a>
   * @see <a href="https://doi.org/10.1007/BF02295996">McNemar (1947)</a>
   * @see <a href="https://doi.org/10.1002/sim.1781">Agresti and Min (2005)</a>
   */
  public static PairedComparison binary(
      String champion,
      String championDigest,
      double[] candidateScores,
      double[] championScores,
      boolean[] labels,
      double threshold,
      Collection<Metric> metrics,
      Confidence confidence) {
    var pair = new PairedScores(candidateScores, championScores, labels);
    return new PairedComparison(
        champion,
        championDigest,
        labels.length,
        pair.differences(metrics, confidence),
        pair.churn(threshold));
  }

  /**
   * Returns the comparison of two regressions, by the paired bootstrap.
   *
   * @param champion the version compared with
   * @param championDigest what that version is
   * @param candidate one prediction per row, finite
   * @param championPredicted one per row, finite
   * @param truth one per row, finite
   * @param metrics built-in metrics of a regression
   * @param confidence level, resamples and seed
   * @return the comparison, without churn
   * @throws IllegalArgumentException if lengths differ, or as {@link RegressionEvaluation#of}
   */
  public static PairedComparison regression(
      String champion,
      String championDigest,
      double[] candidate,
      double[] championPredicted,
      double[] truth,
      Collection<Metric> metrics,
      Confidence confidence) {
    var first = RegressionEvaluation.of(candidate, truth);
    var second = RegressionEvaluation.of(championPredicted, truth);
    Map<Metric, PairedDifference> differences =
        PairedBootstrap.of(
            metrics,
            truth.length,
            confidence,
            first,
            second,
            counts ->
                RegressionEvaluation.measured(
                    RegressionLosses.repeated(candidate, counts),
                    RegressionLosses.repeated(truth, counts)),
            counts ->
                RegressionEvaluation.measured(
                    RegressionLosses.repeated(championPredicted, counts),
                    RegressionLosses.repeated(truth, counts)));
    return new PairedComparison(
        champion, championDigest, truth.length, differences, Optional.empty());
  }
}
