package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.experiments.Assignment;
import io.mlops4j.experiments.ExposureListener;
import io.mlops4j.experiments.WeightVector;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adds up events per randomisation unit, so that sessions, requests and orders of one unit count as
 * one observation however they correlate. It is an {@link ExposureListener}: give it to the
 * experiment. Thread-safe; memory is about 150 bytes and 8 bytes per metric for every unit seen,
 * and 8 bytes per value of a quantile metric.
 *
 * <p>A unit counts from its first exposure on, whether it does anything or not. A unit that meets a
 * second arm counts in none. An observation without an exposure, or after the unit's attribution
 * window, is ignored and counted.
 */
public final class UnitLedger implements ExposureListener {
  private static final int NO_ARM = -1;

  private final Plan plan;
  private final Time time;
  private final Map<String, Entry> units = new LinkedHashMap<>();
  private long unexposed;
  private long late;

  UnitLedger(Plan plan, Time time) {
    this.plan = plan;
    this.time = Objects.requireNonNull(time, "time");
  }

  /** What one unit did. */
  private static final class Entry {
    int arm;
    final WeightVector shares;
    final Instant exposed;
    final Map<String, String> segments = new HashMap<>(2);
    final double[] @Nullable [] values;
    final double[] @Nullable [] before;
    final int[] counts;

    Entry(int arm, WeightVector shares, Instant exposed, int metrics) {
      this.arm = arm;
      this.shares = shares;
      this.exposed = exposed;
      this.values = new double[metrics][];
      this.before = new double[metrics][];
      this.counts = new int[metrics];
    }
  }

  @Override
  public void exposed(Assignment.Included<?> exposure) {
    Objects.requireNonNull(exposure, "exposure");
    if (!exposure.experiment().equals(plan.experiment())) {
      throw new IllegalArgumentException(
          "exposure of experiment '%s' (expected: '%s')"
              .formatted(exposure.experiment(), plan.experiment()));
    }
    exposed(exposure.unit(), exposure.arm(), exposure.probabilities(), time.now());
  }

  /**
   * Takes note of an exposure now, with the shares of the analysis.
   *
   * @param unit its id
   * @param arm the arm's name
   */
  public void exposed(String unit, String arm) {
    exposed(unit, arm, plan.shares(), time.now());
  }

  /**
   * Takes note of an exposure. Only the first of a unit counts, except that a second arm takes the
   * unit out.
   *
   * @param unit its id
   * @param arm the arm's name
   * @param shares the probabilities in force
   * @param when the time of the exposure
   * @throws IllegalArgumentException if the arm is not of the experiment
   */
  public synchronized void exposed(String unit, String arm, WeightVector shares, Instant when) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(arm, "arm");
    Objects.requireNonNull(shares, "shares");
    Objects.requireNonNull(when, "when");
    int index = plan.armIndex(arm);
    Entry known = units.get(unit);
    if (known == null) {
      units.put(unit, new Entry(index, shares, when, plan.metrics().size()));
    } else if (known.arm != index) {
      known.arm = NO_ARM;
    }
  }

  /**
   * Puts a unit into a segment. The first value of a dimension stays: a segment must not depend on
   * what the experiment did.
   *
   * @param unit its id, exposed before
   * @param dimension one of the analysis
   * @param value the unit's value
   * @throws IllegalArgumentException if the dimension is not of the analysis
   */
  public synchronized void segment(String unit, String dimension, String value) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(dimension, "dimension");
    Objects.requireNonNull(value, "value");
    if (!plan.dimensions().contains(dimension)) {
      throw new IllegalArgumentException(
          "dimension '%s' is not in the analysis of '%s' (known: %s)"
              .formatted(Text.printable(dimension, 80), plan.experiment(), plan.dimensions()));
    }
    Entry entry = units.get(unit);
    if (entry == null) {
      unexposed++;
    } else {
      entry.segments.putIfAbsent(dimension, value);
    }
  }

  /**
   * Takes note of an event now: adds to the unit's total, or sets a binary metric to 1 if the value
   * is above 0, or keeps the value for a quantile.
   *
   * @param unit its id
   * @param metric its name
   * @param value finite
   */
  public void observe(String unit, String metric, double value) {
    observe(unit, metric, value, time.now());
  }

  /**
   * Takes note of an event of a metric that is not a ratio.
   *
   * @param unit its id
   * @param metric its name
   * @param value finite
   * @param when the time of the event
   * @throws IllegalArgumentException if the metric is unknown, a ratio, or the value not finite
   */
  public synchronized void observe(String unit, String metric, double value, Instant when) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(when, "when");
    int m = metric(metric, false);
    Entry entry = entry(unit, when);
    finite(metric, value);
    if (entry == null) {
      return;
    }
    switch (plan.metrics().get(m).kind()) {
      case QUANTILE -> {
        entry.values[m] = withRoom(entry.values[m], entry.counts[m]);
        entry.values[m][entry.counts[m]++] = value;
      }
      case BINARY -> entry.values[m] = new double[] {value > 0 || is(entry.values[m]) ? 1 : 0};
      default -> entry.values[m] = sum(entry.values[m], value);
    }
  }

  /**
   * Takes note of an event of a ratio metric now.
   *
   * @param unit its id
   * @param metric its name
   * @param numerator finite
   * @param denominator finite, at least 0
   */
  public void observeRatio(String unit, String metric, double numerator, double denominator) {
    observeRatio(unit, metric, numerator, denominator, time.now());
  }

  /**
   * Takes note of an event of a ratio metric: adds to both of the unit's totals.
   *
   * @param unit its id
   * @param metric its name
   * @param numerator finite
   * @param denominator finite, at least 0
   * @param when the time of the event
   * @throws IllegalArgumentException if the metric is unknown or no ratio, or a number out of range
   */
  public synchronized void observeRatio(
      String unit, String metric, double numerator, double denominator, Instant when) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(when, "when");
    int m = metric(metric, true);
    Entry entry = entry(unit, when);
    finite(metric, numerator);
    finite(metric, denominator);
    if (denominator < 0) {
      throw new IllegalArgumentException(
          "metric '" + metric + "': denominator " + denominator + " (expected: at least 0)");
    }
    if (entry != null) {
      entry.values[m] = sum(entry.values[m], numerator, denominator);
    }
  }

  /**
   * Adds to what a unit had before the experiment, for a metric with CUPED.
   *
   * @param unit its id, exposed before
   * @param metric its name
   * @param totals one number, or numerator and denominator of a ratio
   * @throws IllegalArgumentException if the metric has no CUPED, or the numbers do not fit it
   */
  public synchronized void before(String unit, String metric, double... totals) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(totals, "totals");
    int m = plan.metricIndex(metric);
    Metric of = plan.metrics().get(m);
    int width = of.kind() == Metric.Kind.RATIO ? 2 : 1;
    if (!of.cuped() || totals.length != width) {
      throw new IllegalArgumentException(
          "metric '%s': %d numbers from before (expected: %s)"
              .formatted(metric, totals.length, of.cuped() ? width : "none, it has no CUPED"));
    }
    for (double total : totals) {
      finite(metric, total);
    }
    Entry entry = units.get(unit);
    if (entry == null) {
      unexposed++;
    } else {
      entry.before[m] = sum(entry.before[m], totals);
    }
  }

  /**
   * Returns the sums as of now.
   *
   * @return sums that no longer change with this ledger
   */
  public ExperimentSums sums() {
    return sums(time.now());
  }

  private synchronized ExperimentSums sums(Instant now) {
    ExperimentSums sums = new ExperimentSums(plan);
    long contaminated = 0;
    long maturing = 0;
    for (Entry entry : units.values()) {
      if (entry.arm == NO_ARM) {
        contaminated++;
      } else if (plan.attribution().isPresent()
          && Time.after(entry.exposed, plan.attribution().get()).isAfter(now)) {
        maturing++;
      } else {
        sums.add(row(entry));
      }
    }
    sums.count(contaminated, unexposed, late, maturing);
    return sums;
  }

  private UnitRow row(Entry entry) {
    UnitRow row = UnitRow.of(plan.arms().get(entry.arm)).shares(entry.shares);
    entry.segments.forEach(row::in);
    for (int m = 0; m < plan.metrics().size(); m++) {
      double[] values = entry.values[m];
      double[] before = entry.before[m];
      if (values != null) {
        boolean all = plan.metrics().get(m).kind() == Metric.Kind.QUANTILE;
        row.values(
            plan.metrics().get(m).name(), all ? Arrays.copyOf(values, entry.counts[m]) : values);
      }
      if (before != null) {
        row.before.put(plan.metrics().get(m).name(), before.clone());
      }
    }
    return row;
  }

  /**
   * Returns what the units so far say, as of now. Cost: one pass over all units.
   *
   * @return the results; parts without enough data say so
   */
  public ExperimentAnalysis analyse() {
    Instant now = time.now();
    return sums(now).analyse(now);
  }

  private int metric(String name, boolean ratio) {
    int m = plan.metricIndex(name);
    if (ratio != (plan.metrics().get(m).kind() == Metric.Kind.RATIO)) {
      throw new IllegalArgumentException(
          "metric '%s' is %s: use %s"
              .formatted(name, plan.metrics().get(m).kind(), ratio ? "observe" : "observeRatio"));
    }
    return m;
  }

  private static void finite(String metric, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "metric '" + metric + "': " + value + " (expected: a finite number)");
    }
  }

  /** The unit's entry, or null (counted) if the event does not count. */
  private @Nullable Entry entry(String unit, Instant when) {
    Entry entry = units.get(unit);
    if (entry == null || when.isBefore(entry.exposed)) {
      unexposed++;
      return null;
    }
    if (plan.attribution().isPresent()
        && when.isAfter(Time.after(entry.exposed, plan.attribution().get()))) {
      late++;
      return null;
    }
    return entry;
  }

  private static boolean is(double @Nullable [] values) {
    return values != null && values[0] > 0;
  }

  private static double[] sum(double @Nullable [] old, double... more) {
    double[] sum = more.clone();
    for (int i = 0; old != null && i < sum.length; i++) {
      sum[i] += old[i];
    }
    return sum;
  }

  private static double[] withRoom(double @Nullable [] old, int count) {
    return old == null
        ? new double[4]
        : count < old.length ? old : Arrays.copyOf(old, Math.multiplyExact(2, count));
  }
}
