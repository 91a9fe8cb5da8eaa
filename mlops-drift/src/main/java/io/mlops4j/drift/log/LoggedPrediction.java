package io.mlops4j.drift.log;

import io.mlops4j.core.Elements;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A prediction as it is kept until its label comes. Values of sensitive features are never in it.
 *
 * @param id {@link io.mlops4j.core.Prediction#id()}
 * @param key the user's own key, or null
 * @param unit whose it is, for {@link PredictionLog#forget}, or null
 * @param version who answered
 * @param output the answer as a number: a probability, a value or the index of a class
 * @param at when it was made, cut to microseconds
 * @param segments the names of the segments it belongs to
 * @param features values of features that are not sensitive, as text; empty unless asked for
 */
public record LoggedPrediction(
    String id,
    @Nullable String key,
    @Nullable String unit,
    ModelVersion version,
    double output,
    Instant at,
    List<String> segments,
    Map<String, String> features) {
  /** The longest id, key or unit. */
  public static final int MAX_NAME = 1_024;

  /** Checks the lengths, copies the collections and cuts the time. */
  public LoggedPrediction {
    Objects.requireNonNull(at, "at");
    requireName("id", id);
    if (key != null) {
      requireName("key", key);
    }
    if (unit != null) {
      requireName("unit", unit);
    }
    Objects.requireNonNull(version, "version");
    if (!Double.isFinite(output)) {
      throw new IllegalArgumentException("output: " + output + " (expected: finite)");
    }
    at = Micros.cut(at);
    segments = Elements.list("segments", segments);
    features = Elements.map("features", features);
  }

  static String requireName(String what, String name) {
    Objects.requireNonNull(name, what);
    if (!isName(name)) {
      throw new IllegalArgumentException(
          what
              + ": "
              + name.length()
              + " characters (expected: 1.."
              + MAX_NAME
              + ", without NUL or half a surrogate pair)");
    }
    return name;
  }

  /**
   * Returns whether every log can keep a string as an id, key or unit.
   *
   * @param name the candidate
   * @return false if it is empty, too long, or holds NUL or half a surrogate pair
   */
  public static boolean isName(String name) {
    Objects.requireNonNull(name, "name");
    return !name.isEmpty()
        && name.length() <= MAX_NAME
        && name.codePoints()
            .noneMatch(
                c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }

  /** Returns id, version and time; neither key nor unit, which may name a person. */
  @Override
  public String toString() {
    return version + " " + id + " at " + at;
  }
}
