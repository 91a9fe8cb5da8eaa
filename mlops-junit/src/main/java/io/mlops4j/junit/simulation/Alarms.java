package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was alarmed in one run. A check that goes on failing is told again once a day: a bell that
 * never stops is not one false alarm.
 */
final class Alarms {
  private static final Duration REMINDER = Duration.ofDays(1);

  /**
   * @param fresh false for a reminder
   */
  record Alarm(Instant at, boolean fresh, String why) {}

  private final List<Alarm> all = new ArrayList<>();

  /** The state of one check. */
  final class Bell {
    private boolean rings;
    private Instant told = Instant.MIN;

    void fails(Instant now, String why) {
      if (!rings) {
        rings = true;
        told = now;
        add(now, true, why);
      } else if (!now.isBefore(told.plus(REMINDER))) {
        told = now;
        add(now, false, why);
      }
    }

    void passes() {
      rings = false;
    }

    boolean rings() {
      return rings;
    }
  }

  void add(Instant at, boolean fresh, String why) {
    all.add(new Alarm(at, fresh, why));
  }

  List<Alarm> all() {
    return all;
  }

  List<Alarm> from(int index) {
    return all.subList(index, all.size());
  }

  /** How many came from a time on, reminders among them. */
  long since(Instant time) {
    return all.stream().filter(alarm -> !alarm.at().isBefore(time)).count();
  }
}
