package io.mlops4j.pipeline;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fires for the latest interval that is over, if it has not yet. It asks which slots are taken, not
 * when it fired last: a clock that was wrong for a while, in whichever direction, leaves nothing
 * that could hold it up later.
 */
final class CronSource implements TriggerSource {
  private static final int MOST_COUNTED = 1_000;
  private final CronSchedule schedule;
  // Between two times of the schedule every pass would work out the same.
  private volatile @Nullable Now latest;

  private record Now(Optional<Interval> due, Instant from, Instant until) {}

  CronSource(CronSchedule schedule) {
    this.schedule = schedule;
  }

  CronSchedule schedule() {
    return schedule;
  }

  private Optional<Interval> due(Instant now) {
    Now known = latest;
    if (known == null || now.isBefore(known.from()) || !now.isBefore(known.until())) {
      Optional<Instant> fire = schedule.lastAt(now);
      known =
          new Now(
              fire.flatMap(schedule::endingAt),
              fire.orElse(now),
              schedule.nextAfter(now).orElse(Instant.MAX));
      latest = known;
    }
    return known.due();
  }

  @Override
  public Optional<RunRequest> poll(Trigger trigger, Moment moment) {
    Instant armed = moment.armed();
    Optional<Interval> due = due(moment.now());
    if (due.isEmpty() || !due.get().to().isAfter(armed)) {
      return Optional.empty();
    }
    RunRequest request = request(trigger, due.get(), moment.now(), "");
    if (moment.taken().test(request)) {
      return Optional.empty();
    }
    return Optional.of(
        request(trigger, due.get(), moment.now(), passedOver(trigger, moment, due.get(), armed)));
  }

  private String passedOver(Trigger trigger, Moment moment, Interval due, Instant armed) {
    int passed = 0;
    Optional<Interval> before = schedule.endingAt(due.from());
    while (before.isPresent()
        && before.get().to().isAfter(armed)
        && passed < MOST_COUNTED
        && !moment.taken().test(request(trigger, before.get(), moment.now(), ""))) {
      passed++;
      before = schedule.endingAt(before.get().from());
    }
    return passed == 0
        ? ""
        : " "
            + (passed == MOST_COUNTED ? "At least " : "")
            + passed
            + " intervals before it had no run; a backfill can make them.";
  }

  private RunRequest request(Trigger trigger, Interval interval, Instant now, String more) {
    return trigger.request(
        new Trigger.Signal(
            interval.toString(), "Schedule " + schedule + " at " + interval.to() + "." + more),
        trigger.kind(),
        interval,
        now);
  }
}
