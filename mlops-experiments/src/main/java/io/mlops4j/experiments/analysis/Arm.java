package io.mlops4j.experiments.analysis;

/** What one arm says about a metric, before it is compared. */
sealed interface Arm {
  /**
   * An estimate with its sampling variance. {@code value} is adjusted by the covariate, {@code raw}
   * is not; without a covariate both are the same.
   *
   * @param squaresOverFreedom the sum of variance² over degrees of freedom, for Satterthwaite
   */
  record Estimate(
      long units,
      double value,
      double raw,
      double varianceOfValue,
      double varianceOfRaw,
      double covariance,
      double squaresOverFreedom)
      implements Arm {

    /** This stratum's part of a weighted sum over strata. */
    Estimate times(double weight) {
      double square = weight * weight;
      return new Estimate(
          units,
          value * weight,
          raw * weight,
          varianceOfValue * square,
          varianceOfRaw * square,
          covariance * square,
          squaresOverFreedom * square * square);
    }

    /** The sum with another, independent stratum. */
    Estimate plus(Estimate other) {
      return new Estimate(
          units + other.units,
          value + other.value,
          raw + other.raw,
          varianceOfValue + other.varianceOfValue,
          varianceOfRaw + other.varianceOfRaw,
          covariance + other.covariance,
          squaresOverFreedom + other.squaresOverFreedom);
    }
  }

  /** No estimate; the reason continues a sentence that begins with the arm. */
  record Missing(String reason) implements Arm {}
}
