package io.mlops4j.experiments.analysis;

import io.mlops4j.stats.Interval;
import java.util.Objects;

/** How much a treatment changed a metric, or the reason why that cannot be said. Never NaN. */
public sealed interface Effect {
  /**
   * A measured effect.
   *
   * @param value treatment less control; for a relative effect, divided by control's size
   * @param standardError of the value, clustered by unit, above 0
   * @param interval at the level that the correction asks for: it excludes 0 exactly when {@code
   *     correctedPValue} is at most one less the analysis's level
   * @param pValue for no effect, uncorrected
   * @param correctedPValue for no effect, corrected for the number of questions
   * @param units how many units it rests on, both arms
   */
  record Measured(
      double value,
      double standardError,
      Interval interval,
      double pValue,
      double correctedPValue,
      long units)
      implements Effect {
    /** Checks the ranges. */
    public Measured {
      Objects.requireNonNull(interval, "interval");
      if (!Double.isFinite(value) || !(standardError > 0) || !Double.isFinite(standardError)) {
        throw new IllegalArgumentException(
            "effect: %s with standard error %s (expected: finite, error above 0)"
                .formatted(value, standardError));
      }
      if (!(pValue >= 0 && pValue <= correctedPValue && correctedPValue <= 1)) {
        throw new IllegalArgumentException(
            "p-values: %s, corrected %s (expected: 0..1, the corrected one not smaller)"
                .formatted(pValue, correctedPValue));
      }
    }

    /**
     * Returns whether the interval excludes zero.
     *
     * @return false if no effect is among the plausible values
     */
    public boolean isClear() {
      return !interval.contains(0);
    }
  }

  /**
   * There is no number, and why.
   *
   * @param reason a sentence with the numbers
   */
  record NotEnoughData(String reason) implements Effect {
    /** Checks for null. */
    public NotEnoughData {
      Objects.requireNonNull(reason, "reason");
    }
  }
}
