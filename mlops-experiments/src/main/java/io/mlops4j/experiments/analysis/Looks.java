package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.ConfidenceSequence;
import io.mlops4j.stats.TwoSample;
import org.apache.commons.statistics.distribution.TDistribution;

/** How often the data are looked at, which decides how far intervals reach. */
sealed interface Looks {
  /** The number of units, over all arms, at which the experiment is decided. */
  long plannedUnits();

  /** How many standard errors a two-sided interval reaches to either side. */
  double critical(double alpha, Pair.Estimated pair);

  /** How many standard errors a one-sided bound lies away. */
  double criticalOneSided(double alpha, Pair.Estimated pair);

  /** The two-sided p-value for no difference. */
  double pValue(Pair.Estimated pair);

  /** The one-sided p-value for a value of at least 0, from one with this standard error. */
  double pBelowZero(double value, double standardError, Pair.Estimated pair);

  /** For reports. */
  String label();

  /** One look, at the planned number of units: Welch's t. */
  record Once(long plannedUnits) implements Looks {
    @Override
    public double critical(double alpha, Pair.Estimated pair) {
      return TwoSample.critical(alpha, pair.freedom());
    }

    @Override
    public double criticalOneSided(double alpha, Pair.Estimated pair) {
      return TwoSample.critical(2 * alpha, pair.freedom());
    }

    @Override
    public double pValue(Pair.Estimated pair) {
      return TwoSample.difference(
              pair.difference(), Math.sqrt(pair.variance()), pair.freedom(), 0.95)
          .pValue();
    }

    @Override
    public double pBelowZero(double value, double standardError, Pair.Estimated pair) {
      return TDistribution.of(Math.min(1e9, pair.freedom()))
          .cumulativeProbability(value / standardError);
    }

    @Override
    public String label() {
      return "one look";
    }
  }

  /** Any number of looks: an asymptotic confidence sequence. */
  record Always(long plannedUnits, ConfidenceSequence sequence) implements Looks {
    @Override
    public double critical(double alpha, Pair.Estimated pair) {
      return sequence.critical(alpha, (double) pair.units());
    }

    @Override
    public double criticalOneSided(double alpha, Pair.Estimated pair) {
      return sequence.criticalOneSided(alpha, (double) pair.units());
    }

    @Override
    public double pValue(Pair.Estimated pair) {
      return sequence.pValue(pair.difference(), Math.sqrt(pair.variance()), (double) pair.units());
    }

    @Override
    public double pBelowZero(double value, double standardError, Pair.Estimated pair) {
      return sequence.pValueOneSided(-value, standardError, (double) pair.units());
    }

    @Override
    public String label() {
      return "always valid";
    }
  }
}
