package io.mlops4j.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Copies of what callers pass in, which hold no null: a null is refused by the argument's name and
 * the place where it stands. Stateless.
 */
public final class Elements {
  private Elements() {}

  /**
   * Returns an unmodifiable copy; what cannot be modified is not copied.
   *
   * @param <T> of what
   * @param name the argument's, for the message
   * @param values none of them null
   * @return the copy, in the same order
   * @throws NullPointerException if the collection is null, or one of its elements is; names the
   *     argument and the index
   */
  public static <T> List<T> list(String name, Collection<? extends T> values) {
    Objects.requireNonNull(values, name);
    int at = 0;
    for (T value : values) {
      if (value == null) {
        throw new NullPointerException(name + "[" + at + "]: null (expected: no nulls in it)");
      }
      at++;
    }
    return List.copyOf(values);
  }

  /**
   * Returns an unmodifiable copy.
   *
   * @param <T> of what
   * @param name the argument's, for the message
   * @param values none of them null
   * @return the copy, in the same order
   * @throws NullPointerException if the array is null, or one of its elements is; names the
   *     argument and the index
   */
  public static <T> List<T> list(String name, T[] values) {
    Objects.requireNonNull(values, name);
    return list(name, Arrays.asList(values));
  }

  /**
   * Returns an unmodifiable copy.
   *
   * @param <K> of what keys
   * @param <V> of what values
   * @param name the argument's, for the message
   * @param values no key and no value is null
   * @return the copy, with the same order
   * @throws NullPointerException if the map is null, or holds a null; names the argument and the
   *     key
   */
  public static <K, V> SortedMap<K, V> sortedMap(String name, SortedMap<K, ? extends V> values) {
    requireNoNulls(name, values);
    return Collections.unmodifiableSortedMap(new TreeMap<K, V>(values));
  }

  /**
   * Checks that a map holds no null.
   *
   * @param name the argument's, for the message
   * @param values no key and no value is null
   * @throws NullPointerException if the map is null, or holds a null; names the argument and the
   *     key
   */
  public static void requireNoNulls(String name, Map<?, ?> values) {
    Objects.requireNonNull(values, name);
    values.forEach(
        (key, value) -> {
          if (key == null) {
            throw new NullPointerException(name + ": a null key (expected: no nulls in it)");
          }
          if (value == null) {
            throw new NullPointerException(
                name
                    + "["
                    + Text.printable(String.valueOf(key), 64)
                    + "]: null (expected: no nulls in it)");
          }
        });
  }
}
