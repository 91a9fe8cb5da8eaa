package io.mlops4j.stats;

/*
 * Design note. Z is an estimate over its standard error after n observations, t = n rho². Mixing the
 * Gaussian likelihood ratio over a normal prior of the effect gives the test martingale
 *
 *   E(z, t)  = exp( t z² / (2 (t + 1)) ) / sqrt(t + 1)                                   two-sided
 *   E1(z, t) = 2 E(z, t) Phi( z sqrt(t / (t + 1)) )        half the prior folded over    one-sided
 *
 * and P(E ever reaches 1/alpha) <= alpha (Ville). The interval is { effect : E < 1/alpha }, so p-value
 * and interval agree by construction, at every level, as long as rho stays the same: that is why a
 * corrected level changes alpha and never rho. Robbins (1970); Howard, Ramdas, McAuliffe, Sekhon
 * (2021), https://doi.org/10.1214/20-AOS1991, where their rho is 1/rho² here; asymptotic, with
 * estimated variances: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024),
 * https://doi.org/10.1214/24-AOS2408.
 */

/**
 * Intervals and p-values that stay valid however often one looks and whenever one stops: asymptotic
 * confidence sequences of the normal-mixture kind. "Asymptotic": the estimate must already be about
 * normal at the first look, so begin looking after some tens of observations.
 *
 * @param rho which numbers of observations the intervals are tightest at; above 0
 */
public record ConfidenceSequence(double rho) {
  /** Enough halvings to exhaust a double. */
  private static final int STEPS = 200;

  /** Checks the range. */
  public ConfidenceSequence {
    Levels.checkPositive("rho", rho);
  }

  /**
   * Returns the sequence whose two-sided intervals are tightest at an expected number of
   * observations. Any choice is valid; a wrong one by a factor of ten costs about a tenth of width.
   *
   * @param alpha one less the level, such as 0.05
   * @param observations how many one expects to have when deciding, of both samples together
   * @return the sequence
   */
  public static ConfidenceSequence tunedFor(double alpha, double observations) {
    Levels.check("alpha", alpha);
    Levels.checkPositive("observations", observations);
    double twice = -2 * Math.log(alpha);
    return new ConfidenceSequence(Math.sqrt((twice + Math.log(twice + 1)) / observations));
  }

  /**
   * Returns the sequence of the mixture sequential probability ratio test (mSPRT): the same
   * mixture, tuned by what effects are expected instead of when one will decide.
   *
   * @param effectDeviation the standard deviation tau of effects before any data, above 0
   * @param observationDeviation the standard deviation of one observation, whose mean's standard
   *     error after {@code n} of them is this over the root of {@code n}; above 0
   * @return the sequence
   * @see <a href="https://doi.org/10.1145/3097983.3097992">Johari, Koomen, Pekelis, Walsh
   *     (2017)</a>
   */
  public static ConfidenceSequence mixedOver(double effectDeviation, double observationDeviation) {
    Levels.checkPositive("effectDeviation", effectDeviation);
    Levels.checkPositive("observationDeviation", observationDeviation);
    return new ConfidenceSequence(effectDeviation / observationDeviation);
  }

  /**
   * Returns how many standard errors the two-sided interval reaches to either side.
   *
   * @param alpha one less the level, above 0 and below 1
   * @param n observations so far, at least 1
   * @return above the 1.96 of a single look at 5 %
   */
  public double critical(double alpha, double n) {
    Levels.check("alpha", alpha);
    double t = information(n);
    return Math.sqrt(2 * (t + 1) / t * (Math.log1p(t) / 2 - Math.log(alpha)));
  }

  /**
   * Returns how many standard errors below the estimate the one-sided bound lies.
   *
   * @param alpha the probability that the true value is ever below it, above 0 and below 1
   * @param n observations so far, at least 1
   * @return the distance, below that of {@code critical(alpha, n)}
   */
  public double criticalOneSided(double alpha, double n) {
    Levels.check("alpha", alpha);
    double t = information(n);
    double target = -Math.log(alpha);
    double low = -10; // the bound may lie above the estimate when alpha is near 1
    double high = critical(alpha, n) + 1;
    for (int i = 0; i < STEPS && high - low > 1e-13; i++) {
      double middle = (low + high) / 2;
      if (logEvidenceOneSided(middle, t) < target) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * Returns the interval of an estimate after {@code n} observations.
   *
   * @param estimate the value
   * @param standardError of the value, above 0
   * @param n observations so far, of both samples together, at least 1
   * @param level such as 0.95
   * @return the interval; the true value is in all of them at once with this probability
   */
  public Interval interval(double estimate, double standardError, double n, double level) {
    Levels.checkFinite("estimate", estimate);
    Levels.checkPositive("standardError", standardError);
    Levels.check("level", level);
    double half = critical(1 - level, n) * standardError;
    return new Interval(estimate - half, estimate + half, level);
  }

  /**
   * Returns the two-sided p-value for a true value of zero; the running minimum is one too.
   *
   * @param estimate the value
   * @param standardError of the value, above 0
   * @param n observations so far, at least 1
   * @return in [0, 1]; at most alpha exactly when the interval at 1 - alpha excludes zero
   */
  public double pValue(double estimate, double standardError, double n) {
    Levels.checkFinite("estimate", estimate);
    Levels.checkPositive("standardError", standardError);
    return Math.min(1, Math.exp(-logEvidence(estimate / standardError, information(n))));
  }

  /**
   * Returns the one-sided p-value for a true value of at most zero.
   *
   * @param estimate the value; large ones speak against
   * @param standardError of the value, above 0
   * @param n observations so far, at least 1
   * @return in [0, 1]
   */
  public double pValueOneSided(double estimate, double standardError, double n) {
    Levels.checkFinite("estimate", estimate);
    Levels.checkPositive("standardError", standardError);
    return Math.min(1, Math.exp(-logEvidenceOneSided(estimate / standardError, information(n))));
  }

  /**
   * Returns the natural logarithm of the evidence against a true value of zero: an e-process, so
   * averages of several (of their exponentials) are evidence again, and it ever reaches {@code ln(1
   * / alpha)} with probability at most alpha.
   *
   * @param estimate the value
   * @param standardError of the value, above 0
   * @param n observations so far, at least 1
   * @return finite; negative when the data speak for zero
   */
  public double logEvidence(double estimate, double standardError, double n) {
    Levels.checkFinite("estimate", estimate);
    Levels.checkPositive("standardError", standardError);
    return logEvidence(estimate / standardError, information(n));
  }

  private double information(double n) {
    if (!(n >= 1 && n < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("n: " + n + " (expected: at least 1)");
    }
    return n * rho * rho;
  }

  private static double logEvidence(double z, double t) {
    return t / (t + 1) * z * z / 2 - Math.log1p(t) / 2;
  }

  private static double logEvidenceOneSided(double z, double t) {
    double folded = Levels.NORMAL.cumulativeProbability(z * Math.sqrt(t / (t + 1)));
    return Math.log(2) + logEvidence(z, t) + Math.log(folded);
  }
}
