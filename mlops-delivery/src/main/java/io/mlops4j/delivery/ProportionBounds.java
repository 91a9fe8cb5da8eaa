package io.mlops4j.delivery;

import org.apache.commons.numbers.gamma.LogBeta;

/*
 * Design note. K successes in n trials, success probability p. Mixing the likelihood ratio against p
 * over a Beta(a, b) prior of the truth gives the test martingale
 *
 *   M(p) = B(a + K, b + n - K) / B(a, b) / ( p^K (1 - p)^(n - K) )
 *
 * and P(M(p) ever reaches 1/alpha) <= alpha (Ville), for any n, also for K = 0: no normal
 * approximation. The set { p : M(p) < 1/alpha } is an interval, because -log M is concave in p.
 * Robbins (1970); Howard, Ramdas, McAuliffe, Sekhon (2021), https://doi.org/10.1214/20-AOS1991,
 * section 4 (beta-binomial mixture). Counts need not be whole: clustered trials are divided by their
 * design effect first.
 */

/**
 * Bounds of a proportion that hold at all times at once, whatever the counts.
 *
 * @param low the true value is never below it
 * @param high the true value is never above it
 */
record ProportionBounds(double low, double high) {
  private static final int STEPS = 40;

  /** Bounds are this much too wide at most. */
  private static final double TOLERANCE = 1e-8;

  /** Jeffreys' prior: no rate is preferred. */
  private static final double PRIOR = 0.5;

  /**
   * Returns the bounds after {@code trials}.
   *
   * @param successes 0 to {@code trials}
   * @param trials at least 0
   * @param alpha the probability that the truth is ever outside
   */
  static ProportionBounds of(double successes, double trials, double alpha) {
    if (trials <= 0) {
      return new ProportionBounds(0, 1);
    }
    double failures = Math.max(0, trials - successes);
    double constant =
        LogBeta.value(PRIOR + successes, PRIOR + failures)
            - LogBeta.value(PRIOR, PRIOR)
            + Math.log(alpha);
    double estimate = successes / trials;
    double low = successes <= 0 ? 0 : root(successes, failures, constant, 0, estimate);
    double high = failures <= 0 ? 1 : root(successes, failures, constant, 1, estimate);
    return new ProportionBounds(low, high);
  }

  /** Halves between an end, where the evidence is beyond any bound, and the estimate. */
  private static double root(
      double successes, double failures, double constant, double end, double estimate) {
    double out = end;
    double in = estimate;
    for (int i = 0; i < STEPS && Math.abs(in - out) > TOLERANCE; i++) {
      double middle = (in + out) / 2;
      double log = constant;
      log -= successes == 0 ? 0 : successes * Math.log(middle);
      log -= failures == 0 ? 0 : failures * Math.log1p(-middle);
      if (log < 0) {
        in = middle;
      } else {
        out = middle;
      }
    }
    return out;
  }

  /**
   * Returns between which ranks the quantile of a sample lies, at all times at once: the rank of
   * the last value that is surely at most the quantile, and of the first that surely is not below.
   *
   * @param quantile above 0 and below 1
   * @param count values seen
   * @param alpha the probability that the quantile is ever outside
   * @return ranks from 0 (nothing is known) to {@code count + 1} (nothing is known)
   */
  static long[] ranks(double quantile, long count, double alpha) {
    // A prior around the quantile itself: the counts below it are known to have this mean.
    double tail = 1 - quantile;
    double weight = 1 / Math.min(quantile, tail);
    double a = weight * quantile;
    double b = weight * tail;
    double limit = -Math.log(alpha);
    long middle = Math.round(quantile * count);
    long low = edge(0, middle, count, a, b, quantile, limit);
    long high = edge(count, middle, count, a, b, quantile, limit);
    return new long[] {low, high + 1};
  }

  /** The count furthest towards {@code end} that is still consistent with the quantile. */
  private static long edge(
      long end, long middle, long n, double a, double b, double quantile, double limit) {
    if (logEvidence(end, n, a, b, quantile) < limit) {
      return end;
    }
    long out = end;
    long in = middle;
    while (Math.abs(in - out) > 1) {
      long half = in + (out - in) / 2;
      if (logEvidence(half, n, a, b, quantile) < limit) {
        in = half;
      } else {
        out = half;
      }
    }
    return in;
  }

  private static double logEvidence(long k, long n, double a, double b, double p) {
    return LogBeta.value(a + k, b + n - k)
        - LogBeta.value(a, b)
        - k * Math.log(p)
        - (n - k) * Math.log1p(-p);
  }
}
