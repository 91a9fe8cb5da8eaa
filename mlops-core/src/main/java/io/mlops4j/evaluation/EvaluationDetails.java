package io.mlops4j.evaluation;

import io.mlops4j.data.RowFingerprint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a report holds beside its metrics. Immutable.
 *
 * @param modelDigest what was evaluated, for machines: the digest of the version's files
 * @param configDigest what was asked for: metrics, slices, fairness, confidence; reports with the
 *     same model, data, evaluator and configuration hold the same numbers
 * @param intervals how sure the metrics are that have an interval
 * @param slices what the model scored on each slice
 * @param fairness one per attribute
 * @param comparisons with other versions, on the same rows
 * @param roc for a plot; without points if there is none
 * @param precisionRecall for a plot; without points if there is none
 * @param calibration ten equal-width bins; empty if there is none
 * @param rowFingerprint which rows were evaluated, so that training rows among them are noticed
 */
public record EvaluationDetails(
    Optional<String> modelDigest,
    Optional<String> configDigest,
    Map<Metric, MetricInterval> intervals,
    List<SliceResult> slices,
    List<FairnessResult> fairness,
    List<PairedComparison> comparisons,
    RocCurve roc,
    PrecisionRecallCurve precisionRecall,
    CalibrationCurve calibration,
    Optional<RowFingerprint> rowFingerprint) {

  /** Nothing beside the metrics. */
  public static final EvaluationDetails NONE =
      new EvaluationDetails(
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          List.of(),
          List.of(),
          List.of(),
          new RocCurve(List.of()),
          new PrecisionRecallCurve(List.of()),
          new CalibrationCurve(List.of()));

  /** Copies the collections. */
  public EvaluationDetails {
    intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
    slices = List.copyOf(slices);
    fairness = List.copyOf(fairness);
    comparisons = List.copyOf(comparisons);
    Objects.requireNonNull(rowFingerprint, "rowFingerprint");
    if (slices.stream().map(SliceResult::name).distinct().count() < slices.size()) {
      throw new IllegalArgumentException("slices: a name occurs twice (expected: each once)");
    }
  }

  /**
   * Makes details without a fingerprint of the rows.
   *
   * @param modelDigest what was evaluated
   * @param configDigest what was asked for
   * @param intervals how sure the metrics are
   * @param slices what the model scored on each slice
   * @param fairness one per attribute
   * @param comparisons with other versions
   * @param roc for a plot
   * @param precisionRecall for a plot
   * @param calibration for a plot
   */
  public EvaluationDetails(
      Optional<String> modelDigest,
      Optional<String> configDigest,
      Map<Metric, MetricInterval> intervals,
      List<SliceResult> slices,
      List<FairnessResult> fairness,
      List<PairedComparison> comparisons,
      RocCurve roc,
      PrecisionRecallCurve precisionRecall,
      CalibrationCurve calibration) {
    this(
        modelDigest,
        configDigest,
        intervals,
        slices,
        fairness,
        comparisons,
        roc,
        precisionRecall,
        calibration,
        Optional.empty());
  }

  /**
   * Returns how sure a metric is.
   *
   * @param metric which
   * @return its interval, or empty
   */
  public Optional<MetricInterval> interval(Metric metric) {
    return Optional.ofNullable(intervals.get(metric));
  }

  /**
   * Returns a slice.
   *
   * @param name such as {@code origin=ORD}
   * @return what was measured there, or empty if it is not in the report
   */
  public Optional<SliceResult> slice(String name) {
    return slices.stream().filter(slice -> slice.name().equals(name)).findFirst();
  }

  /**
   * Returns the fairness by an attribute.
   *
   * @param attribute such as {@code sex}
   * @return what was measured, or empty if it is not in the report
   */
  public Optional<FairnessResult> fairness(String attribute) {
    return fairness.stream().filter(f -> f.attribute().equals(attribute)).findFirst();
  }

  /**
   * Returns the comparison with a version.
   *
   * @param champion such as {@code credit:2}
   * @return the comparison, or empty if there is none
   */
  public Optional<PairedComparison> comparison(String champion) {
    return comparisons.stream().filter(c -> c.champion().equals(champion)).findFirst();
  }

  /** A copy with one more comparison. */
  EvaluationDetails with(PairedComparison comparison) {
    List<PairedComparison> more = new ArrayList<>(comparisons);
    more.add(comparison);
    return new EvaluationDetails(
        modelDigest,
        configDigest,
        intervals,
        slices,
        fairness,
        more,
        roc,
        precisionRecall,
        calibration,
        rowFingerprint);
  }
}
