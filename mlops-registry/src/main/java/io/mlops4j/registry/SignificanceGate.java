package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.registry.GateResult.Verdict;
import io.mlops4j.stats.Correction;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * At least one metric of a family is significantly better than the champion's and none
 * significantly worse, p-values corrected over the family.
 */
record SignificanceGate(List<Metric> family, Correction correction, double alpha)
    implements PairedGate {
  SignificanceGate {
    family = List.copyOf(family);
    Objects.requireNonNull(correction, "correction");
    if (family.isEmpty() || new HashSet<>(family).size() < family.size()) {
      throw new IllegalArgumentException(
          "family: " + family + " (expected: at least one metric, each once)");
    }
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha: " + alpha + " (expected: above 0, below 1)");
    }
  }

  @Override
  public String subject() {
    return family.stream().map(Metric::id).collect(Collectors.joining(", "));
  }

  @Override
  public String requirement() {
    return "one of "
        + subject()
        + " significantly better than the champion's, none worse, alpha "
        + GateEvaluation.plain(alpha)
        + ", "
        + correction.label();
  }

  @Override
  public GateResult judge(PairedComparison comparison, Bench.Found found) {
    double[] pValues = new double[family.size()];
    for (int i = 0; i < pValues.length; i++) {
      PairedDifference difference = comparison.differences().get(family.get(i));
      if (difference == null || difference.pValue().isEmpty() || difference.value().isEmpty()) {
        return found.inconclusive(
            family.get(i).id()
                + (difference == null
                    ? " was not compared with " + comparison.champion() + "."
                    : " cannot be compared: " + difference.method() + "."));
      }
      pValues[i] = difference.pValue().getAsDouble();
    }
    double[] corrected = correction.adjust(pValues);
    boolean better = false;
    boolean worse = false;
    StringJoiner observed = new StringJoiner("; ");
    for (int i = 0; i < corrected.length; i++) {
      Metric metric = family.get(i);
      PairedDifference difference = Objects.requireNonNull(comparison.differences().get(metric));
      double value = difference.value().orElseThrow();
      double gain = metric.direction() == Metric.Direction.HIGHER_IS_BETTER ? value : -value;
      better |= corrected[i] <= alpha && gain > 0;
      worse |= corrected[i] <= alpha && gain < 0;
      observed.add(
          metric.id()
              + " gain "
              + GateEvaluation.plain(gain)
              + ", corrected p "
              + GateEvaluation.plain(corrected[i]));
    }
    return found.says(
        worse ? Verdict.FAIL : better ? Verdict.PASS : Verdict.INCONCLUSIVE,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        observed.toString(),
        found.about()
            + " against "
            + comparison.champion()
            + (worse
                ? " is significantly worse: "
                : better ? " is significantly better: " : " shows no significant difference: ")
            + observed
            + ".");
  }
}
