package io.mlops4j.experiments.analysis;

import io.mlops4j.experiments.WeightVector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sums of finished units per metric, arm, segment and epoch: constant memory however many units
 * arrive (quantile metrics keep 8 bytes per value), and merged across instances by addition,
 * exactly and in any order. Every unit must be added once, on one instance: for events as they come
 * use {@link UnitLedger}. Thread-safe.
 */
public final class ExperimentSums {
  /** More segments than anyone reads; hostile values cannot fill the memory. */
  static final int MAX_VALUES = 32;

  /** The segment of values that found no place, and of units without a value. */
  static final String OTHER = "(other)";

  private final Plan plan;
  private final Map<Segment, Map<Long, Cell[]>> cells = new TreeMap<>();
  private final Map<Long, WeightVector> epochs = new TreeMap<>();
  private final Map<String, Set<String>> values = new TreeMap<>();
  private long contaminated;
  private long unexposed;
  private long late;
  private long maturing;

  ExperimentSums(Plan plan) {
    this.plan = plan;
    plan.dimensions().forEach(dimension -> values.put(dimension, new TreeSet<>()));
  }

  /**
   * Adds a finished unit. Metrics it does not name are 0 for it: units that did nothing count.
   *
   * @param unit its arm, segments and totals; not changed, may be reused
   * @throws IllegalArgumentException if an arm, metric or dimension is not of the analysis, or a
   *     value does not fit its metric; nothing is added then
   */
  public synchronized void add(UnitRow unit) {
    int arm = plan.armIndex(unit.arm);
    double[][] rows = Cell.rows(plan.metrics(), unit);
    for (String dimension : unit.segments.keySet()) {
      if (!values.containsKey(dimension)) {
        throw new IllegalArgumentException(
            "dimension '%s' is not in the analysis of '%s' (known: %s)"
                .formatted(dimension, plan.experiment(), plan.dimensions()));
      }
    }
    long epoch = epoch(unit.shares == null ? plan.shares() : unit.shares);
    cell(Segment.ALL, epoch, arm).add(rows);
    for (String dimension : plan.dimensions()) {
      String value = known(dimension, unit.segments.getOrDefault(dimension, OTHER));
      cell(new Segment(dimension, value), epoch, arm).add(rows);
    }
  }

  private long epoch(WeightVector shares) {
    if (!shares.arms().equals(plan.arms())) {
      throw new IllegalArgumentException(
          "shares over %s (expected: over %s, in this order)"
              .formatted(shares.arms(), plan.arms()));
    }
    WeightVector known = epochs.putIfAbsent(shares.epoch(), shares);
    if (known != null && !known.equals(shares)) {
      throw new IllegalArgumentException(
          "epoch %d has shares %s, and now %s (expected: one vector per epoch)"
              .formatted(
                  shares.epoch(),
                  Arrays.toString(known.toArray()),
                  Arrays.toString(shares.toArray())));
    }
    return shares.epoch();
  }

  private String known(String dimension, String value) {
    Set<String> all = values.getOrDefault(dimension, Set.of());
    if (all.contains(value)) {
      return value;
    }
    if (all.size() >= MAX_VALUES) {
      return OTHER;
    }
    all.add(value);
    return value;
  }

  private Cell cell(Segment segment, long epoch, int arm) {
    Cell[] arms =
        cells
            .computeIfAbsent(segment, key -> new TreeMap<>())
            .computeIfAbsent(
                epoch,
                key -> {
                  Cell[] fresh = new Cell[plan.arms().size()];
                  Arrays.setAll(fresh, i -> new Cell(plan.metrics()));
                  return fresh;
                });
    return arms[arm];
  }

  /**
   * Adds the units of another instance.
   *
   * @param other of the same analysis; unchanged
   * @throws IllegalArgumentException if it belongs to another analysis
   */
  public void merge(ExperimentSums other) {
    Objects.requireNonNull(other, "other");
    ExperimentSums copy = other.copy();
    synchronized (this) {
      if (!plan.equals(copy.plan)) {
        throw new IllegalArgumentException(
            "sums of '%s' and of '%s' come from different analyses"
                .formatted(plan.experiment(), copy.plan.experiment()));
      }
      copy.epochs.values().forEach(this::epoch);
      copy.cells.forEach(
          (segment, epochsOf) -> {
            Segment target =
                segment.isAll()
                    ? segment
                    : new Segment(segment.dimension(), known(segment.dimension(), segment.value()));
            epochsOf.forEach(
                (epoch, arms) -> {
                  for (int arm = 0; arm < arms.length; arm++) {
                    cell(target, epoch, arm).merge(arms[arm]);
                  }
                });
          });
      count(copy.contaminated, copy.unexposed, copy.late, copy.maturing);
    }
  }

  private synchronized ExperimentSums copy() {
    ExperimentSums copy = new ExperimentSums(plan);
    copy.epochs.putAll(epochs);
    values.forEach((dimension, all) -> copy.values.put(dimension, new TreeSet<>(all)));
    cells.forEach(
        (segment, epochsOf) ->
            epochsOf.forEach(
                (epoch, arms) -> {
                  for (int arm = 0; arm < arms.length; arm++) {
                    copy.cell(segment, epoch, arm).merge(arms[arm]);
                  }
                }));
    copy.count(contaminated, unexposed, late, maturing);
    return copy;
  }

  synchronized void count(long contaminatedUnits, long unexposedOnes, long lateOnes, long young) {
    contaminated += contaminatedUnits;
    unexposed += unexposedOnes;
    late += lateOnes;
    maturing += young;
  }

  /**
   * Returns what the units so far say. Cost: metrics times segments times epochs; quantiles sort
   * their values.
   *
   * @param when the time to write on the result
   * @return the results; parts without enough data say so
   */
  public ExperimentAnalysis analyse(Instant when) {
    Objects.requireNonNull(when, "when");
    return new Judge(plan, copy()).judge(when);
  }

  // What the judge reads, from a copy that nobody else holds.

  Set<Segment> segments() {
    return cells.keySet();
  }

  /** One cell per epoch. */
  List<Cell> cells(Segment segment, int arm) {
    List<Cell> result = new ArrayList<>();
    cells.getOrDefault(segment, Map.of()).values().forEach(arms -> result.add(arms[arm]));
    return result;
  }

  Map<Long, WeightVector> epochs() {
    return epochs;
  }

  long units(long epoch, int arm) {
    Cell[] arms = cells.getOrDefault(Segment.ALL, Map.of()).get(epoch);
    return arms == null ? 0 : arms[arm].units;
  }

  long[] counters() {
    return new long[] {contaminated, unexposed, late, maturing};
  }
}
