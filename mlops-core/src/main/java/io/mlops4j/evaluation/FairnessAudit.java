package io.mlops4j.evaluation;

import io.mlops4j.evaluation.MetricValue.Defined;
import io.mlops4j.evaluation.MetricValue.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Counts groups and compares them. */
final class FairnessAudit {
  /** With more rows of no group than this, the groups do not speak for the data. */
  private static final double MOST_UNASSIGNED = 0.1;

  private static final int CALIBRATION_BINS = 10;

  private FairnessAudit() {}

  static <T> FairnessResult of(
      Fairness<T> fairness, SliceCodes<T> codes, double[] scores, boolean[] labels, double level) {
    List<FairnessGroup> groups = new ArrayList<>();
    boolean open = codes.declared() == 0;
    long assigned = 0;
    String missing = fairness.groups().name() + ": ";
    for (int c = 0; c < codes.names().size(); c++) {
      String name = codes.names().get(c);
      if (c < codes.declared() || (open && !name.startsWith(missing))) {
        FairnessGroup group = group(fairness, codes, c, scores, labels, level);
        groups.add(group);
        assigned += group.rows();
      }
    }
    Map<FairnessMeasure, MetricValue> values = new LinkedHashMap<>();
    Map<FairnessMeasure, MetricInterval> intervals = new LinkedHashMap<>();
    Optional<String> gap = gap(fairness, groups, labels.length - assigned, labels.length);
    var spreads = new GroupSpread(groups, fairness.reference(), level);
    for (FairnessMeasure measure : FairnessMeasure.values()) {
      if (gap.isPresent()) {
        values.put(measure, new Undefined(gap.get()));
        continue;
      }
      MetricValue value = spreads.value(measure);
      values.put(measure, value);
      if (value instanceof Defined) {
        spreads.interval(measure).ifPresent(interval -> intervals.put(measure, interval));
      }
    }
    return new FairnessResult(
        fairness.groups().name(),
        fairness.decision(),
        fairness.minGroupSize(),
        groups,
        labels.length - assigned,
        values,
        intervals);
  }

  private static Optional<String> gap(
      Fairness<?> fairness, List<FairnessGroup> groups, long unassigned, long rows) {
    if (groups.size() < 2) {
      return Optional.of(
          "Fairness by " + fairness.groups().name() + " needs two groups; there are fewer.");
    }
    for (FairnessGroup group : groups) {
      if (group.rows() < fairness.minGroupSize()) {
        return Optional.of(
            "Group '"
                + group.name()
                + "' has "
                + group.rows()
                + " rows; fairness needs "
                + fairness.minGroupSize()
                + " in each group.");
      }
    }
    if (unassigned > MOST_UNASSIGNED * rows) {
      return Optional.of(
          unassigned
              + " of "
              + rows
              + " rows have no declared "
              + fairness.groups().name()
              + "; at most a tenth may.");
    }
    Optional<String> reference = fairness.reference();
    return reference.isPresent()
            && groups.stream().noneMatch(group -> group.name().equals(reference.get()))
        ? Optional.of("There is no reference group '" + reference.get() + "'.")
        : Optional.empty();
  }

  private static <T> FairnessGroup group(
      Fairness<T> fairness,
      SliceCodes<T> codes,
      int code,
      double[] scores,
      boolean[] labels,
      double level) {
    var collector = BinaryEvaluation.collector();
    var gaps = new Formulas.Losses();
    boolean probabilities = true;
    long positives = 0;
    long selected = 0;
    long hits = 0;
    for (int i = 0; i < labels.length; i++) {
      if (codes.of(i) != code) {
        continue;
      }
      boolean outcome = fairness.favourable(labels[i]);
      boolean decision = fairness.selects(scores[i]);
      double promise = fairness.promise(scores[i]);
      probabilities &= promise >= 0 && promise <= 1;
      collector.add(promise, outcome);
      gaps.add((outcome ? 1 : 0) - promise);
      positives += outcome ? 1 : 0;
      selected += decision ? 1 : 0;
      hits += outcome && decision ? 1 : 0;
    }
    boolean calibrated = probabilities && collector.rows() > 0;
    return new FairnessGroup(
        codes.names().get(code),
        collector.rows(),
        positives,
        selected,
        hits,
        calibrated
            ? new Defined(gaps.mean(), collector.rows())
            : new Undefined("Calibration needs rows whose scores are probabilities."),
        calibrated ? Formulas.ofMean(gaps, -1, level) : Optional.empty(),
        calibrated
            ? collector.evaluate().calibration(CALIBRATION_BINS)
            : new CalibrationCurve(List.of()));
  }

  /** The rate a measure compares. */
  static Function<FairnessGroup, MetricValue> rate(FairnessMeasure measure) {
    return switch (measure) {
      case DEMOGRAPHIC_PARITY_DIFFERENCE, DEMOGRAPHIC_PARITY_RATIO, DISPARATE_IMPACT ->
          FairnessGroup::selectionRate;
      case EQUAL_OPPORTUNITY_DIFFERENCE, EQUALIZED_ODDS_DIFFERENCE ->
          FairnessGroup::truePositiveRate;
      case CALIBRATION_DIFFERENCE -> FairnessGroup::calibrationGap;
    };
  }
}
