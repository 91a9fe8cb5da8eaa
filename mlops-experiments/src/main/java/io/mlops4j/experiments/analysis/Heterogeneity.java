package io.mlops4j.experiments.analysis;

import java.util.Objects;
import java.util.Optional;

/**
 * Whether the effect differs between the segments of a dimension.
 *
 * @param metric what is measured
 * @param treatment the arm's name
 * @param dimension what the segments divide
 * @param segments how many of them could be compared
 * @param pValue that all segments have the same effect, corrected for the number of such questions:
 *     Cochran's Q for one look, an average of evidence for many looks; empty if fewer than two
 *     segments could be compared
 * @param inconsistency I², the share of the spread between segments that is not chance, in [0, 1)
 */
public record Heterogeneity(
    Metric metric,
    String treatment,
    String dimension,
    int segments,
    Optional<Double> pValue,
    double inconsistency) {
  /** Refuses null. */
  public Heterogeneity {
    Objects.requireNonNull(metric, "metric");
    Objects.requireNonNull(treatment, "treatment");
    Objects.requireNonNull(dimension, "dimension");
    Objects.requireNonNull(pValue, "pValue");
  }
}
