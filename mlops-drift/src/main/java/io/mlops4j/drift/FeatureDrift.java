package io.mlops4j.drift;

import java.util.Objects;
import java.util.Optional;

/**
 * One feature of a report.
 *
 * @param feature its name; {@link io.mlops4j.core.Baseline#SCORE} for the model's own output
 * @param n live values counted, missing ones included
 * @param verdict what is known
 * @param measures the numbers, or empty if a side has no values
 */
public record FeatureDrift(
    String feature, long n, DriftVerdict verdict, Optional<DriftMeasures> measures) {
  /** Checks for nulls. */
  public FeatureDrift {
    Objects.requireNonNull(feature, "feature");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(measures, "measures");
  }
}
