package io.mlops4j.delivery.shadow;

import io.mlops4j.core.Check.Fail;
import io.mlops4j.core.Check.NoData;
import io.mlops4j.core.Check.Outcome;
import io.mlops4j.core.Check.Pass;
import org.apache.commons.numbers.gamma.LogBeta;

/**
 * Whether a share is above or below a limit, by evidence that stays valid however often one looks:
 * the likelihood ratio of a Beta(1/2, 1/2) mixture against the limit is a test martingale, and ever
 * reaches {@code 1 / alpha} with probability at most alpha if the share is exactly the limit.
 *
 * @see <a href="https://doi.org/10.1214/aoms/1177696786">Robbins (1970)</a>
 */
final class Shares {
  /** One wrong verdict, of either kind, in twenty shadows whose share lies exactly on the limit. */
  static final double ALPHA = 0.05;

  private static final double PRIOR = 0.5;

  private Shares() {}

  /** Returns the natural logarithm of the evidence that the share is not the limit. */
  static double logEvidence(long hits, long rows, double limit) {
    return LogBeta.value(PRIOR + hits, PRIOR + rows - hits)
        - LogBeta.value(PRIOR, PRIOR)
        - hits * Math.log(limit)
        - (rows - hits) * Math.log1p(-limit);
  }

  /** The two ways a share can be known to lie. */
  enum Side {
    BELOW,
    ABOVE,
    UNKNOWN
  }

  static Side side(long hits, long rows, double limit, double alpha) {
    if (rows == 0 || logEvidence(hits, rows, limit) < -Math.log(alpha)) {
      return Side.UNKNOWN;
    }
    return hits > limit * rows ? Side.ABOVE : Side.BELOW;
  }

  /** Returns what is said of a share that may be at most the limit. */
  static Outcome atMost(String what, long hits, long rows, double limit) {
    String numbers =
        Sentences.share(hits, rows) + " " + what + " (limit " + Sentences.percent(limit) + ")";
    return switch (side(hits, rows, limit, ALPHA)) {
      case BELOW -> new Pass(numbers);
      case ABOVE -> new Fail(numbers);
      case UNKNOWN -> new NoData(numbers + ": too close to tell with so many rows");
    };
  }
}
