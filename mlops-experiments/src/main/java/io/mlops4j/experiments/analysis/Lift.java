package io.mlops4j.experiments.analysis;

import org.jspecify.annotations.Nullable;

/*
 * Design note. A relative effect is a quotient of two estimates that are correlated, because control is
 * in both. Its standard error is the delta method's, with that covariance. Its interval is Fieller's:
 * the quotients rho for which the difference less rho times control is not distinguishable from zero.
 * At rho = 0 that is the test of the difference itself, so interval and p-value cannot contradict each
 * other; the delta method's interval can. Fieller (1954), https://doi.org/10.1111/j.2517-6161.1954.tb00159.x.
 */

/** A difference relative to control's size. */
record Lift(double value, double standardError, double low, double high) {

  /**
   * Returns the lift.
   *
   * @param critical how many standard errors the interval of the difference reaches
   * @return the lift, or null if control's value is not clearly different from zero: then the
   *     interval would be unbounded
   */
  static @Nullable Lift of(Pair.Estimated pair, double critical) {
    double sign = Math.signum(pair.control().raw());
    double size = Math.abs(pair.control().raw());
    double difference = pair.difference();
    double variance = pair.variance();
    double controlVariance = pair.control().varianceOfRaw();
    double covariance = -sign * pair.control().covariance();
    double z2 = critical * critical;
    double a = size * size - z2 * controlVariance;
    if (!(a > 1e-12 * size * size)) {
      return null;
    }
    double b = difference * size - z2 * covariance;
    double root = Math.sqrt(Math.max(0, b * b - a * (difference * difference - z2 * variance)));
    double value = difference / size;
    double lift =
        variance / (size * size)
            + value * value * controlVariance / (size * size)
            - 2 * value * covariance / (size * size);
    return new Lift(value, Math.sqrt(Math.max(0, lift)), (b - root) / a, (b + root) / a);
  }
}
