package io.mlops4j.drift;

import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/** Evidence that a rate is above a limit. */
final class Rates {
  private Rates() {}

  /**
   * Returns the logarithm of an e-value against "each event has at most this probability": the
   * likelihood ratio to the limit itself, averaged over larger rates by Jeffreys' prior. While the
   * rate is at most the limit, the probability that it ever exceeds {@code ln(1 / alpha)} is at
   * most {@code alpha}, however often one looks (Ville's inequality): exact, not an approximation.
   *
   * @param events how often it happened
   * @param n out of how many
   * @param limit above 0 and below 1
   * @return nats; negative infinity where the digits end far below the limit
   */
  static double logEvidence(long events, long n, double limit) {
    double a = events + 0.5;
    double b = n - events + 0.5;
    double above = RegularizedBeta.complement(limit, a, b);
    double prior = RegularizedBeta.complement(limit, 0.5, 0.5);
    return LogBeta.value(a, b)
        + Math.log(above)
        - LogBeta.value(0.5, 0.5)
        - Math.log(prior)
        - events * Math.log(limit)
        - (n - events) * Math.log1p(-limit);
  }
}
