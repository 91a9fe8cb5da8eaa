package io.mlops4j.report;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of {@link Cell} and how a column of them is written. */
final class Cells {
  /** Below this size, and with few decimals, the numbers of a column share their decimals. */
  private static final double ALIGNED_BELOW = 1_000;

  private static final int ALIGNED_DECIMALS = 5;
  private static final int MAX_DECIMALS = 12;

  private Cells() {}

  record Words(String text) implements Cell {
    Words {
      text = CleanText.line(text, "text");
    }

    @Override
    public String shown() {
      return text;
    }
  }

  record Missing() implements Cell {
    @Override
    public String shown() {
      return "-";
    }
  }

  record Count(long value) implements Cell {
    @Override
    public String shown() {
      return Numbers.count(value);
    }
  }

  /** A number; {@code decimals} is -1 when its size decides. */
  record Decimal(double value, int decimals) implements Cell {
    Decimal {
      if (decimals < -1 || decimals > MAX_DECIMALS) {
        throw new IllegalArgumentException(
            "decimals: %d (expected: 0..%d)".formatted(decimals, MAX_DECIMALS));
      }
    }

    @Override
    public String shown() {
      return decimals < 0 ? Numbers.number(value) : Numbers.fixed(value, decimals);
    }
  }

  record Percent(double value) implements Cell {
    @Override
    public String shown() {
      return Numbers.percent(value);
    }
  }

  record Interval(double value, double low, double high) implements Cell {
    @Override
    public String shown() {
      return Numbers.interval(value, low, high);
    }
  }

  record Time(Instant value) implements Cell {
    Time {
      requireNonNull(value, "value");
    }

    @Override
    public String shown() {
      return Numbers.time(value);
    }
  }

  record Took(Duration value) implements Cell {
    Took {
      requireNonNull(value, "value");
    }

    @Override
    public String shown() {
      return Numbers.duration(value);
    }
  }

  record Badge(Status status, String label) implements Cell {
    Badge {
      requireNonNull(status, "status");
      label = CleanText.line(label, "label");
    }

    @Override
    public String shown() {
      return label;
    }
  }

  static Cell of(@Nullable Object value) {
    if (value == null) {
      return new Missing();
    } else if (value instanceof Cell cell) {
      return cell;
    } else if (value instanceof Double || value instanceof Float) {
      return new Decimal(((Number) value).doubleValue(), -1);
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      return new Count(((Number) value).longValue());
    } else if (value instanceof Duration duration) {
      return new Took(duration);
    } else if (value instanceof Instant instant) {
      return new Time(instant);
    } else if (value instanceof Status status) {
      return new Badge(status, status.label());
    } else if (value instanceof Boolean flag) {
      return new Words(flag ? "yes" : "no");
    } else if (value instanceof Enum<?> constant) {
      return new Words(constant.name());
    } else if (value instanceof CharSequence text) {
      return new Words(text.toString());
    }
    throw new IllegalArgumentException(
        "cell: "
            + value.getClass().getName()
            + " (expected: text, number, boolean, enum, Duration, Instant, Status or Cell)");
  }

  /** Whether a column is set flush right: it has a number and nothing but numbers. */
  static boolean flushRight(List<Cell> column) {
    boolean any = false;
    for (Cell cell : column) {
      boolean number =
          cell instanceof Count
              || cell instanceof Decimal
              || cell instanceof Percent
              || cell instanceof Took;
      if (!number && !(cell instanceof Missing)) {
        return false;
      }
      any |= number;
    }
    return any;
  }

  /** The cells of a column as people read them; plain numbers of like size share their decimals. */
  static List<String> shown(List<Cell> column) {
    int decimals = 0;
    for (Cell cell : column) {
      if (cell instanceof Decimal number && number.decimals() < 0) {
        double size = Math.abs(number.value());
        decimals = Math.max(decimals, size < ALIGNED_BELOW ? Numbers.decimals(size) : 0);
        if (decimals > ALIGNED_DECIMALS || (size >= ALIGNED_BELOW && size <= Double.MAX_VALUE)) {
          return column.stream().map(Cell::shown).toList();
        }
      }
    }
    int common = decimals;
    return column.stream()
        .map(
            cell ->
                cell instanceof Decimal number && number.decimals() < 0
                    ? Numbers.fixed(number.value(), common)
                    : cell.shown())
        .toList();
  }
}
