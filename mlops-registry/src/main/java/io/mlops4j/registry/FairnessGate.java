package io.mlops4j.registry;

import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.FairnessResult;
import io.mlops4j.evaluation.MetricInterval;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.Optional;

/** A bound on a fairness measure: on its value, or on its whole interval. */
record FairnessGate(
    String attribute,
    FairnessMeasure measure,
    long minGroupSize,
    ValueGate.Comparison comparison,
    double bound,
    boolean surely)
    implements EvidenceGate {
  FairnessGate {
    ValueGate.requireBound(bound);
  }

  @Override
  public String subject() {
    return measure.id() + " by " + attribute;
  }

  @Override
  public String requirement() {
    return subject()
        + (surely ? " surely " : " ")
        + comparison.shown(bound)
        + ", groups of "
        + minGroupSize
        + " or more";
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.candidate(
        this,
        report -> report.details().fairness(attribute).isPresent(),
        "Fairness by '" + attribute + "'",
        this::judge);
  }

  private GateResult judge(Bench.Found found) {
    FairnessResult result = found.report().details().fairness(attribute).orElseThrow();
    Optional<String> small = tooSmall(result, minGroupSize);
    if (small.isPresent()) {
      return found.inconclusive(small.get());
    }
    if (result.value(measure) instanceof MetricValue.Undefined undefined) {
      return found.inconclusive(subject() + " is undefined: " + undefined.reason());
    }
    double value = result.value(measure).number().orElseThrow();
    Optional<MetricInterval> interval = Optional.ofNullable(result.intervals().get(measure));
    if (surely && interval.isEmpty()) {
      return found.inconclusive(subject() + " has no interval, so nothing is sure.");
    }
    Verdict verdict = surely ? verdict(interval.orElseThrow()) : verdict(value);
    String observed =
        comparison.observed(value, bound)
            + interval
                .map(
                    i ->
                        " ["
                            + GateEvaluation.plain(i.low())
                            + ", "
                            + GateEvaluation.plain(i.high())
                            + "]")
                .orElse("");
    return found.says(
        verdict,
        value,
        observed,
        found.about()
            + " has "
            + subject()
            + " "
            + observed
            + (verdict == Verdict.PASS ? "; required is " : ", not ")
            + (surely ? "surely " : "")
            + comparison.shown(bound)
            + ".");
  }

  /** Which group is too small to tell, or empty. */
  static Optional<String> tooSmall(FairnessResult result, long minGroupSize) {
    return result.groups().stream()
        .filter(group -> group.rows() < minGroupSize)
        .map(
            group ->
                "Group '"
                    + group.name()
                    + "' has "
                    + group.rows()
                    + " rows; the gate asks for "
                    + minGroupSize
                    + ".")
        .findFirst();
  }

  private Verdict verdict(double value) {
    return comparison.holds(value, bound) ? Verdict.PASS : Verdict.FAIL;
  }

  private Verdict verdict(MetricInterval interval) {
    boolean low = comparison.holds(interval.low(), bound);
    boolean high = comparison.holds(interval.high(), bound);
    if (low && high) {
      return Verdict.PASS;
    }
    return (low || high) ? Verdict.INCONCLUSIVE : Verdict.FAIL;
  }
}
