package io.mlops4j.registry;

import io.mlops4j.evaluation.FairnessMeasure;
import io.mlops4j.evaluation.FairnessResult;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.Optional;

/** A distance to the champion's fairness on the same rows. */
record FairnessMarginGate(
    String attribute, FairnessMeasure measure, long minGroupSize, Closeness closeness)
    implements EvidenceGate {

  @Override
  public String subject() {
    return measure.id() + " by " + attribute;
  }

  @Override
  public String requirement() {
    return subject() + " " + closeness.shown() + ", groups of " + minGroupSize + " or more";
  }

  @Override
  public GateResult judge(Bench bench) {
    return bench.beside(
        this,
        report -> report.details().fairness(attribute).isPresent(),
        "Fairness by '" + attribute + "'",
        this::judge);
  }

  private GateResult judge(Bench.Pair pair) {
    FairnessResult mine = pair.found().report().details().fairness(attribute).orElseThrow();
    FairnessResult theirs = pair.champion().details().fairness(attribute).orElseThrow();
    Optional<String> gap =
        gap(mine, pair.found().report().modelVersion())
            .or(() -> gap(theirs, pair.champion().modelVersion()));
    if (gap.isEmpty() && !mine.decision().equals(theirs.decision())) {
      gap =
          Optional.of(
              "The favourable decision is "
                  + mine.decision()
                  + " here and "
                  + theirs.decision()
                  + " for the champion.");
    }
    if (gap.isPresent()) {
      return pair.found().inconclusive(gap.get());
    }
    double value = mine.value(measure).number().orElseThrow();
    double champion = theirs.value(measure).number().orElseThrow();
    Optional<Verdict> verdict = closeness.verdict(measure.direction(), value, champion);
    if (verdict.isEmpty()) {
      return pair.found().inconclusive(Closeness.undefined(measure.id(), champion));
    }
    String observed = Closeness.observed(measure.direction(), value, champion);
    return pair.says(
        verdict.get(),
        value,
        champion,
        observed,
        pair.found().about()
            + " against "
            + pair.champion().modelVersion()
            + ": "
            + subject()
            + " "
            + observed
            + (verdict.get() == Verdict.PASS ? "; required is " : ", not ")
            + closeness.shown()
            + ".");
  }

  private Optional<String> gap(FairnessResult result, String version) {
    return FairnessGate.tooSmall(result, minGroupSize)
        .or(
            () ->
                result.value(measure) instanceof MetricValue.Undefined undefined
                    ? Optional.of(
                        subject() + " of " + version + " is undefined: " + undefined.reason())
                    : Optional.empty());
  }
}
