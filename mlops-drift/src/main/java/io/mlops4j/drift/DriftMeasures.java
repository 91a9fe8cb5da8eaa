package io.mlops4j.drift;

import java.util.List;
import java.util.Optional;

/**
 * The numbers behind a verdict.
 *
 * @param psi population stability index over all cells that either side used, smoothed
 * @param psiCritical what it exceeds by chance in 5 of 100 windows of this size without drift
 * @param logBayesFactor evidence for drift in nats
 * @param logBayesFactorNeeded evidence an alert needs
 * @param ks certain bounds of the KS distance over finite values; empty for categories, or if a
 *     side has none
 * @param ksPValue its conservative p-value for one look; empty as {@code ks}
 * @param missingReference share of missing values in training
 * @param missingLive share of missing values now
 * @param unseenReference share in training of values in no list; infinite ones, for numbers
 * @param unseenLive share now
 * @param why the cells that contribute most, at most three
 */
public record DriftMeasures(
    double psi,
    double psiCritical,
    double logBayesFactor,
    double logBayesFactorNeeded,
    Optional<KsInterval> ks,
    Optional<Double> ksPValue,
    double missingReference,
    double missingLive,
    double unseenReference,
    double unseenLive,
    List<CellShift> why) {
  /** Copies the list. */
  public DriftMeasures {
    why = List.copyOf(why);
  }

  /**
   * How one cell changed: part of the answer to "why".
   *
   * @param cell its position
   * @param label what it holds; for a sensitive feature its number
   * @param reference share of training rows, 0 to 1
   * @param live share of live rows, 0 to 1
   * @param contribution what it adds to the PSI
   */
  public record CellShift(
      int cell, String label, double reference, double live, double contribution) {}
}
