package io.mlops4j.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies of small immutable collections with one more element. */
final class Lists {
  private Lists() {}

  static <T> List<T> plus(List<T> list, List<? extends T> more) {
    List<T> result = new ArrayList<>(list);
    result.addAll(more);
    return List.copyOf(result);
  }

  static <T> List<T> plus(List<T> list, T more) {
    return plus(list, List.of(more));
  }

  static List<Double> of(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /**
   * An unmodifiable copy that keeps the order, with cleaned keys; a key given twice is an error.
   */
  static <V> Map<String, V> named(Map<String, V> map, String what) {
    Map<String, V> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> putNew(copy, key, value, what));
    return Collections.unmodifiableMap(copy);
  }

  static <V> Map<String, V> plus(Map<String, V> map, String key, V value, String what) {
    Map<String, V> copy = new LinkedHashMap<>(map);
    putNew(copy, key, value, what);
    return Collections.unmodifiableMap(copy);
  }

  private static <V> void putNew(Map<String, V> map, String key, V value, String what) {
    String clean = CleanText.line(key, what);
    if (map.putIfAbsent(clean, value) != null) {
      throw new IllegalArgumentException(
          "%s '%s' was already set to %s.".formatted(what, clean, map.get(clean)));
    }
  }
}
