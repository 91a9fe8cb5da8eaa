package io.mlops4j.registry.tracking;

import io.mlops4j.core.Time;
import java.time.Duration;
import java.util.Objects;

/**
 * How runs are written and watched.
 *
 * @param flushAfter how many buffered items (points, parameters, tags) are written at once at the
 *     latest; 1 to 65,536
 * @param flushInterval how long an item is buffered at most; 0 writes each call at once
 * @param deadAfter how long a run without an end may show no sign of life before it counts as
 *     KILLED; at least 3 seconds. Signs come three times as often
 * @param maxArtifactBytes the largest artifact; artifacts are in memory while they are stored
 * @param owner who owns the runs that say nothing else; one line
 * @param time clocks and scheduler
 */
public record TrackingOptions(
    int flushAfter,
    Duration flushInterval,
    Duration deadAfter,
    long maxArtifactBytes,
    String owner,
    Time time) {
  private static final int MOST_ITEMS = 1 << 16;
  private static final Duration SHORTEST_LIFE = Duration.ofSeconds(3);
  private static final Duration LONGEST =
      Duration.ofDays(36_525); // a clock of nanoseconds ends after 292 years

  /** Checks each part. */
  public TrackingOptions {
    if (flushAfter < 1 || flushAfter > MOST_ITEMS) {
      throw new IllegalArgumentException(
          "flushAfter: " + flushAfter + " (expected: 1.." + MOST_ITEMS + ")");
    }
    if (flushInterval.isNegative() || flushInterval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "flushInterval: " + flushInterval + " (expected: 0 to " + LONGEST + ")");
    }
    if (deadAfter.compareTo(SHORTEST_LIFE) < 0 || deadAfter.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "deadAfter: " + deadAfter + " (expected: " + SHORTEST_LIFE + " to " + LONGEST + ")");
    }
    if (maxArtifactBytes < 1 || maxArtifactBytes > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "maxArtifactBytes: "
              + maxArtifactBytes
              + " (expected: 1.."
              + (Integer.MAX_VALUE - 16)
              + ")");
    }
    owner = Names.line("owner", owner);
    Objects.requireNonNull(time, "time");
  }

  /**
   * Returns the usual: 4,096 items or one second, dead after two minutes, artifacts up to 1 GiB,
   * owner {@code UNKNOWN}, system time.
   *
   * @return the defaults
   */
  public static TrackingOptions withDefaults() {
    return new TrackingOptions(
        4096, Duration.ofSeconds(1), Duration.ofMinutes(2), 1L << 30, "UNKNOWN", Time.system());
  }

  /**
   * Returns a copy with another size of the buffer.
   *
   * @param items 1 to 65,536
   * @return the copy
   */
  public TrackingOptions withFlushAfter(int items) {
    return new TrackingOptions(items, flushInterval, deadAfter, maxArtifactBytes, owner, time);
  }

  /**
   * Returns a copy with another time in the buffer.
   *
   * @param interval 0 to 36,525 days
   * @return the copy
   */
  public TrackingOptions withFlushInterval(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    return new TrackingOptions(flushAfter, interval, deadAfter, maxArtifactBytes, owner, time);
  }

  /**
   * Returns a copy with another patience.
   *
   * @param silence at least 3 seconds
   * @return the copy
   */
  public TrackingOptions withDeadAfter(Duration silence) {
    Objects.requireNonNull(silence, "silence");
    return new TrackingOptions(flushAfter, flushInterval, silence, maxArtifactBytes, owner, time);
  }

  /**
   * Returns a copy with another limit.
   *
   * @param bytes 1 to 2,147,483,631
   * @return the copy
   */
  public TrackingOptions withMaxArtifactBytes(long bytes) {
    return new TrackingOptions(flushAfter, flushInterval, deadAfter, bytes, owner, time);
  }

  /**
   * Returns a copy with another owner.
   *
   * @param who one line, not blank
   * @return the copy
   */
  public TrackingOptions withOwner(String who) {
    Objects.requireNonNull(who, "who");
    return new TrackingOptions(flushAfter, flushInterval, deadAfter, maxArtifactBytes, who, time);
  }

  /**
   * Returns a copy with another time.
   *
   * @param newTime clocks and scheduler
   * @return the copy
   */
  public TrackingOptions withTime(Time newTime) {
    Objects.requireNonNull(newTime, "newTime");
    return new TrackingOptions(
        flushAfter, flushInterval, deadAfter, maxArtifactBytes, owner, newTime);
  }
}
