package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.ConfidenceSequence;
import io.mlops4j.stats.TwoSample;
import java.time.Duration;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How many units an experiment needs, and how long that takes, to see an effect of a given size.
 * Immutable.
 *
 * <pre>{@code
 * var plan = PowerPlan.binary(0.05, 0.10);          // 5 % convert; a lift of 10 % matters
 * long units = plan.units();                        // both arms
 * Duration time = plan.duration(4_000);             // units a day
 * }</pre>
 *
 * @param effect the difference of means to be seen, not 0
 * @param controlVariance between units of control, above 0
 * @param treatmentVariance between units of the treatment, above 0
 * @param alpha one less the level of the two-sided test, above 0 and below 1
 * @param power the probability of seeing the effect, above alpha and below 1
 * @param treatmentShare of the units, above 0 and below 1
 * @param alwaysValid whether the test may be looked at any time. Power is then that of the last
 *     look alone, so a lower bound: an effect may be seen earlier
 */
public record PowerPlan(
    double effect,
    double controlVariance,
    double treatmentVariance,
    double alpha,
    double power,
    double treatmentShare,
    boolean alwaysValid) {
  private static final long MOST_DAYS = Long.MAX_VALUE / 86_400;

  private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
  private static final double MAX_UNITS = 1e15;

  /** Checks the ranges. */
  public PowerPlan {
    if (effect == 0 || !Double.isFinite(effect)) {
      throw new IllegalArgumentException("effect: " + effect + " (expected: not 0, finite)");
    }
    positive("controlVariance", controlVariance);
    positive("treatmentVariance", treatmentVariance);
    inside("alpha", alpha, 0);
    inside("power", power, alpha);
    inside("treatmentShare", treatmentShare, 0);
  }

  /**
   * Returns a plan for a share of units: 5 % alpha, 80 % power, equal arms, one look.
   *
   * @param baseline control's share, above 0 and below 1
   * @param lift the smallest relative change that matters, not 0
   * @return the plan
   * @throws IllegalArgumentException if the changed share is not between 0 and 1
   */
  public static PowerPlan binary(double baseline, double lift) {
    inside("baseline", baseline, 0);
    double changed = baseline * (1 + lift);
    inside("baseline with lift", changed, 0);
    return new PowerPlan(
        changed - baseline,
        baseline * (1 - baseline),
        changed * (1 - changed),
        0.05,
        0.8,
        0.5,
        false);
  }

  /**
   * Returns a plan for a mean per unit: 5 % alpha, 80 % power, equal arms, one look.
   *
   * @param mean control's, not 0
   * @param standardDeviation between units; for a ratio metric that of (numerator - ratio *
   *     denominator) / mean denominator
   * @param lift the smallest relative change that matters, not 0
   * @return the plan
   */
  public static PowerPlan continuous(double mean, double standardDeviation, double lift) {
    double variance = standardDeviation * standardDeviation;
    return new PowerPlan(mean * lift, variance, variance, 0.05, 0.8, 0.5, false);
  }

  /**
   * Returns this plan with another level.
   *
   * @param value above 0 and below the power; divide it by the number of questions to be corrected
   * @return the changed plan
   */
  public PowerPlan withAlpha(double value) {
    return new PowerPlan(
        effect, controlVariance, treatmentVariance, value, power, treatmentShare, alwaysValid);
  }

  /**
   * Returns this plan with another power.
   *
   * @param value above alpha and below 1
   * @return the changed plan
   */
  public PowerPlan withPower(double value) {
    return new PowerPlan(
        effect, controlVariance, treatmentVariance, alpha, value, treatmentShare, alwaysValid);
  }

  /**
   * Returns this plan with another share of units in the treatment.
   *
   * @param share above 0 and below 1
   * @return the changed plan
   */
  public PowerPlan withTreatmentShare(double share) {
    return new PowerPlan(
        effect, controlVariance, treatmentVariance, alpha, power, share, alwaysValid);
  }

  /**
   * Returns this plan with variances reduced by a covariate.
   *
   * @param correlation of the metric with its value from before, -1 to 1, both excluded
   * @return the changed plan
   */
  public PowerPlan withCuped(double correlation) {
    if (!(correlation > -1 && correlation < 1)) {
      throw new IllegalArgumentException(
          "correlation: " + correlation + " (expected: above -1, below 1)");
    }
    double left = 1 - correlation * correlation;
    return new PowerPlan(
        effect,
        controlVariance * left,
        treatmentVariance * left,
        alpha,
        power,
        treatmentShare,
        alwaysValid);
  }

  /**
   * Returns this plan for looking at any time.
   *
   * @return the changed plan; needs about half as many units again to two times as many
   */
  public PowerPlan withAnyLooks() {
    return new PowerPlan(
        effect, controlVariance, treatmentVariance, alpha, power, treatmentShare, true);
  }

  /**
   * Returns how many units both arms need together.
   *
   * @return at least 2
   * @throws IllegalArgumentException if it would be more than 10^15: the effect is too small
   */
  public long units() {
    double low = 2;
    double high = 2;
    while (powerAt(high) < power) {
      high *= 2;
      if (high > MAX_UNITS) {
        throw new IllegalArgumentException(
            "effect: " + effect + " needs more than 10^15 units. Plan for a larger one.");
      }
    }
    while (high - low > 0.5) {
      double middle = (low + high) / 2;
      if (powerAt(middle) < power) {
        low = middle;
      } else {
        high = middle;
      }
    }
    long units = (long) Math.ceil(low);
    return powerAt((double) units) >= power ? units : units + 1;
  }

  /**
   * Returns the probability of seeing the effect with a number of units.
   *
   * @param units of both arms, at least 2
   * @return in (0, 1]
   */
  public double powerAt(double units) {
    double critical = critical(units);
    double shift = Math.abs(effect) / standardError(units);
    return NORMAL.survivalProbability(critical - shift)
        + NORMAL.cumulativeProbability(-critical - shift);
  }

  /**
   * Returns the smallest difference that is seen with the plan's power by a number of units.
   *
   * @param units of both arms, at least 2
   * @return above 0; the plan's own effect is ignored
   */
  public double detectable(double units) {
    return (critical(units) + NORMAL.inverseCumulativeProbability(power)) * standardError(units);
  }

  /**
   * Returns how long it takes until enough units have arrived.
   *
   * @param unitsPerDay that enter the experiment, above 0
   * @return whole days
   */
  public Duration duration(double unitsPerDay) {
    positive("unitsPerDay", unitsPerDay);
    double days = Math.ceil(units() / unitsPerDay);
    if (days > MOST_DAYS) {
      throw new IllegalArgumentException(
          "unitsPerDay: "
              + unitsPerDay
              + " (expected: enough for "
              + units()
              + " units within "
              + MOST_DAYS
              + " days)");
    }
    return Duration.ofDays((long) days);
  }

  private double critical(double units) {
    if (!(units >= 2 && units < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("units: " + units + " (expected: at least 2)");
    }
    return alwaysValid
        ? ConfidenceSequence.tunedFor(alpha, units).critical(alpha, units)
        : TwoSample.critical(alpha, Double.POSITIVE_INFINITY);
  }

  private double standardError(double units) {
    return Math.sqrt(
        controlVariance / (units * (1 - treatmentShare))
            + treatmentVariance / (units * treatmentShare));
  }

  private static void positive(String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: above 0, finite)");
    }
  }

  private static void inside(String what, double value, double low) {
    if (!(value > low && value < 1)) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: above " + low + ", below 1)");
    }
  }
}
