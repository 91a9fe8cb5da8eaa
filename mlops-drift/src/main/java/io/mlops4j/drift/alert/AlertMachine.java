package io.mlops4j.drift.alert;

import io.mlops4j.core.Check;
import java.time.Duration;

/**
 * The state of one rule, and how an answer changes it. A pure function: times are added up from
 * what passed between answers, so a wall clock that jumps changes nothing.
 *
 * @param state where it stands
 * @param failing how long the check has failed while pending
 * @param fails how many fails in a row while pending
 * @param passing how long the check has passed while firing
 * @param passes how many passes in a row while firing
 * @param cooling how much of the cool-down is left
 * @param blind for how long there has been no data
 * @param evidence what the check said when it failed last, or empty
 */
record AlertMachine(
    AlertState state,
    Duration failing,
    int fails,
    Duration passing,
    int passes,
    Duration cooling,
    Duration blind,
    String evidence) {

  static final AlertMachine START =
      new AlertMachine(
          AlertState.INACTIVE,
          Duration.ZERO,
          0,
          Duration.ZERO,
          0,
          Duration.ZERO,
          Duration.ZERO,
          "");

  /**
   * Returns the state after an answer.
   *
   * @param passed since the answer before, not negative
   */
  AlertMachine after(AlertRule rule, Check.Outcome outcome, Duration passed) {
    Duration left = cooling.compareTo(passed) > 0 ? cooling.minus(passed) : Duration.ZERO;
    if (outcome instanceof Check.NoData) {
      Duration silent = blind.plus(passed);
      boolean tooLong = rule.noDataAfter().map(after -> silent.compareTo(after) >= 0).orElse(false);
      return tooLong
          ? failed(rule, "No data: " + outcome.sentence(), passed, left, silent)
          : new AlertMachine(state, failing, fails, passing, passes, left, silent, evidence);
    }
    return outcome instanceof Check.Fail
        ? failed(rule, outcome.sentence(), passed, left, Duration.ZERO)
        : passed(rule, passed, left);
  }

  private AlertMachine failed(
      AlertRule rule, String sentence, Duration passed, Duration left, Duration silent) {
    if (state == AlertState.FIRING) {
      return new AlertMachine(state, Duration.ZERO, 0, Duration.ZERO, 0, left, silent, sentence);
    }
    Duration since = state == AlertState.PENDING ? failing.plus(passed) : Duration.ZERO;
    int count = state == AlertState.PENDING ? Math.min(fails + 1, rule.consecutive()) : 1;
    boolean fires =
        count >= rule.consecutive() && since.compareTo(rule.pendingFor()) >= 0 && left.isZero();
    return fires
        ? new AlertMachine(
            AlertState.FIRING, Duration.ZERO, 0, Duration.ZERO, 0, left, silent, sentence)
        : new AlertMachine(
            AlertState.PENDING, since, count, Duration.ZERO, 0, left, silent, sentence);
  }

  private AlertMachine passed(AlertRule rule, Duration passed, Duration left) {
    if (state != AlertState.FIRING) {
      return new AlertMachine(
          AlertState.INACTIVE, Duration.ZERO, 0, Duration.ZERO, 0, left, Duration.ZERO, evidence);
    }
    Duration since = passes == 0 ? Duration.ZERO : passing.plus(passed);
    int count = Math.min(passes + 1, rule.consecutivePasses());
    boolean resolved =
        count >= rule.consecutivePasses() && since.compareTo(rule.keepFiringFor()) >= 0;
    return resolved
        ? new AlertMachine(
            AlertState.INACTIVE,
            Duration.ZERO,
            0,
            Duration.ZERO,
            0,
            rule.coolDown(),
            Duration.ZERO,
            evidence)
        : new AlertMachine(
            AlertState.FIRING,
            Duration.ZERO,
            0,
            since,
            Math.max(1, count),
            left,
            Duration.ZERO,
            evidence);
  }
}
