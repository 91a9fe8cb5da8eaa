package io.mlops4j.core;

import java.lang.reflect.Array;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What nobody should pass, by the type of the parameter. */
public final class BadValues {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "x".repeat(100_000),
          "a\nb",
          "a\u0000b",
          "\u001b[31m",
          "\ud800",
          "../x",
          "%s{}",
          "a\u202eb");
  private static final List<Integer> INTS = List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE);
  private static final List<Long> LONGS = List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);
  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          -1.0,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          Double.MIN_VALUE);
  private static final List<Duration> DURATIONS =
      List.of(
          Duration.ZERO,
          Duration.ofNanos(1),
          Duration.ofNanos(-1),
          Duration.ofDays(400_000),
          Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
          Duration.ofSeconds(Long.MIN_VALUE));
  private static final List<Instant> INSTANTS = List.of(Instant.MIN, Instant.MAX);

  private BadValues() {}

  /** Bad values of the type; none for a type of our own. */
  public static Stream<?> of(Class<?> type) {
    if (type == String.class) {
      return TEXTS.stream();
    } else if (type == int.class) {
      return INTS.stream();
    } else if (type == OptionalInt.class) {
      return INTS.stream().map(OptionalInt::of);
    } else if (type == long.class) {
      return LONGS.stream();
    } else if (type == OptionalLong.class) {
      return LONGS.stream().map(OptionalLong::of);
    } else if (type == double.class) {
      return DOUBLES.stream();
    } else if (type == OptionalDouble.class) {
      return DOUBLES.stream().map(OptionalDouble::of);
    } else if (type == Duration.class) {
      return DURATIONS.stream();
    } else if (type == Instant.class) {
      return INSTANTS.stream();
    }
    return collections(type);
  }

  private static Stream<?> collections(Class<?> type) {
    List<@Nullable Object> ofNull = Collections.singletonList(null);
    if (type == List.class) {
      return Stream.of(List.of(), ofNull);
    } else if (type == Set.class) {
      return Stream.of(Set.of(), new HashSet<>(ofNull));
    } else if (type == Map.class) {
      return Stream.of(
          Map.of(), Collections.singletonMap(null, "x"), Collections.singletonMap("x", null));
    } else if (type == SortedMap.class) {
      return Stream.of(new TreeMap<>(), new TreeMap<>(Collections.singletonMap("x", null)));
    } else if (type.isArray()) {
      Class<?> of = type.getComponentType();
      return of.isPrimitive()
          ? Stream.of(Array.newInstance(of, 0))
          : Stream.of(Array.newInstance(of, 0), Array.newInstance(of, 1));
    }
    return Stream.empty();
  }

  /** Whether the array, collection or map holds null. */
  public static boolean holdsNull(Object value) {
    Stream<?> elements = Stream.empty();
    if (value instanceof Object[] array) {
      elements = Arrays.stream(array);
    } else if (value instanceof Collection<?> collection) {
      elements = collection.stream();
    } else if (value instanceof Map<?, ?> map) {
      elements = Stream.concat(map.keySet().stream(), map.values().stream());
    }
    return elements.anyMatch(Objects::isNull);
  }
}
