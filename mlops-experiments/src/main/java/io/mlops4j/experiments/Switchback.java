package io.mlops4j.experiments;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An experiment over time and region, for effects that spread between users: a new dispatch rule
 * changes the waiting time of everybody in the city, so users of one city cannot be compared with
 * each other. Here one region during one period is the unit: all that happens in it gets one arm.
 *
 * <p>Arms are drawn per region and period, independently, by the experiment's hash. What happens in
 * the washout at the beginning of a period still feels the arm before and is not counted. Analyse
 * with the region and period as the unit: there are regions times periods of them, however many
 * events there are. Source: Bojinov, Simchi-Levi and Zhao (2023), Management Science 69(7).
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> what the arms carry
 */
public final class Switchback<T> {
  private static final Duration LONGEST = Duration.ofDays(3660);
  private static final Duration FARTHEST = Duration.ofDays(365_250_000);

  private final Experiment<T> experiment;
  private final Instant origin;
  private final Duration period;
  private final Duration washout;

  private Switchback(Experiment<T> experiment, Instant origin, Duration period, Duration washout) {
    this.experiment = experiment;
    this.origin = origin;
    this.period = period;
    this.washout = washout;
  }

  /**
   * What one event of a region gets.
   *
   * @param unit the region and period, to analyse by; null if there is no region
   * @param assignment the arm
   * @param counted false in the washout and when the unit is not in the experiment
   * @param <T> what the arms carry
   */
  public record Turn<T>(@Nullable String unit, Assignment<T> assignment, boolean counted) {
    /** Refuses null. */
    public Turn {
      Objects.requireNonNull(assignment, "assignment");
    }

    /**
     * Returns what to use.
     *
     * @return the arm's payload, in the washout too
     */
    public T payload() {
      return assignment.payload();
    }
  }

  /**
   * Returns a switchback design.
   *
   * @param experiment its arms, shares and listener; its unit kind must not be a user or session
   * @param origin where the first period begins, on every JVM alike
   * @param period how long a region keeps its arm, 1 ms to 3,660 days; long against the time an
   *     effect lasts
   * @param washout the first part of each period that is not counted; shorter than the period
   * @param <T> what the arms carry
   * @return the design
   * @throws IllegalArgumentException if a duration or the unit kind does not fit
   */
  public static <T> Switchback<T> of(
      Experiment<T> experiment, Instant origin, Duration period, Duration washout) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(period, "period");
    Objects.requireNonNull(washout, "washout");
    UnitKind kind = experiment.unitKind();
    if (kind.equals(UnitKind.USER) || kind.equals(UnitKind.SESSION)) {
      throw new IllegalArgumentException(
          "Switchback '"
              + experiment.name()
              + "': the unit is a "
              + kind
              + " (expected: a cluster). Build the experiment with unit(UnitKind.cluster(...)).");
    }
    if (period.compareTo(Duration.ofMillis(1)) < 0
        || period.compareTo(LONGEST) > 0
        || washout.isNegative()
        || washout.compareTo(period) >= 0) {
      throw new IllegalArgumentException(
          "Switchback '"
              + experiment.name()
              + "': period "
              + period
              + ", washout "
              + washout
              + " (expected: period 1 ms to 3660 days, washout from 0 to below the period)");
    }
    return new Switchback<>(experiment, Objects.requireNonNull(origin, "origin"), period, washout);
  }

  /**
   * Returns the arm of a region at an instant. Reports the exposure of its unit unless in washout.
   *
   * @param region the region's id; null or blank is in no arm
   * @param when the event's time
   * @return the arm, the unit and whether to count it
   * @throws IllegalArgumentException if {@code when} is a million years from the origin
   */
  public Turn<T> assign(@Nullable String region, Instant when) {
    Objects.requireNonNull(when, "when");
    if (region == null || Experiment.isBlank(region)) {
      return new Turn<>(null, experiment.peek(null), false);
    }
    Duration passed = Duration.between(origin, when);
    if (passed.abs().compareTo(FARTHEST) > 0) {
      throw new IllegalArgumentException(
          "when: " + when + " (expected: within a million years of " + origin + ")");
    }
    long since = passed.toMillis();
    String unit = unit(region, Math.floorDiv(since, period.toMillis()));
    if (Math.floorMod(since, period.toMillis()) < washout.toMillis()) {
      return new Turn<>(unit, experiment.peek(unit), false);
    }
    Assignment<T> assignment = experiment.assign(unit);
    return new Turn<>(unit, assignment, assignment instanceof Assignment.Included<T>);
  }

  private static String unit(String region, long period) {
    return region + "@" + period;
  }
}
