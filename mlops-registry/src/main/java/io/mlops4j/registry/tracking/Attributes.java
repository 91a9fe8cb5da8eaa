package io.mlops4j.registry.tracking;

import io.mlops4j.registry.Stage;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The attributes a query can name, and what they can be compared with. */
final class Attributes {
  enum Type {
    TEXT,
    /** A text that may be a number. */
    LOOSE,
    NUMBER,
    TIME,
    STATUS,
    STAGE
  }

  private static final Map<String, Type> TYPES = new TreeMap<>();

  static {
    for (String name :
        List.of("id", "name", "owner", "parent", "experiment", "reason", "model", "commit")) {
      TYPES.put(name, Type.TEXT);
    }
    TYPES.put("seed", Type.LOOSE);
    TYPES.put("version", Type.NUMBER);
    TYPES.put("seconds", Type.NUMBER);
    TYPES.put("started", Type.TIME);
    TYPES.put("ended", Type.TIME);
    TYPES.put("seen", Type.TIME);
    TYPES.put("created", Type.TIME);
    TYPES.put("status", Type.STATUS);
    TYPES.put("stage", Type.STAGE);
  }

  private Attributes() {}

  static Set<String> names() {
    return new TreeSet<>(TYPES.keySet());
  }

  static boolean isKnown(String name) {
    return TYPES.containsKey(name);
  }

  static Type type(Field field) {
    return switch (field.kind()) {
      case METRIC -> Type.NUMBER;
      case PARAM, TAG -> Type.LOOSE;
      case ATTRIBUTE -> TYPES.getOrDefault(field.name(), Type.TEXT);
    };
  }

  /** Returns a complaint, or nothing. */
  static String complaint(Field field, Object literal, boolean ordered) {
    Type type = type(field);
    boolean number = literal instanceof Double;
    return switch (type) {
      case NUMBER -> number ? "" : field + " is a number: compare it with a number";
      case LOOSE -> "";
      case TEXT -> number ? field + " is a text: compare it with a text in quotes" : "";
      case TIME ->
          number || instant((String) literal) == null
              ? field
                  + " is a time: compare it with one such as '2026-11-26' or '2026-11-26T08:00:00Z'"
              : "";
      case STATUS -> constant(field, literal, ordered, RunStatus.values());
      case STAGE -> constant(field, literal, ordered, Stage.values());
    };
  }

  private static String constant(
      Field field, Object literal, boolean ordered, Enum<?>[] constants) {
    List<String> names = Arrays.stream(constants).map(Enum::name).toList();
    if (ordered) {
      return field + " has no order: use =, != or IN";
    }
    return literal instanceof String text && names.contains(text)
        ? ""
        : field + " is one of " + names;
  }

  /** A time, or null; a date is its first instant in UTC. */
  static @org.jspecify.annotations.Nullable Instant instant(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
