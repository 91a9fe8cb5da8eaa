package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.Interval;

/** Effects of a pair of arms, with intervals at a given level. */
final class Effects {
  private Effects() {}

  static Effect absolute(
      Pair.Estimated pair, double critical, double alpha, double pValue, double corrected) {
    double error = Math.sqrt(pair.variance());
    double value = pair.difference();
    return new Effect.Measured(
        value,
        error,
        new Interval(value - critical * error, value + critical * error, 1 - alpha),
        pValue,
        Math.max(pValue, corrected),
        pair.units());
  }

  static Effect relative(
      Pair.Estimated pair, double critical, double alpha, double pValue, double corrected) {
    Lift lift = Lift.of(pair, critical);
    if (lift == null) {
      return new Effect.NotEnoughData(
          "control's value %s (standard error %s) is not clearly away from 0: nothing to divide by"
              .formatted(
                  Words.number(pair.control().raw()),
                  Words.number(Math.sqrt(pair.control().varianceOfRaw()))));
    }
    return new Effect.Measured(
        lift.value(),
        lift.standardError(),
        new Interval(lift.low(), lift.high(), 1 - alpha),
        pValue,
        Math.max(pValue, corrected),
        pair.units());
  }
}
