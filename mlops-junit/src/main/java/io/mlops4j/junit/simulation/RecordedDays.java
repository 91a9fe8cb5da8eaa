package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Recorded requests by UTC day. The first run gets the days as they were, again from the start when
 * they are over; every other run draws each of its days among the recorded ones of the same day of
 * the week (a bootstrap of whole days, so that what belongs together within a day stays together).
 */
final class RecordedDays<I> {
  private final Instant first;
  private final List<List<SimulatedRequest<I>>> days = new ArrayList<>();
  private final List<SimulatedRequest<I>> all;

  RecordedDays(List<SimulatedRequest<I>> requests) {
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("recorded requests: 0 (expected: at least 1)");
    }
    this.all = requests.stream().sorted(Comparator.comparing(SimulatedRequest<I>::at)).toList();
    this.first = all.get(0).at().truncatedTo(ChronoUnit.DAYS);
    long count = 1 + Duration.between(first, all.get(all.size() - 1).at()).toDays();
    if (count > 3_660) {
      throw new IllegalArgumentException(
          "recorded requests: over " + count + " days (expected: at most 3660)");
    }
    for (long day = 0; day < count; day++) {
      days.add(new ArrayList<>());
    }
    for (SimulatedRequest<I> request : all) {
      days.get((int) Duration.between(first, request.at()).toDays()).add(request);
    }
  }

  Instant first() {
    return first;
  }

  int count() {
    return days.size();
  }

  List<SimulatedRequest<I>> all() {
    return all;
  }

  /** The requests of one day of a run, at their time of that day. */
  List<SimulatedRequest<I>> day(Instant midnight, long run, RandomGenerator random) {
    int recorded = run == 0 ? ordinal(midnight, days.size()) : drawn(midnight, random);
    Duration later = Duration.between(first.plus(Duration.ofDays(recorded)), midnight);
    return days.get(recorded).stream()
        .map(request -> request.at(request.at().plus(later)))
        .toList();
  }

  private int ordinal(Instant midnight, int modulus) {
    return (int) Math.floorMod(Duration.between(first, midnight).toDays(), (long) modulus);
  }

  private int drawn(Instant midnight, RandomGenerator random) {
    int weekday = ordinal(midnight, 7);
    if (weekday >= days.size()) {
      return random.nextInt(days.size());
    }
    int weeks = (days.size() - weekday + 6) / 7;
    return weekday + 7 * random.nextInt(weeks);
  }
}
