package io.mlops4j.drift.alert;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * When somebody is told about a check.
 *
 * <p>A check that fails makes the alert pending; it fires when the check has failed long and often
 * enough and no cool-down runs; it is resolved when the check has passed long and often enough. No
 * data changes nothing: it is neither good news nor bad, unless {@link #noDataAfter()} is set.
 *
 * @param name 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot
 * @param check what is asked
 * @param severity a word for whoever routes notifications, for example {@code critical}
 * @param pendingFor how long the check must have failed before the alert fires (Prometheus: {@code
 *     for})
 * @param consecutive how many answers in a row must have been a fail, at least 1
 * @param keepFiringFor how long the check must have passed before the alert is resolved
 *     (Prometheus: {@code keep_firing_for})
 * @param consecutivePasses how many answers in a row must have been a pass, at least 1
 * @param exit a stricter check that must pass too before the alert is resolved, so that a value at
 *     the threshold does not flap (hysteresis)
 * @param coolDown how long after it was resolved the alert stays pending
 * @param noDataAfter how long there may be no data before that counts as a fail
 */
public record AlertRule(
    String name,
    Check check,
    String severity,
    Duration pendingFor,
    int consecutive,
    Duration keepFiringFor,
    int consecutivePasses,
    Optional<Check> exit,
    Duration coolDown,
    Optional<Duration> noDataAfter) {

  private static final Duration LONGEST = Duration.ofDays(3660);

  /** Checks the ranges. */
  public AlertRule {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(pendingFor, "pendingFor");
    Objects.requireNonNull(keepFiringFor, "keepFiringFor");
    Objects.requireNonNull(coolDown, "coolDown");
    Objects.requireNonNull(noDataAfter, "noDataAfter");
    ModelVersion.requireName(name);
    Objects.requireNonNull(check, "check");
    ModelVersion.requireName(severity);
    requireNotNegative("pendingFor", pendingFor);
    requireNotNegative("keepFiringFor", keepFiringFor);
    requireNotNegative("coolDown", coolDown);
    noDataAfter.ifPresent(after -> requireNotNegative("noDataAfter", after));
    Objects.requireNonNull(exit, "exit");
    requireCount("consecutive", consecutive);
    requireCount("consecutivePasses", consecutivePasses);
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: 0 or more, at most 3660 days)");
    }
  }

  private static void requireCount(String name, int value) {
    if (value < 1 || value > 1_000) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1..1000)");
    }
  }

  /**
   * Returns a rule that fires at the first fail and is resolved at the first pass, of severity
   * {@code warning}.
   *
   * @param name its name
   * @param check what is asked
   * @return a rule to refine
   */
  public static AlertRule on(String name, Check check) {
    return new AlertRule(
        name,
        check,
        "warning",
        Duration.ZERO,
        1,
        Duration.ZERO,
        1,
        Optional.empty(),
        Duration.ZERO,
        Optional.empty());
  }

  /**
   * Returns this rule with another severity.
   *
   * @param word for example {@code critical}
   * @return a copy
   */
  public AlertRule withSeverity(String word) {
    Objects.requireNonNull(word, "word");
    return new AlertRule(
        name,
        check,
        word,
        pendingFor,
        consecutive,
        keepFiringFor,
        consecutivePasses,
        exit,
        coolDown,
        noDataAfter);
  }

  /**
   * Returns this rule with a time for which the check must have failed.
   *
   * @param time 0 or more
   * @return a copy
   */
  public AlertRule withFor(Duration time) {
    Objects.requireNonNull(time, "time");
    return new AlertRule(
        name,
        check,
        severity,
        time,
        consecutive,
        keepFiringFor,
        consecutivePasses,
        exit,
        coolDown,
        noDataAfter);
  }

  /**
   * Returns this rule with a number of fails in a row before it fires, and of passes in a row
   * before it is resolved.
   *
   * @param fails 1 to 1,000
   * @param passes 1 to 1,000
   * @return a copy
   */
  public AlertRule withConsecutive(int fails, int passes) {
    return new AlertRule(
        name,
        check,
        severity,
        pendingFor,
        fails,
        keepFiringFor,
        passes,
        exit,
        coolDown,
        noDataAfter);
  }

  /**
   * Returns this rule with a time for which the check must have passed.
   *
   * @param time 0 or more
   * @return a copy
   */
  public AlertRule withKeepFiringFor(Duration time) {
    Objects.requireNonNull(time, "time");
    return new AlertRule(
        name,
        check,
        severity,
        pendingFor,
        consecutive,
        time,
        consecutivePasses,
        exit,
        coolDown,
        noDataAfter);
  }

  /**
   * Returns this rule with a stricter check for the way out.
   *
   * @param strict must pass too before the alert is resolved
   * @return a copy
   */
  public AlertRule withExit(Check strict) {
    Objects.requireNonNull(strict, "strict");
    return new AlertRule(
        name,
        check,
        severity,
        pendingFor,
        consecutive,
        keepFiringFor,
        consecutivePasses,
        Optional.of(strict),
        coolDown,
        noDataAfter);
  }

  /**
   * Returns this rule with a cool-down.
   *
   * @param time 0 or more
   * @return a copy
   */
  public AlertRule withCoolDown(Duration time) {
    Objects.requireNonNull(time, "time");
    return new AlertRule(
        name,
        check,
        severity,
        pendingFor,
        consecutive,
        keepFiringFor,
        consecutivePasses,
        exit,
        time,
        noDataAfter);
  }

  /**
   * Returns this rule with a limit to silence: no data for longer counts as a fail.
   *
   * @param time 0 or more
   * @return a copy
   */
  public AlertRule withNoDataAfter(Duration time) {
    Objects.requireNonNull(time, "time");
    return new AlertRule(
        name,
        check,
        severity,
        pendingFor,
        consecutive,
        keepFiringFor,
        consecutivePasses,
        exit,
        coolDown,
        Optional.of(time));
  }
}
