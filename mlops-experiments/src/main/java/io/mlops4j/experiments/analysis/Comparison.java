package io.mlops4j.experiments.analysis;

import java.util.Objects;
import java.util.Optional;

/**
 * One treatment against control on one metric in one segment.
 *
 * @param metric what is measured
 * @param treatment the arm's name
 * @param segment which units
 * @param controlUnits units of control that count
 * @param treatmentUnits units of the treatment that count
 * @param controlValue the metric in control, without variance reduction; empty without data
 * @param treatmentValue the metric in the treatment; empty without data
 * @param absolute treatment less control
 * @param relative the same divided by control's size
 * @param posterior what to believe; empty without data
 */
public record Comparison(
    Metric metric,
    String treatment,
    Segment segment,
    long controlUnits,
    long treatmentUnits,
    Optional<Double> controlValue,
    Optional<Double> treatmentValue,
    Effect absolute,
    Effect relative,
    Optional<Posterior> posterior) {
  /** Refuses null. */
  public Comparison {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(treatment, "treatment");
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(controlValue, "controlValue");
    Objects.requireNonNull(treatmentValue, "treatmentValue");
    Objects.requireNonNull(absolute, "absolute");
    Objects.requireNonNull(relative, "relative");
    Objects.requireNonNull(posterior, "posterior");
  }

  /**
   * Returns whether the treatment is clearly better: the corrected interval of the difference lies
   * on the good side of zero.
   *
   * @return false without data
   */
  public boolean isBetter() {
    return absolute instanceof Effect.Measured effect
        && effect.isClear()
        && effect.value() * metric.direction() > 0;
  }

  /**
   * Returns whether the treatment is clearly worse.
   *
   * @return false without data
   */
  public boolean isWorse() {
    return absolute instanceof Effect.Measured effect
        && effect.isClear()
        && effect.value() * metric.direction() < 0;
  }
}
