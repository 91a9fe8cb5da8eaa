package io.mlops4j.report;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short list of named facts: which model, how many rows, which result.
 *
 * @param entries the facts in the order they are shown
 */
public record KeyValues(Map<String, Cell> entries) implements Block {
  /** Copies the map in its order. */
  public KeyValues {
    entries = Lists.named(entries, "Key");
  }

  /**
   * Returns a list of one fact.
   *
   * @param key its name
   * @param value what {@link Cell#of(Object)} accepts
   * @return the list
   */
  public static KeyValues of(String key, @Nullable Object value) {
    return new KeyValues(Map.of(key, Cell.of(value)));
  }

  /**
   * Returns this list with one more fact at its end.
   *
   * @param key its name
   * @param value what {@link Cell#of(Object)} accepts
   * @return a longer list
   * @throws IllegalArgumentException if the key is there already; names it and its value
   */
  public KeyValues and(String key, @Nullable Object value) {
    return new KeyValues(Lists.plus(entries, key, Cell.of(value), "Key"));
  }
}
