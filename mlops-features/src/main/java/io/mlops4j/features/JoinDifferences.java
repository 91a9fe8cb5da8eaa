package io.mlops4j.features;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

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
    Objects.requireNonNull(byFeature, "byFeature");
    Objects.requireNonNull(examples, "examples");
    byFeature.values().forEach(each -> Objects.requireNonNull(each, "byFeature holds null"));
    examples.forEach(each -> Objects.requireNonNull(each, "examples holds null"));
    byFeature = Collections.unmodifiableSortedMap(new TreeMap<>(byFeature));
    examples = List.copyOf(examples);
  }
}
