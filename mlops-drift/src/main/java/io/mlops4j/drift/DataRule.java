package io.mlops4j.drift;

import io.mlops4j.core.Elements;
import io.mlops4j.drift.DataQuality.Measure;
import java.util.Objects;
import java.util.Set;

/**
 * When the values of a feature are not clean enough: a share is above a limit, and the evidence
 * rules out that it only looks so. Rules take their part of the drift rule's false-alarm budget.
 *
 * @param measure what is limited
 * @param limit above 0 and below 1 for a share, 1 or more for {@link Measure#DISTINCT}
 * @param features which it holds for; empty for all
 */
public record DataRule(Measure measure, double limit, Set<String> features) {
  /** Checks the limit, copies the set. */
  public DataRule {
    Objects.requireNonNull(measure, "measure");
    features = Elements.set("features", features);
    boolean count = measure == Measure.DISTINCT;
    if (!(count ? limit >= 1 && limit <= 1e15 : limit > 0 && limit < 1)) {
      throw new IllegalArgumentException(
          "limit of "
              + measure
              + ": "
              + limit
              + (count ? " (expected: 1 or more)" : " (expected: above 0, below 1)"));
    }
  }

  /**
   * Returns a rule for all features.
   *
   * @param measure what is limited
   * @param limit above 0 and below 1 for a share, 1 or more for a number of categories
   * @return a rule to narrow with {@link #on}
   */
  public static DataRule atMost(Measure measure, double limit) {
    return new DataRule(measure, limit, Set.of());
  }

  /**
   * Returns this rule for some features only.
   *
   * @param names the features
   * @return a copy
   */
  public DataRule on(String... names) {
    Objects.requireNonNull(names, "names");
    return new DataRule(measure, limit, Settings.distinct("names", names));
  }

  boolean appliesTo(String feature) {
    return features.isEmpty() || features.contains(feature);
  }
}
