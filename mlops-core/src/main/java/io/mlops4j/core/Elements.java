package io.mlops4j.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Copies of what callers pass in, which hold no null: a null is refused by the argument's name and
 * the place where it stands. What holds none is gone through once, by the copying. Stateless.
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
    try {
      return List.copyOf(values);
    } catch (NullPointerException e) {
      requireNoNulls(name, values);
      throw e; // it was changed meanwhile
    }
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
   * Returns an unmodifiable copy, in no order; what cannot be modified is not copied.
   *
   * @param <T> of what
   * @param name the argument's, for the message
   * @param values none of them null
   * @return the copy
   * @throws NullPointerException if the collection is null, or one of its elements is; names the
   *     argument and the place among those that the collection gives
   */
  public static <T> Set<T> set(String name, Collection<? extends T> values) {
    Objects.requireNonNull(values, name);
    try {
      return Set.copyOf(values);
    } catch (NullPointerException e) {
      requireNoNulls(name, values);
      throw e; // it was changed meanwhile
    }
  }

  /**
   * Returns an unmodifiable copy, in no order; what cannot be modified is not copied.
   *
   * @param <K> of what keys
   * @param <V> of what values
   * @param name the argument's, for the message
   * @param values no key and no value is null
   * @return the copy
   * @throws NullPointerException if the map is null, or holds a null; names the argument and the
   *     key
   */
  public static <K, V> Map<K, V> map(String name, Map<? extends K, ? extends V> values) {
    Objects.requireNonNull(values, name);
    try {
      return Map.copyOf(values);
    } catch (NullPointerException e) {
      requireNoNulls(name, values);
      throw e; // it was changed meanwhile
    }
  }

  /**
   * Returns an unmodifiable copy in the map's own order.
   *
   * @param <K> of what keys
   * @param <V> of what values
   * @param name the argument's, for the message
   * @param values no key and no value is null
   * @return the copy, in the same order
   * @throws NullPointerException if the map is null, or holds a null; names the argument and the
   *     key
   */
  public static <K, V> Map<K, V> orderedMap(String name, Map<? extends K, ? extends V> values) {
    requireNoNulls(name, values);
    return Collections.unmodifiableMap(new LinkedHashMap<K, V>(values));
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
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      if (entry.getKey() == null) {
        throw new NullPointerException(name + ": a null key (expected: no nulls in it)");
      }
      if (entry.getValue() == null) {
        throw isNull(name, Text.printable(String.valueOf(entry.getKey()), 64));
      }
    }
  }

  /**
   * Checks that a collection holds no null. Copies nothing.
   *
   * @param name the argument's, for the message
   * @param values none of them null
   * @throws NullPointerException if the collection is null, or one of its elements is; names the
   *     argument and the index
   */
  public static void requireNoNulls(String name, Collection<?> values) {
    Objects.requireNonNull(values, name);
    int at = 0;
    for (Object value : values) {
      required(name, at, value);
      at++;
    }
  }

  /**
   * Returns one element that is not null, for what is gone through once anyway. Allocates nothing.
   *
   * @param <T> of what
   * @param name the argument's, for the message
   * @param index the element's
   * @param value the element
   * @return the element
   * @throws NullPointerException if the element is null; names the argument and the index
   */
  public static <T> T required(String name, long index, @Nullable T value) {
    if (value == null) {
      throw isNull(name, String.valueOf(index));
    }
    return value;
  }

  private static NullPointerException isNull(String name, String place) {
    return new NullPointerException(name + "[" + place + "]: null (expected: no nulls in it)");
  }
}
