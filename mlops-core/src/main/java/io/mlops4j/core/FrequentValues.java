package io.mlops4j.core;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the most frequent strings of a stream in bounded memory: exact while at most {@code 2 *
 * capacity} are distinct, then by the batched decrement of Misra and Gries (1982), which never
 * loses a value that makes up more than {@code 1 / capacity} of the stream. Deterministic.
 */
final class FrequentValues {
  private final int capacity;
  private final Map<String, Long> counts = new HashMap<>();

  FrequentValues(int capacity) {
    this.capacity = capacity;
  }

  void add(String value) {
    if (value.length() > CategoryCells.MAX_VALUE_LENGTH || !storable(value)) {
      return;
    }
    counts.merge(value, 1L, Long::sum);
    if (counts.size() > 2 * capacity) {
      long[] sorted = counts.values().stream().mapToLong(Long::longValue).sorted().toArray();
      long cut = sorted[sorted.length - 1 - capacity];
      counts.values().removeIf(count -> count <= cut);
      counts.replaceAll((key, count) -> count - cut);
    }
  }

  /** The values by falling count, ties in the order of their characters. */
  List<String> ranked(int limit) {
    return counts.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Long> e) -> -e.getValue())
                .thenComparing(Map.Entry::getKey))
        .limit(limit)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whether a string survives UTF-8: one with half a surrogate pair does not. */
  static boolean storable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == value.length()
            || !Character.isLowSurrogate(value.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
