package io.mlops4j.pipeline;

import io.mlops4j.core.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long ago something was that is known by its wall time. The wall clock is asked when it is
 * first heard of, and never again: from then on the monotonic clock counts. A clock set back or
 * forward while this process runs changes nothing; what is said to lie in the future was just now.
 */
final class Elapsed {
  private static final int MOST = 10_000;
  private final Time time;
  private final Map<String, Mark> marks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Mark> eldest) {
          return size() > MOST;
        }
      };

  private record Mark(long nanos, Duration before) {}

  Elapsed(Time time) {
    this.time = time;
  }

  synchronized Duration since(String what, Instant at) {
    Mark mark = marks.computeIfAbsent(what, ignored -> first(at));
    return mark.before().plusNanos(Math.max(0, time.nanos() - mark.nanos()));
  }

  private Mark first(Instant at) {
    Duration before = Duration.between(at, time.now());
    return new Mark(time.nanos(), before.isNegative() ? Duration.ZERO : before);
  }
}
