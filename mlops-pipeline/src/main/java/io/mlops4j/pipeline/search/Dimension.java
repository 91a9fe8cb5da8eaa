package io.mlops4j.pipeline.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** One parameter: how a number of [0, 1) becomes a value, and a few values that cover it. */
sealed interface Dimension {

  /** Returns the value at a quantile: what {@code ppf} is in SciPy. */
  Object at(double quantile);

  /** Returns at most so many different values, evenly spread, the ends included. */
  List<Object> spread(int levels);

  /** Returns what it is, as a text that differs if anything does. */
  String describe();

  /** Whole numbers, all equally likely. */
  record Whole(long low, long high) implements Dimension {
    public Whole {
      if (low > high || high - low < 0 || high - low >= 1L << 53) {
        throw new IllegalArgumentException(
            "range: " + low + ".." + high + " (expected: low to high, fewer than 2^53 numbers)");
      }
    }

    @Override
    public Object at(double quantile) {
      long numbers = high - low + 1;
      return low + Math.min(numbers - 1, (long) (quantile * numbers));
    }

    @Override
    public List<Object> spread(int levels) {
      LinkedHashSet<Object> values = new LinkedHashSet<>();
      for (int i = 0; i < levels; i++) {
        values.add(low + Math.round((high - low) * share(i, levels)));
      }
      return new ArrayList<>(values);
    }

    @Override
    public String describe() {
      return "whole " + low + ".." + high;
    }
  }

  /** Numbers between two, all equally likely, or all orders of magnitude. */
  record Between(double low, double high, boolean log) implements Dimension {
    public Between {
      boolean spans = Double.isFinite(high - low) && low < high;
      if (!spans || (log && !(low > 0 && Double.isFinite(high / low)))) {
        throw new IllegalArgumentException(
            "range: "
                + low
                + ".."
                + high
                + " (expected: low below high"
                + (log ? ", above 0, with a finite ratio)" : ", with a finite difference)"));
      }
    }

    @Override
    public Object at(double quantile) {
      double value =
          log ? low * Math.exp(quantile * Math.log(high / low)) : low + quantile * (high - low);
      return Math.min(high, Math.max(low, value));
    }

    @Override
    public List<Object> spread(int levels) {
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < levels; i++) {
        values.add(at(share(i, levels)));
      }
      return values;
    }

    @Override
    public String describe() {
      return (log ? "log " : "uniform ") + low + ".." + high;
    }
  }

  /** One of some texts, all equally likely. */
  record Choice(List<String> values) implements Dimension {
    public Choice {
      values = List.copyOf(values);
      if (values.isEmpty() || new LinkedHashSet<>(values).size() != values.size()) {
        throw new IllegalArgumentException(
            "choices: " + values + " (expected: at least one, none twice)");
      }
    }

    @Override
    public Object at(double quantile) {
      return values.get(Math.min(values.size() - 1, (int) (quantile * values.size())));
    }

    @Override
    public List<Object> spread(int levels) {
      return new ArrayList<>(values);
    }

    @Override
    public String describe() {
      return "one of " + values;
    }
  }

  private static double share(int i, int levels) {
    return levels == 1 ? 0.5 : (double) i / (levels - 1);
  }
}
