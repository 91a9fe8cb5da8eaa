package io.mlops4j.drift;

import java.util.Objects;
import java.util.Optional;

/**
 * One feature of a report.
 *
 * @param segment the part of the rows it is about; empty for all
 * @param feature its name; {@link io.mlops4j.core.Baseline#SCORE} for the model's own output,
 *     {@link io.mlops4j.core.Baseline#CLASS} for the class it answered with
 * @param n live values counted, missing ones included
 * @param verdict what is known: of its drift and of the rules about its data
 * @param measures the numbers, or empty if a side has no values
 * @param quality how clean the values are
 */
public record FeatureDrift(
    String segment,
    String feature,
    long n,
    DriftVerdict verdict,
    Optional<DriftMeasures> measures,
    DataQuality quality) {
  /** Checks for nulls. */
  public FeatureDrift {
    Objects.requireNonNull(segment, "segment");
    Objects.requireNonNull(feature, "feature");
    Objects.requireNonNull(verdict, "verdict");
    Objects.requireNonNull(measures, "measures");
    Objects.requireNonNull(quality, "quality");
  }
}
