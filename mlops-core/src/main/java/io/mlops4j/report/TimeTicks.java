package io.mlops4j.report;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Axes over time: ticks at whole seconds, minutes, hours, days, Mondays, months or years of UTC.
 */
final class TimeTicks {
  private static final long DAY = 86_400;
  private static final long WEEK = 7 * DAY;

  /** 1970-01-05 was a Monday. */
  private static final long MONDAY = 4 * DAY;

  private static final long[] SECONDS = {
    1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, DAY, 2 * DAY, WEEK, 2 * WEEK
  };
  private static final int[] MONTHS = {1, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000, 12_000};
  private static final double NARROWEST = 10;

  /** Years 1 to 9999: what four digits can say. */
  private static final double EARLIEST = -62_135_596_800.0;

  private static final double LATEST = 253_402_300_799.0;
  private static final String[] NAMES = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private TimeTicks() {}

  /** A scale over seconds since 1970 with at most {@code target} ticks, but at least one. */
  static Scale scale(double from, double to, int target) {
    double low = clamped(Math.min(from, to));
    double high = clamped(Math.max(from, to));
    if (low == high) {
      low -= DAY / 2.0;
      high += DAY / 2.0;
    } else if (high - low < NARROWEST) {
      double middle = low + (high - low) / 2;
      low = middle - NARROWEST / 2;
      high = middle + NARROWEST / 2;
    }
    return new Scale(low, high, ticks(low, high, Math.max(1, target)));
  }

  /** The range as people write it: one day, or two. */
  static String range(Scale scale) {
    String first = date(scale.low()).toLocalDate().toString();
    String last = date(scale.high()).toLocalDate().toString();
    return first.equals(last) ? first + " UTC" : first + " to " + last + " UTC";
  }

  /** A time as a tool tip says it. */
  static String exact(double seconds) {
    return Numbers.time(Instant.ofEpochSecond((long) Math.floor(clamped(seconds))));
  }

  private static double clamped(double seconds) {
    return Math.max(EARLIEST, Math.min(LATEST, seconds));
  }

  private static List<Tick> ticks(double low, double high, int target) {
    for (long step : SECONDS) {
      if ((high - low) / step <= target) {
        long shift = step % WEEK == 0 ? MONDAY : 0;
        List<Tick> ticks = new ArrayList<>();
        long first = (long) Math.ceil((low - shift) / step);
        for (long at = first * step + shift; at <= high; at += step) {
          ticks.add(new Tick((double) at, label(date((double) at), step)));
        }
        return ticks;
      }
    }
    long months = ChronoUnit.MONTHS.between(date(low), date(high));
    for (int step : MONTHS) {
      if (months / step <= target) {
        List<Tick> ticks = calendar(low, high, step);
        if (ticks.size() <= target) {
          return ticks;
        }
      }
    }
    return List.of(new Tick(low, String.valueOf(date(low).getYear())));
  }

  private static List<Tick> calendar(double low, double high, int step) {
    List<Tick> ticks = new ArrayList<>();
    LocalDate start = date(low).toLocalDate();
    long month = Math.floorDiv(start.getYear() * 12L + start.getMonthValue() - 1, step) * step;
    for (; ; month += step) {
      LocalDate day =
          LocalDate.of((int) Math.floorDiv(month, 12L), (int) Math.floorMod(month, 12L) + 1, 1);
      double at = day.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
      if (at > high) {
        return ticks;
      } else if (at >= low) {
        boolean january = day.getMonthValue() == 1;
        ticks.add(
            new Tick(at, january ? String.valueOf(day.getYear()) : NAMES[day.getMonthValue() - 1]));
      }
    }
  }

  private static String label(LocalDateTime time, long step) {
    boolean midnight = time.toLocalTime().toSecondOfDay() == 0;
    if (step >= DAY || (midnight && step >= 60)) {
      return NAMES[time.getMonthValue() - 1] + " " + time.getDayOfMonth();
    }
    return (step >= 60 ? MINUTES : EXACT).format(time);
  }

  private static LocalDateTime date(double seconds) {
    return LocalDateTime.ofEpochSecond((long) Math.floor(seconds), 0, ZoneOffset.UTC);
  }
}
