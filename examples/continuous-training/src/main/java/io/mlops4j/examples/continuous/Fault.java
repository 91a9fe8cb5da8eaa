package io.mlops4j.examples.continuous;

import java.time.LocalDateTime;
import java.time.Month;

/** What goes wrong in the frozen scenario, and when. The moments are part of it: never changed. */
enum Fault {
  /** For a day rows carry {@code "weekday":"TUE"} where they carried {@code "dayOfWeek":2}. */
  SCHEMA("schema change: dayOfWeek became weekday", at(Month.APRIL, 3), at(Month.APRIL, 4)),

  /** For three days distances are in kilometres. */
  UNIT("distance in kilometres", at(Month.APRIL, 16), at(Month.APRIL, 19)),

  /** The labels of the eight weeks before are delivered again, inverted; righted on 23 May. */
  LABELS("eight weeks of labels delivered inverted", at(Month.MAY, 20), at(Month.MAY, 23)),

  /** Whatever is trained in these days takes 30 ms longer a call. */
  SLOW("slow candidate", at(Month.JUNE, 4), at(Month.JUNE, 5)),

  /** From LAX each day's delays come in reverse: mornings are late. Their share stays as it was. */
  AIRPORT("silent quality drop at LAX", at(Month.JUNE, 11), at(Month.JULY, 1));

  /** How much longer a call of a candidate of {@link #SLOW} takes. */
  static final int SLOW_MILLIS = 30;

  /** After how many days rows that came wrong are delivered again, right. */
  static final int RESTATED_AFTER_DAYS = 2;

  /** How many weeks of labels are delivered inverted. */
  static final int INVERTED_WEEKS = 8;

  private final String title;
  private final LocalDateTime from;
  private final LocalDateTime to;

  Fault(String title, LocalDateTime from, LocalDateTime to) {
    this.title = title;
    this.from = from;
    this.to = to;
  }

  private static LocalDateTime at(Month month, int day) {
    return LocalDateTime.of(2001, month, day, 0, 0);
  }

  String title() {
    return title;
  }

  LocalDateTime from() {
    return from;
  }

  LocalDateTime to() {
    return to;
  }

  boolean covers(LocalDateTime moment) {
    return !moment.isBefore(from) && moment.isBefore(to);
  }
}
