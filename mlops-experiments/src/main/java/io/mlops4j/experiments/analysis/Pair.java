package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.JointMoments;
import io.mlops4j.stats.TwoSample;
import java.util.ArrayList;
import java.util.List;

/*
 * Design note. Every metric but a quantile is a smooth function of an arm's means, so its variance is
 * g' C g / n, where C is the covariance of the unit rows and g the gradient (delta method). For a ratio
 * y/x, g = (1/x, -R/x): the covariance of numerator and denominator is in it, and the units are the
 * rows, so sessions of one user may correlate as they like. A covariate is a second function of the
 * same means with gradient h; theta = sum g'Ch / sum h'Ch over both arms, which is the slope that least
 * squares finds with an intercept per arm.
 *
 * Epochs are strata: units are compared within an epoch only, because a share that changes while the
 * metric moves with time would otherwise show up as an effect (Simpson). Strata are weighted by their
 * units.
 *
 * The adjusted values serve differences only. A relative effect divides by the unadjusted value of
 * control: the covariate's pooled mean cancels in a difference, not in a quotient.
 */

/** Control and one treatment on one metric in one segment. */
sealed interface Pair {
  /** Both arms could be estimated. */
  record Estimated(Arm.Estimate control, Arm.Estimate treatment) implements Pair {
    double difference() {
      return treatment.value() - control.value();
    }

    double variance() {
      return control.varianceOfValue() + treatment.varianceOfValue();
    }

    double freedom() {
      return TwoSample.welchDegreesOfFreedom(
          variance(), control.squaresOverFreedom() + treatment.squaresOverFreedom());
    }

    long units() {
      return control.units() + treatment.units();
    }
  }

  /** A sentence that says what is missing. */
  record Missing(String reason) implements Pair {}

  /**
   * Compares two arms.
   *
   * @param m the metric's position
   * @param control one cell per epoch
   * @param treatment one cell per epoch, in the same order
   */
  static Pair of(Metric metric, int m, List<Cell> control, List<Cell> treatment, int minUnits) {
    long a = control.stream().mapToLong(cell -> cell.units).sum();
    long b = treatment.stream().mapToLong(cell -> cell.units).sum();
    if (a < minUnits || b < minUnits) {
      return new Missing(
          "%d units in control and %d in the treatment (needed: %d in each)"
              .formatted(a, b, minUnits));
    }
    if (metric.kind() == Metric.Kind.QUANTILE) {
      Arm first =
          Cell.pooled(control.get(0).metrics, control).samples[m].estimate(metric.quantile());
      Arm second =
          Cell.pooled(control.get(0).metrics, treatment).samples[m].estimate(metric.quantile());
      return checked(first, second);
    }
    List<Estimated> strata = new ArrayList<>();
    long units = 0;
    for (int e = 0; e < control.size(); e++) {
      JointMoments x = control.get(e).moments[m];
      JointMoments y = treatment.get(e).moments[m];
      if (x.count() >= 2 && y.count() >= 2 && hasValue(metric, x) && hasValue(metric, y)) {
        strata.add(stratum(metric, x, y));
        units += x.count() + y.count();
      }
    }
    if (strata.isEmpty()) {
      return new Missing(
          metric.kind() == Metric.Kind.RATIO
              ? "the denominators sum to 0 in an arm"
              : "no epoch has two units in both arms");
    }
    return weighted(strata, units);
  }

  /** The strata's estimates, each weighted by its share of the units. */
  private static Pair weighted(List<Estimated> strata, long units) {
    Arm.Estimate control = new Arm.Estimate(0, 0, 0, 0, 0, 0, 0);
    Arm.Estimate treatment = control;
    for (Estimated stratum : strata) {
      double weight = (double) stratum.units() / units;
      control = control.plus(stratum.control().times(weight));
      treatment = treatment.plus(stratum.treatment().times(weight));
    }
    return checked(control, treatment);
  }

  private static Pair checked(Arm control, Arm treatment) {
    if (control instanceof Arm.Missing missing) {
      return new Missing("control " + missing.reason());
    }
    if (treatment instanceof Arm.Missing missing) {
      return new Missing("the treatment " + missing.reason());
    }
    Estimated pair = new Estimated((Arm.Estimate) control, (Arm.Estimate) treatment);
    double scale = Math.abs(pair.control().raw()) + Math.abs(pair.treatment().raw());
    if (!(Math.sqrt(pair.variance()) > 1e-14 * scale) || !Double.isFinite(pair.variance())) {
      return new Missing("the metric does not vary between units");
    }
    return pair;
  }

  private static boolean hasValue(Metric metric, JointMoments moments) {
    return metric.kind() != Metric.Kind.RATIO || moments.mean(1) > 0;
  }

  private static Estimated stratum(Metric metric, JointMoments a, JointMoments b) {
    double theta = 0;
    double center = 0;
    if (metric.cuped() && hasCovariate(metric, a) && hasCovariate(metric, b)) {
      double slope = 0;
      double spread = 0;
      for (JointMoments arm : List.of(a, b)) {
        double[] h = gradient(metric, arm, true);
        slope += (arm.count() - 1) * bilinear(arm, gradient(metric, arm, false), h);
        spread += (arm.count() - 1) * bilinear(arm, h, h);
      }
      theta = spread > 0 ? slope / spread : 0;
      center =
          (a.count() * level(metric, a, true) + b.count() * level(metric, b, true))
              / (a.count() + b.count());
    }
    return new Estimated(arm(metric, a, theta, center), arm(metric, b, theta, center));
  }

  private static boolean hasCovariate(Metric metric, JointMoments moments) {
    return metric.kind() != Metric.Kind.RATIO || moments.mean(3) > 0;
  }

  private static Arm.Estimate arm(Metric metric, JointMoments arm, double theta, double center) {
    double n = arm.count();
    double raw = level(metric, arm, false);
    double[] g = gradient(metric, arm, false);
    double own = bilinear(arm, g, g) / n;
    if (theta == 0) {
      return new Arm.Estimate(arm.count(), raw, raw, own, own, own, own * own / (n - 1));
    }
    double[] h = gradient(metric, arm, true);
    double cross = bilinear(arm, g, h) / n;
    double covariate = bilinear(arm, h, h) / n;
    double adjusted = Math.max(0, own - 2 * theta * cross + theta * theta * covariate);
    return new Arm.Estimate(
        arm.count(),
        raw - theta * (level(metric, arm, true) - center),
        raw,
        adjusted,
        own,
        own - theta * cross,
        adjusted * adjusted / (n - 1));
  }

  /** A mean, or a ratio of means. */
  private static double level(Metric metric, JointMoments arm, boolean before) {
    return metric.kind() == Metric.Kind.RATIO
        ? arm.mean(before ? 2 : 0) / arm.mean(before ? 3 : 1)
        : arm.mean(before ? 1 : 0);
  }

  /** How the level moves with each mean. */
  private static double[] gradient(Metric metric, JointMoments arm, boolean before) {
    double[] gradient = new double[metric.dimensions()];
    if (metric.kind() == Metric.Kind.RATIO) {
      int at = before ? 2 : 0;
      gradient[at] = 1 / arm.mean(at + 1);
      gradient[at + 1] = -level(metric, arm, before) / arm.mean(at + 1);
    } else {
      gradient[before ? 1 : 0] = 1;
    }
    return gradient;
  }

  private static double bilinear(JointMoments arm, double[] g, double[] h) {
    double sum = 0;
    for (int i = 0; i < g.length; i++) {
      for (int j = 0; j < h.length; j++) {
        sum += g[i] * h[j] * arm.covariance(i, j);
      }
    }
    return sum;
  }
}
