package io.mlops4j.experiments.analysis;

import io.mlops4j.core.Elements;
import java.util.List;

/**
 * How many units arrived where, and whether that is what assignment promised.
 *
 * @param arms control first
 * @param units per arm, without those that met two arms
 * @param expected per arm, from the shares in force when each unit was assigned
 * @param pValue of the sample-ratio test for one look
 * @param logEvidence for a mismatch, valid at every look
 * @param mismatch whether the split is broken: no result below can be trusted
 * @param contaminated units that met more than one arm and count in none
 * @param unexposed observations of units that were never exposed, ignored
 * @param late observations after the unit's attribution window, ignored
 * @param maturing units whose attribution window is not over: they do not count yet
 */
public record Traffic(
    List<String> arms,
    List<Long> units,
    List<Double> expected,
    double pValue,
    double logEvidence,
    boolean mismatch,
    long contaminated,
    long unexposed,
    long late,
    long maturing) {
  /** Copies the lists. */
  public Traffic {
    arms = Elements.list("arms", arms);
    units = Elements.list("units", units);
    expected = Elements.list("expected", expected);
  }

  /**
   * Returns how many units count, over all arms.
   *
   * @return at least 0
   */
  public long total() {
    return units.stream().mapToLong(Long::longValue).sum();
  }
}
