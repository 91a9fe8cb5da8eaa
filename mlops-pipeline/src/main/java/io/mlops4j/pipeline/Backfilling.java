package io.mlops4j.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Works backfills off, one run after the other. Used under the runner's lock. */
final class Backfilling {
  static final int MOST_INTERVALS = 10_000;
  private static final Instant FIRST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("2200-01-01T00:00:00Z");
  // How many of a backfill's intervals are settled, so that a pass does not look at all of them.
  private final Map<String, Integer> settled = new HashMap<>();
  private final Map<String, List<Interval>> known = new HashMap<>();

  static List<Interval> intervals(
      CronSchedule schedule, Interval range, boolean backwards, String trigger) {
    if (range.from().isBefore(FIRST) || range.to().isAfter(LAST)) {
      throw new IllegalArgumentException(
          "range: " + range + " (expected: between " + FIRST + " and " + LAST + ")");
    }
    List<Interval> intervals = new ArrayList<>(schedule.intervals(range, MOST_INTERVALS));
    if (intervals.size() > MOST_INTERVALS) {
      throw new IllegalArgumentException(
          "range: "
              + range
              + " has more than "
              + MOST_INTERVALS
              + " intervals of trigger '"
              + trigger
              + "'. Backfill it in parts.");
    }
    if (backwards) {
      Collections.reverse(intervals);
    }
    return intervals;
  }

  /** The next request of a backfill; null if all are settled, or one has to wait. */
  @Nullable Next next(
      KnownBackfill backfill, CronSchedule schedule, PipelineState state, Instant now) {
    List<Interval> intervals =
        known.computeIfAbsent(
            backfill.id(),
            id -> intervals(schedule, backfill.range(), backfill.backwards(), backfill.trigger()));
    int at = settled.getOrDefault(backfill.id(), 0);
    while (at < intervals.size()) {
      RunRequest request = backfill.request(intervals.get(at), now);
      boolean had = state.done(backfill, request);
      RunStart start = state.decide(request);
      if (had && start.outcome() != RunStart.Outcome.BLOCKED) {
        at++;
      } else if (start.outcome() == RunStart.Outcome.EXISTS) {
        at++;
      } else {
        settled.put(backfill.id(), at);
        return start.created() ? new Next(request, false) : null;
      }
    }
    settled.remove(backfill.id());
    known.remove(backfill.id());
    return new Next(null, true);
  }

  /** What a backfill wants next. */
  record Next(@Nullable RunRequest request, boolean finished) {}
}
