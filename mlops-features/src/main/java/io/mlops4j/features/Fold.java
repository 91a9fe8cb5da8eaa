package io.mlops4j.features;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Computes features from the events they can see, in their order. Used by one thread. */
final class Fold {
  private final ExactSum sum = new ExactSum();
  private final ExactSum weights = new ExactSum();
  private final Set<Object> values = new HashSet<>();

  /** The number a feature has; NaN if it is missing. */
  double number(ViewFeature feature, Event[] events, int from, int to, long t) {
    int column = feature.column();
    return switch (feature.aggregate().kind()) {
      case COUNT -> column < 0 ? to - from : present(feature, events, from, to);
      case RATE -> rate(feature, to - from);
      case SUM -> sum(events, from, to, column, false);
      case MEAN -> sum(events, from, to, column, true);
      case DISTINCT -> distinct(feature, events, from, to);
      case LAST -> to == from ? Double.NaN : events[to - 1].numbers()[column];
      case DECAYED_SUM -> decayed(feature, events, from, to, t, false);
      case DECAYED_MEAN -> decayed(feature, events, from, to, t, true);
    };
  }

  /** The text a feature has: only the latest of a column of texts. */
  static @Nullable String text(ViewFeature feature, Event[] events, int from, int to) {
    return to == from ? null : events[to - 1].texts()[feature.column()];
  }

  private static double rate(ViewFeature feature, int events) {
    double units = (double) feature.window().reach() / feature.aggregate().scale().toNanos();
    return events / units;
  }

  private static int present(ViewFeature feature, Event[] events, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      boolean missing =
          feature.text()
              ? events[i].texts()[feature.column()] == null
              : Double.isNaN(events[i].numbers()[feature.column()]);
      count += missing ? 0 : 1;
    }
    return count;
  }

  private double sum(Event[] events, int from, int to, int column, boolean mean) {
    sum.clear();
    int count = 0;
    for (int i = from; i < to; i++) {
      double value = events[i].numbers()[column];
      if (!Double.isNaN(value)) {
        sum.add(value);
        count++;
      }
    }
    return count == 0 ? Double.NaN : mean ? sum.value() / count : sum.value();
  }

  private int distinct(ViewFeature feature, Event[] events, int from, int to) {
    values.clear();
    for (int i = from; i < to; i++) {
      if (feature.text()) {
        String value = events[i].texts()[feature.column()];
        if (value != null) {
          values.add(value);
        }
      } else {
        double value = events[i].numbers()[feature.column()];
        if (!Double.isNaN(value)) {
          values.add(value + 0.0);
        }
      }
    }
    int count = values.size();
    values.clear();
    return count;
  }

  private double decayed(
      ViewFeature feature, Event[] events, int from, int to, long t, boolean mean) {
    sum.clear();
    weights.clear();
    int count = 0;
    double halfLife = feature.aggregate().scale().toNanos();
    for (int i = from; i < to; i++) {
      double value = events[i].numbers()[feature.column()];
      if (!Double.isNaN(value)) {
        // StrictMath: the same on every machine. A double holds an age to a microsecond in years.
        double weight = StrictMath.pow(2, -((double) (t - events[i].happened()) / halfLife));
        sum.add(Double.isInfinite(value) ? value : value * weight);
        weights.add(weight);
        count++;
      }
    }
    if (count == 0) {
      return Double.NaN;
    }
    // All weights can be too small for a double: then nothing is left of the values.
    return mean ? sum.value() / weights.value() : sum.value();
  }
}
