package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.stats.Interval;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** The candidate may be worse by a margin at most, and the rows must show it. */
record NonInferiorityGate(Metric of, Margin margin) implements PairedGate {
  NonInferiorityGate {
    Objects.requireNonNull(margin, "margin");
  }

  @Override
  public String subject() {
    return of.id();
  }

  @Override
  public String requirement() {
    return of.id() + " surely not worse than the champion's by more than " + margin;
  }

  @Override
  public GateResult judge(PairedComparison comparison, Bench.Found found) {
    PairedDifference difference = comparison.differences().get(of);
    if (difference == null || difference.interval().isEmpty() || difference.value().isEmpty()) {
      return found.inconclusive(
          of.id()
              + (difference == null
                  ? " was not compared with " + comparison.champion() + "."
                  : " cannot be compared: " + difference.method() + "."));
    }
    double champion = difference.champion().number().orElseThrow();
    Optional<BigDecimal> allowed = new MarginGate(of, margin).requiredGain(champion);
    if (allowed.isEmpty()) {
      return found.inconclusive(
          "A part of the champion's "
              + of.id()
              + " of "
              + GateEvaluation.plain(champion)
              + " means nothing. Use Margin.absolute.");
    }
    boolean higher = of.direction() == Metric.Direction.HIGHER_IS_BETTER;
    Interval range = difference.interval().get();
    double worst = higher ? range.low() : -range.high();
    double best = higher ? range.high() : -range.low();
    Verdict verdict =
        reaches(worst, allowed.get())
            ? Verdict.PASS
            : reaches(best, allowed.get()) ? Verdict.INCONCLUSIVE : Verdict.FAIL;
    String observed =
        "gain "
            + GateEvaluation.plain(
                of.direction().gain(difference.candidate().number().orElseThrow(), champion))
            + " ["
            + GateEvaluation.plain(worst)
            + ", "
            + GateEvaluation.plain(best)
            + "]";
    return found.says(
        verdict,
        difference.candidate().number(),
        OptionalDouble.of(champion),
        observed,
        found.about()
            + " against "
            + comparison.champion()
            + ": "
            + of.id()
            + " "
            + observed
            + (verdict == Verdict.PASS
                ? ", not worse by more than "
                : verdict == Verdict.FAIL ? ", worse by more than " : "; not shown to be within ")
            + allowed.get().stripTrailingZeros().toPlainString()
            + ".");
  }

  private static boolean reaches(double gain, BigDecimal allowed) {
    return BigDecimal.valueOf(gain).compareTo(allowed.negate()) >= 0;
  }
}
