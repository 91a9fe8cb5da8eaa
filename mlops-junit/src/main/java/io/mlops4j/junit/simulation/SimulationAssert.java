package io.mlops4j.junit.simulation;

import io.mlops4j.junit.simulation.SimulationPage.Words;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about what a policy does. Each runs the simulation, and holds only if the runs show it
 * at a confidence of 95 % (exact, one-sided): a claim that is merely not refuted fails, and says
 * how many runs it takes.
 *
 * @param <I> one input row
 */
public final class SimulationAssert<I> extends AbstractAssert<SimulationAssert<I>, Simulation<I>> {
  /** Two-sided, so that each side has 5 %. */
  static final double LEVEL = 0.90;

  /** The log of 0.05: so many events are expected where none is seen in one of twenty cases. */
  private static final double NONE_AT_5_PERCENT = -StrictMath.log(0.05);

  private static final double YEAR_DAYS = 365.25;

  /**
   * Starts assertions; {@code MlopsAssertions.assertThat} does it for you.
   *
   * @param actual the simulation
   */
  public SimulationAssert(@Nullable Simulation<I> actual) {
    super(actual, SimulationAssert.class);
  }

  /**
   * Starts an assertion about a regression.
   *
   * @param regression what goes wrong
   * @return within what time it is to be seen
   */
  public Caught<I> catches(Regression<I> regression) {
    isNotNull();
    return new Caught<>(this, regression, 0.9);
  }

  Simulation<I> simulation() {
    return actual;
  }

  /**
   * Asserts that false alarms come at most so often.
   *
   * @param period for example 365 days
   * @return this
   * @throws AssertionError if there are more, or the runs are too few to show that there are not
   */
  public SimulationAssert<I> criesWolfAtMostOncePer(Duration period) {
    isNotNull();
    if (period.isNegative() || period.isZero()) {
      throw new IllegalArgumentException("period: " + period + " (expected: above 0)");
    }
    FalseAlarms calm = actual.falseAlarms();
    double allowed = YEAR_DAYS * 86_400e9 / period.toNanos();
    if (!(calm.years() > 0)) {
      throw new AssertionError("No time was simulated: the policy ended every run at once.");
    }
    ExactInterval rate = calm.perYear(LEVEL);
    if (rate.high() <= allowed) {
      return this;
    }
    String seen =
        "Expected at most one false alarm in "
            + Words.time(period)
            + " ("
            + Words.number(allowed)
            + " a year), but there were "
            + calm.alarms()
            + " in "
            + Words.years(calm.years())
            + ": ";
    throw new AssertionError(
        rate.low() > allowed
            ? seen + "at least " + Words.number(rate.low()) + " a year (95 % confidence)."
            : seen
                + "up to "
                + Words.number(rate.high())
                + " a year cannot be excluded (95 % confidence). "
                + more(calm, allowed));
  }

  private String more(FalseAlarms calm, double allowed) {
    double years = NONE_AT_5_PERCENT / allowed;
    long runs = (long) Math.ceil(calm.runs() * years / calm.years());
    return runs > calm.runs()
        ? "Even without an alarm that takes replicas(" + runs + ")."
        : "Simulate more runs, or make the policy stricter.";
  }

  /**
   * Asserts that a policy that decides once is wrong in at most a share of its runs: a rollout that
   * rolls an equal candidate back, for example.
   *
   * @param share above 0, below 1
   * @return this
   * @throws AssertionError if it is wrong more often, or the runs are too few to show that it is
   *     not
   */
  public SimulationAssert<I> isWrongInAtMost(double share) {
    isNotNull();
    requireShare(share);
    FalseAlarms calm = actual.falseAlarms();
    ExactInterval wrong = calm.shareOfRuns(LEVEL);
    if (wrong.high() <= share) {
      return this;
    }
    String seen =
        "Expected a false alarm in at most "
            + Words.percent(share)
            + " of the runs, but it was in "
            + calm.runsWithAlarm()
            + " of "
            + calm.runs()
            + ": ";
    long runs = (long) Math.ceil(StrictMath.log(0.05) / StrictMath.log1p(-share));
    throw new AssertionError(
        wrong.low() > share
            ? seen + "at least " + Words.percent(wrong.low()) + " (95 % confidence)."
            : seen
                + "up to "
                + Words.percent(wrong.high())
                + " cannot be excluded (95 % confidence). "
                + (runs > calm.runs()
                    ? "Even without an alarm that takes replicas(" + runs + ")."
                    : "Simulate more runs, or make the policy stricter."));
  }

  private static void requireShare(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: above 0, below 1)");
    }
  }

  /**
   * How soon a regression is to be seen.
   *
   * @param <I> one input row
   */
  public static final class Caught<I> {
    private final SimulationAssert<I> about;
    private final Regression<I> regression;
    private final double share;

    private Caught(SimulationAssert<I> about, Regression<I> regression, double share) {
      this.about = about;
      this.regression = regression;
      this.share = share;
    }

    /**
     * Returns the same with another share of the runs in which it is to be seen in time.
     *
     * @param ofRuns above 0, below 1; 0.9 unless set
     * @return a copy
     */
    public Caught<I> inAtLeast(double ofRuns) {
      requireShare(ofRuns);
      return new Caught<>(about, regression, ofRuns);
    }

    /**
     * Asserts that the regression is seen in time, in at least 90 % of the runs unless another
     * share is set. Runs are made no longer than that.
     *
     * @param limit the longest delay
     * @return the assertions, for more
     * @throws AssertionError if it is not, or the runs are too few to show that it is
     */
    public SimulationAssert<I> within(Duration limit) {
      Detection seen = about.simulation().lasting(limit).detection(regression);
      ExactInterval interval = seen.within(limit, LEVEL);
      if (seen.untouched() < seen.runs() && interval.low() >= share) {
        return about;
      }
      String what =
          "Expected '"
              + regression
              + "' to be caught within "
              + Words.time(limit)
              + " in at least "
              + Words.percent(share)
              + " of the runs, but ";
      if (seen.untouched() == seen.runs()) {
        throw new AssertionError(
            what + "it changed no request: whatever was alarmed is a false alarm.");
      }
      throw new AssertionError(what + numbers(seen, interval, limit));
    }

    private String numbers(Detection seen, ExactInterval interval, Duration limit) {
      String counted = "it was in " + seen.within(limit) + " of " + seen.runs();
      Optional<Duration> median = seen.median();
      String when = median.map(delay -> ", half of them within " + Words.time(delay)).orElse("");
      long runs = (long) Math.ceil(StrictMath.log(0.05) / StrictMath.log(share));
      if (interval.high() < share) {
        return counted
            + when
            + ": at most "
            + Words.percent(interval.high())
            + " (95 % confidence)."
            + (seen.rangBefore() > 0
                ? " In " + seen.rangBefore() + " runs an alarm was standing before it began."
                : "");
      }
      return counted
          + when
          + ": as little as "
          + Words.percent(interval.low())
          + " cannot be excluded (95 % confidence). "
          + (runs > seen.runs()
              ? "Even if all see it that takes replicas(" + runs + ")."
              : "Simulate more runs, or expect less.");
    }
  }
}
