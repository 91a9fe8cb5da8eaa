package io.mlops4j.registry;

import io.mlops4j.evaluation.Metric.Direction;
import io.mlops4j.registry.GateResult.Verdict;
import java.math.BigDecimal;
import java.util.Optional;

/** A distance to the champion's value: better by a margin, or not worse by more than it. */
record Closeness(Margin margin, boolean better) {

  /** What is required, for a sentence. */
  String shown() {
    return better
        ? "better than the champion's by at least " + margin
        : "not worse than the champion's by more than " + margin;
  }

  /** How far the candidate is ahead; negative if it is behind. */
  static BigDecimal gain(Direction direction, double candidate, double champion) {
    BigDecimal difference = BigDecimal.valueOf(candidate).subtract(BigDecimal.valueOf(champion));
    return direction == Direction.HIGHER_IS_BETTER ? difference : difference.negate();
  }

  /** The gain from which on it passes, or empty if it is not defined against this champion. */
  Optional<BigDecimal> least(double champion) {
    Optional<BigDecimal> distance = distance(champion);
    return better ? distance : distance.map(BigDecimal::negate);
  }

  private Optional<BigDecimal> distance(double champion) {
    if (margin instanceof Margin.Absolute absolute) {
      return Optional.of(BigDecimal.valueOf(absolute.points()));
    }
    double fraction = ((Margin.Relative) margin).fraction();
    return Math.abs(champion) < MarginGate.SMALLEST_BASE
        ? Optional.empty()
        : Optional.of(BigDecimal.valueOf(champion).abs().multiply(BigDecimal.valueOf(fraction)));
  }

  /** Empty if the margin is not defined against this champion. */
  Optional<Verdict> verdict(Direction direction, double candidate, double champion) {
    BigDecimal gain = gain(direction, candidate, champion);
    return least(champion).map(least -> gain.compareTo(least) >= 0 ? Verdict.PASS : Verdict.FAIL);
  }

  static String observed(Direction direction, double candidate, double champion) {
    return GateEvaluation.plain(candidate)
        + " against "
        + GateEvaluation.plain(champion)
        + ": gain "
        + gain(direction, candidate, champion).stripTrailingZeros().toPlainString();
  }

  static String undefined(String what, double champion) {
    return "A part of the champion's "
        + what
        + " of "
        + GateEvaluation.plain(champion)
        + " means nothing. Use Margin.absolute.";
  }
}
