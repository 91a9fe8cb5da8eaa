package io.mlops4j.features;

import io.mlops4j.core.Elements;
import java.util.List;
import java.util.SortedMap;

/**
 * Where rows that were served differ from what a point-in-time join makes of them now.
 *
 * @param rows how many were compared
 * @param differing of them, those that differ in a feature
 * @param byFeature feature to how many rows differ in it; those that never do are left out
 * @param examples some of them as sentences, without values of sensitive features
 */
public record JoinDifferences(
    long rows, long differing, SortedMap<String, Long> byFeature, List<String> examples) {
  /** Copies the collections. */
  public JoinDifferences {
    byFeature = Elements.sortedMap("byFeature", byFeature);
    examples = Elements.list("examples", examples);
  }
}
