package io.mlops4j.core;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Is told how far a long operation has come. What it throws ends the operation; it is called on the
 * thread that works, so it should be quick.
 */
@FunctionalInterface
public interface Progress {
  /** The total of an operation whose end is not known. */
  long UNKNOWN_TOTAL = -1;

  /**
   * Takes note of a step.
   *
   * @param what what is being done, such as {@code "rows"}
   * @param done how much of it has been done, never less than before
   * @param total how much there is, or {@link #UNKNOWN_TOTAL}
   */
  void report(String what, long done, long total);

  /**
   * Returns a listener that does nothing.
   *
   * @return the silent one
   */
  static Progress silent() {
    return (what, done, total) -> {};
  }

  /**
   * Returns a listener that makes sentences such as {@code rows: 2,000 of 8,000 (25 %)}: one at
   * most per interval, and always the last.
   *
   * @param lines where they go, such as {@code log::info}
   * @param interval the shortest time between two of them
   * @param time what measures it
   * @return the listener; safe for several threads
   */
  static Progress sentences(Consumer<String> lines, Duration interval, Time time) {
    Objects.requireNonNull(lines, "lines");
    long pause = Time.nanos(interval);
    return new Progress() {
      private @Nullable Long last;

      @Override
      public synchronized void report(String what, long done, long total) {
        long now = time.nanos();
        if (done == total || last == null || now - last >= pause) {
          last = now;
          lines.accept(Estimates.sentence(what, done, total));
        }
      }
    };
  }

  /**
   * Returns a listener that makes sentences such as {@code rows: 2,000 of 8,000 (25 %), 410 a
   * second, about 15 s left}: as {@link #sentences}, with the mean speed since it was first told
   * something, and what follows from it. Without a total there is no estimate.
   *
   * @param lines where they go, such as {@code log::info}
   * @param interval the shortest time between two of them
   * @param time what measures it
   * @return the listener of one operation; safe for several threads
   */
  static Progress estimates(Consumer<String> lines, Duration interval, Time time) {
    return new Estimates(lines, interval, time);
  }
}
