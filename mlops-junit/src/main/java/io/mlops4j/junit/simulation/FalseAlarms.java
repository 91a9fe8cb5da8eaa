package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How often a policy cried wolf where nothing was wrong.
 *
 * @param runs how many
 * @param alarms in all of them; a check that goes on failing counts once a day
 * @param runsWithAlarm runs with at least one
 * @param watched the simulated time after the warm-ups, added up
 * @param requests in all runs
 * @param outcomes how the policy ended its runs, and how often; {@code open} where it did not
 */
public record FalseAlarms(
    int runs,
    long alarms,
    int runsWithAlarm,
    Duration watched,
    long requests,
    SortedMap<String, Integer> outcomes) {
  private static final double YEAR_NANOS = 365.25 * 24 * 3_600e9;

  /** Copies the map. */
  public FalseAlarms {
    outcomes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
  }

  static FalseAlarms of(List<Replica.Result> results) {
    Duration watched = Duration.ZERO;
    for (Replica.Result result : results) {
      watched = watched.plus(result.watched());
    }
    return new FalseAlarms(
        results.size(),
        results.stream().mapToLong(Replica.Result::alarms).sum(),
        (int) results.stream().filter(result -> result.alarms() > 0).count(),
        watched,
        results.stream().mapToLong(Replica.Result::requests).sum(),
        outcomes(results));
  }

  static SortedMap<String, Integer> outcomes(List<Replica.Result> results) {
    SortedMap<String, Integer> outcomes = new TreeMap<>();
    for (Replica.Result result : results) {
      String outcome = result.outcome();
      outcomes.merge(outcome == null ? "open" : outcome, 1, Integer::sum);
    }
    return outcomes;
  }

  /**
   * Returns the simulated time in years.
   *
   * @return 0 or more
   */
  public double years() {
    return (watched.getSeconds() * 1e9 + watched.getNano()) / YEAR_NANOS;
  }

  /**
   * Returns the rate.
   *
   * @return alarms a year; NaN if no time was simulated
   */
  public double perYear() {
    return alarms / years();
  }

  /**
   * Returns the exact interval of the rate, for alarms that come independently of each other.
   *
   * @param level for example 0.95
   * @return alarms a year
   */
  public ExactInterval perYear(double level) {
    return ExactInterval.ofRate(alarms, years(), level);
  }

  /**
   * Returns the exact interval of the share of runs with an alarm: for policies that decide once.
   *
   * @param level for example 0.95
   * @return within 0 and 1
   */
  public ExactInterval shareOfRuns(double level) {
    return ExactInterval.ofShare(runsWithAlarm, runs, level);
  }
}
