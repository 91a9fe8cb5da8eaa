package io.mlops4j.features;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What features are about: an airport, a customer, a route. Its key is a string, a whole number, an
 * enum, a {@link UUID}, or a record of those, so that composite keys stay typed and apart: {@code
 * (1, "23")} is not {@code (12, "3")}. Immutable and thread-safe.
 *
 * @param <K> the type of the key
 */
public final class Entity<K> {
  private static final int LONGEST = 200;

  private final String name;
  private final String shape;
  private final Function<K, List<@Nullable Object>> parts;

  private Entity(String name, String shape, Function<K, List<@Nullable Object>> parts) {
    this.name = Names.require("entity", name);
    this.shape = shape;
    this.parts = parts;
  }

  /**
   * Returns an entity by the type of its key.
   *
   * @param name what it is called
   * @param key {@code String}, {@code Integer}, {@code Long}, {@code Short}, {@code Byte}, {@code
   *     UUID}, an enum, or a record of those
   * @param <K> the type of the key
   * @return the entity
   * @throws IllegalArgumentException if no key can be made of the type; says of what
   */
  public static <K> Entity<K> of(String name, Class<K> key) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(key, "key");
    if (!key.isRecord()) {
      return new Entity<>(name, kind(name, key), value -> List.of(value));
    }
    RecordComponent[] components = key.getRecordComponents();
    if (components.length == 0) {
      throw new IllegalArgumentException("key of " + name + ": an empty record");
    }
    String shape =
        Arrays.stream(components)
            .map(c -> c.getName() + ":" + kind(name + "." + c.getName(), c.getType()))
            .collect(Collectors.joining(","));
    List<Function<Object, @Nullable Object>> readers = RecordParts.of(key);
    return new Entity<>(
        name,
        shape,
        value -> {
          List<@Nullable Object> read = new ArrayList<>(readers.size());
          readers.forEach(reader -> read.add(reader.apply(value)));
          return read;
        });
  }

  private static String kind(String what, Class<?> type) {
    if (type == String.class || type.isEnum()) {
      return "text";
    }
    if (type == UUID.class) {
      return "uuid";
    }
    if (List.of(long.class, int.class, short.class, byte.class).contains(type)
        || List.of(Long.class, Integer.class, Short.class, Byte.class).contains(type)) {
      return "whole";
    }
    throw new IllegalArgumentException(
        "key of "
            + what
            + ": a "
            + type.getName()
            + " (expected: String, a whole number, an enum, UUID, or a record of those)");
  }

  /**
   * Returns what it is called.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the text under which an {@link OnlineStore} keeps a key: its parts, each with its
   * length before it. Two keys have the same text only if they are equal.
   *
   * @param key a key
   * @return printable ASCII, at most 256 characters; empty if the key or a part of it is missing:
   *     such a key is nobody's
   */
  public String text(@Nullable K key) {
    if (key == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (Object part : parts.apply(key)) {
      if (part == null) {
        return "";
      }
      String shown = escaped(part instanceof Enum<?> constant ? constant.name() : part.toString());
      text.append(shown.length()).append(':').append(shown);
    }
    return text.length() <= LONGEST ? text.toString() : "#" + Names.sha256(text.toString());
  }

  private static String escaped(String part) {
    int plain = 0;
    while (plain < part.length() && isPlain(part.charAt(plain))) {
      plain++;
    }
    if (plain == part.length()) {
      return part;
    }
    StringBuilder result = new StringBuilder(part.length() + 16).append(part, 0, plain);
    for (int i = plain; i < part.length(); i++) {
      char c = part.charAt(i);
      if (isPlain(c)) {
        result.append(c);
      } else {
        result.append('%').append(String.format(java.util.Locale.ROOT, "%04x", (int) c));
      }
    }
    return result.toString();
  }

  private static boolean isPlain(char c) {
    return c > ' ' && c < 0x7F && c != '%';
  }

  String identity() {
    return name + "(" + shape + ")";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entity<?> that && identity().equals(that.identity());
  }

  @Override
  public int hashCode() {
    return Objects.hash(identity());
  }

  /** Returns the name and the parts of the key. */
  @Override
  public String toString() {
    return identity();
  }
}
