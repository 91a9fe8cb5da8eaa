package io.mlops4j.core;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** Sentences about progress with speed and time left, from what was done since the first report. */
final class Estimates implements Progress {
  private static final double NANOS = 1e9;

  private final Consumer<String> lines;
  private final long pause;
  private final Time time;
  private boolean begun;
  private long firstNanos;
  private long firstDone;
  private long lastNanos;

  Estimates(Consumer<String> lines, Duration interval, Time time) {
    this.lines = Objects.requireNonNull(lines, "lines");
    this.pause = Time.nanos(interval);
    this.time = Objects.requireNonNull(time, "time");
  }

  @Override
  public synchronized void report(String what, long done, long total) {
    long now = time.nanos();
    if (!begun) {
      begun = true;
      firstNanos = now;
      firstDone = done;
      lastNanos = now - pause;
    }
    if (done != total && now - lastNanos < pause) {
      return;
    }
    lastNanos = now;
    lines.accept(sentence(what, done, total) + estimate(done, total, now));
  }

  private String estimate(long done, long total, long now) {
    double seconds = (now - firstNanos) / NANOS;
    long since = done - firstDone;
    if (seconds <= 0 || since <= 0) {
      return "";
    }
    double speed = since / seconds;
    String text = String.format(Locale.ROOT, ", %,.0f a second", speed);
    return total > done ? text + ", about " + left((total - done) / speed) + " left" : text;
  }

  private static String left(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds));
    }
    return seconds < 5_400
        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f h", seconds / 3_600);
  }

  static String sentence(String what, long done, long total) {
    String name = Text.printable(what, 100);
    if (total <= 0) {
      return String.format(Locale.ROOT, "%s: %,d", name, done);
    }
    long percent = (long) Math.floor(100.0 * done / total);
    return String.format(Locale.ROOT, "%s: %,d of %,d (%d %%)", name, done, total, percent);
  }
}
