package io.mlops4j.examples.flightdelay;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.Month;

/**
 * What the demo runs on. The rigged variants exist so that a test can see the decisions change.
 *
 * @param directory where the registry and the page are written
 * @param threads how many callers serve the live traffic
 * @param everyNth 1 for all flights, 10 for every tenth (tests)
 * @param labels as reported, or shuffled among the flights
 * @param withChallenger whether the second model exists
 * @param months learn on January and February and judge on March, or the other way round
 */
record Scenario(
    Path directory,
    int threads,
    int everyNth,
    Labels labels,
    boolean withChallenger,
    Months months) {

  enum Labels {
    AS_REPORTED,
    SHUFFLED
  }

  enum Months {
    IN_ORDER,
    SWAPPED
  }

  static Scenario in(Path directory) {
    return new Scenario(directory, 8, 1, Labels.AS_REPORTED, true, Months.IN_ORDER);
  }

  Scenario withEveryNth(int nth) {
    return new Scenario(directory, threads, nth, labels, withChallenger, months);
  }

  Scenario withShuffledLabels() {
    return new Scenario(directory, threads, everyNth, Labels.SHUFFLED, withChallenger, months);
  }

  Scenario withoutChallenger() {
    return new Scenario(directory, threads, everyNth, labels, false, months);
  }

  Scenario withSwappedMonths() {
    return new Scenario(directory, threads, everyNth, labels, withChallenger, Months.SWAPPED);
  }

  /** The period models learn from before they go live. */
  Period learning() {
    return months == Months.IN_ORDER ? JANUARY_FEBRUARY : MARCH;
  }

  /** The period they are judged on. */
  Period judging() {
    return months == Months.IN_ORDER ? MARCH : JANUARY_FEBRUARY;
  }

  static final Period JANUARY_FEBRUARY =
      new Period("January-February 2001", first(Month.JANUARY), first(Month.MARCH));
  static final Period MARCH = new Period("March 2001", first(Month.MARCH), first(Month.APRIL));
  static final Period LIVE = new Period("April-June 2001", first(Month.APRIL), first(Month.JULY));

  private static LocalDateTime first(Month month) {
    return LocalDateTime.of(2001, month, 1, 0, 0);
  }

  /**
   * A span of local time.
   *
   * @param name for people
   * @param from the first moment in it
   * @param to the first moment after it
   */
  record Period(String name, LocalDateTime from, LocalDateTime to) {}
}
