package io.mlops4j.drift;

import io.mlops4j.drift.Quality.Estimate;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * How good a stretch of predictions probably is, before its labels are there.
 *
 * <p>Confidence-based estimation (CBPE): labels of earlier predictions say what probability each
 * score means, and a prediction counts as right with that probability. It assumes
 *
 * <ul>
 *   <li>that scores still mean what they meant: a change of the relation between features and
 *       outcome (concept drift) stays invisible, so this is no substitute for labels;
 *   <li>that the labelled predictions are like the others: labels that exist only for some
 *       predictions bias it;
 *   <li>that scores lie where labels vouch for them: {@link #unseenShare()} says how many do not.
 * </ul>
 *
 * @param metric what is estimated
 * @param from start of the stretch
 * @param to its end, exclusive
 * @param predictions how many there are
 * @param expected the estimate; its standard error covers the labels to come and the calibration's
 *     sampling, not a wrong assumption
 * @param calibrationLabels how many labels say what scores mean
 * @param unseenShare the share of predictions whose score no label has vouched for
 * @param backtest how far such estimates were off where labels have come since; empty if nowhere
 */
public record QualityEstimate(
    QualityMetric metric,
    Instant from,
    Instant to,
    long predictions,
    Estimate expected,
    long calibrationLabels,
    double unseenShare,
    Optional<Backtest> backtest) {
  /** Checks for nulls. */
  public QualityEstimate {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(backtest, "backtest");
  }

  /**
   * How estimates compared with what labels said later, over stretches that do not overlap.
   *
   * @param stretches how many could be compared, at least 1
   * @param meanError estimate less truth, on average: above 0 it flatters a metric where more is
   *     better
   * @param meanAbsoluteError how far off it was, on average
   * @param worst how far off it was at worst
   */
  public record Backtest(int stretches, double meanError, double meanAbsoluteError, double worst) {}

  /**
   * Returns the estimate, and how far to trust it.
   *
   * @return one or two sentences
   */
  public String sentence() {
    String estimate =
        String.format(
            Locale.ROOT,
            "%s is expected to be %.4f ± %.4f over %,d predictions, by %,d labels of earlier ones"
                + " (%.1f %% of the scores are new).",
            metric,
            expected.value(),
            1.96 * expected.standardError(),
            predictions,
            calibrationLabels,
            100 * unseenShare);
    return backtest
        .map(
            b ->
                estimate
                    + String.format(
                        Locale.ROOT,
                        " Such estimates were off by %.4f on average, %.4f at worst, in %d %s.",
                        b.meanAbsoluteError(),
                        b.worst(),
                        b.stretches(),
                        b.stretches() == 1 ? "stretch" : "stretches"))
        .orElse(estimate + " No such estimate could be compared with labels yet.");
  }
}
