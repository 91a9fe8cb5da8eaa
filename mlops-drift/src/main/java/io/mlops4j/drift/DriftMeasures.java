package io.mlops4j.drift;

import io.mlops4j.core.Elements;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The numbers behind a verdict.
 *
 * @param psi population stability index over all cells that either side used, smoothed
 * @param psiCritical what it exceeds by chance in 5 of 100 windows of this size without drift
 * @param logBayesFactor evidence for drift in nats
 * @param logBayesFactorNeeded evidence an alert needs; infinite if the rule goes by p-values, and
 *     the window is not over or the p-value not small enough
 * @param ks certain bounds of the KS distance over finite values; empty for categories, or if a
 *     side has none
 * @param ksPValue its conservative p-value for one look; empty as {@code ks}
 * @param missingReference share of missing values in training
 * @param missingLive share of missing values now
 * @param unseenReference share in training of values in no list; infinite ones, for numbers
 * @param unseenLive share now
 * @param distances other measures of the same counts
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
    Distances distances,
    List<CellShift> why) {
  /** Copies the list. */
  public DriftMeasures {
    Objects.requireNonNull(ks, "ks");
    Objects.requireNonNull(ksPValue, "ksPValue");
    Objects.requireNonNull(distances, "distances");
    why = Elements.list("why", why);
  }

  /**
   * Other measures of the same counts. Shares are not smoothed, missing and unseen values are cells
   * like any other. P-values are for one look.
   *
   * @param chiSquare Pearson's statistic of homogeneity; both sides are samples
   * @param chiSquareP its p-value, cells - 1 degrees of freedom
   * @param g the likelihood ratio's statistic
   * @param gP its p-value
   * @param jensenShannon the distance (the root of the divergence) to base 2, 0 to 1
   * @param hellinger Hellinger's distance, 0 to 1
   * @param totalVariation half the sum of the changes, 0 to 1
   * @param lInfinity the largest change of a cell, 0 to 1
   * @param wasserstein over finite values; empty for categories, or if a side has none
   * @param cramerVonMises the statistic over finite values, cells taken for ties; empty as above
   * @param cramerVonMisesP its p-value by the limit law, approximate because of ties
   */
  public record Distances(
      double chiSquare,
      double chiSquareP,
      double g,
      double gP,
      double jensenShannon,
      double hellinger,
      double totalVariation,
      double lInfinity,
      Optional<Wasserstein> wasserstein,
      Optional<Double> cramerVonMises,
      Optional<Double> cramerVonMisesP) {
    /** Refuses null. */
    public Distances {
      Objects.requireNonNull(wasserstein, "wasserstein");
      Objects.requireNonNull(cramerVonMises, "cramerVonMises");
      Objects.requireNonNull(cramerVonMisesP, "cramerVonMisesP");
    }
  }

  /**
   * The first Wasserstein distance, in standard deviations of the reference. Both are of values
   * clamped to the range between the second lowest and the second highest edge, usually the 5 % and
   * 95 % quantiles: beyond it cells have no known end, so how far an outlier lies is not seen, only
   * that it is outside. If the reference is constant there, it is the share of values that moved.
   *
   * @param value values spread evenly over their cells
   * @param low what it is at least, wherever in their cells the values lie
   * @param high what it is at most
   * @param range how wide the clamped range is, in the same unit
   */
  public record Wasserstein(double value, double low, double high, double range) {}

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
      int cell, String label, double reference, double live, double contribution) {
    /** Refuses null. */
    public CellShift {
      Objects.requireNonNull(label, "label");
    }
  }
}
