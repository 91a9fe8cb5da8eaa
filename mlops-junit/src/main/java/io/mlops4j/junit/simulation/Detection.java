package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How soon a policy saw a regression.
 *
 * @param regression what went wrong
 * @param runs how many
 * @param delays of the runs in which it was seen, ascending: from the end of the warm-up, or the
 *     candidate's first request, to the first new alarm
 * @param rangBefore runs in which an alarm was standing already when it began; such an alarm sees
 *     nothing
 * @param untouched runs in which the regression changed no request; an alarm there is a false one
 * @param falseAlarms alarms in runs that are untouched
 * @param outcomes how the policy ended its runs, and how often; {@code open} where it did not
 */
public record Detection(
    String regression,
    int runs,
    List<Duration> delays,
    int rangBefore,
    int untouched,
    long falseAlarms,
    SortedMap<String, Integer> outcomes) {

  /** Copies the collections. */
  public Detection {
    Objects.requireNonNull(regression, "regression");
    delays = delays.stream().sorted().toList();
    outcomes = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
  }

  static Detection of(String regression, List<Replica.Result> results) {
    List<Replica.Result> untouched =
        results.stream().filter(result -> result.affected() == 0).toList();
    return new Detection(
        regression,
        results.size(),
        results.stream().flatMap(result -> Optional.ofNullable(result.delay()).stream()).toList(),
        (int) results.stream().filter(Replica.Result::rangBefore).count(),
        untouched.size(),
        untouched.stream().mapToLong(Replica.Result::alarms).sum(),
        FalseAlarms.outcomes(results));
  }

  /**
   * Returns the runs in which it was never seen.
   *
   * @return 0 to {@link #runs}
   */
  public int never() {
    return runs - delays.size();
  }

  /**
   * Returns the delay within which a share of all runs saw it.
   *
   * @param share above 0, at most 1
   * @return the smallest such delay; empty if fewer runs saw it at all
   */
  public Optional<Duration> quantile(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: above 0, at most 1)");
    }
    int rank = (int) Math.ceil(share * runs - 1e-9);
    return rank > delays.size() ? Optional.empty() : Optional.of(delays.get(rank - 1));
  }

  /**
   * Returns the delay within which half of all runs saw it.
   *
   * @return empty if fewer saw it at all
   */
  public Optional<Duration> median() {
    return quantile(0.5);
  }

  /**
   * Returns the delay within which nine of ten runs saw it.
   *
   * @return empty if fewer saw it at all
   */
  public Optional<Duration> p90() {
    return quantile(0.9);
  }

  /**
   * Returns in how many runs it was seen in time.
   *
   * @param limit the longest delay
   * @return 0 to {@link #runs}
   */
  public int within(Duration limit) {
    return (int) delays.stream().filter(delay -> delay.compareTo(limit) <= 0).count();
  }

  /**
   * Returns the exact interval of the share of runs in which it was seen in time.
   *
   * @param limit the longest delay
   * @param level for example 0.95
   * @return within 0 and 1
   */
  public ExactInterval within(Duration limit, double level) {
    return ExactInterval.ofShare(within(limit), runs, level);
  }
}
