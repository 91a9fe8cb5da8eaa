package io.mlops4j.pipeline.search;

import io.mlops4j.core.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One choice of values: those of the parameters that exist under it.
 *
 * @param values name to {@link Long}, {@link Double} or {@link String}, in the space's order
 */
public record Candidate(Map<String, Object> values) {
  /** Copies the map. */
  public Candidate {
    values =
        Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNull(values, "values")));
  }

  /**
   * Returns whether a parameter exists here.
   *
   * @param name its name
   * @return false if its condition does not hold
   */
  public boolean has(String name) {
    return values.containsKey(Objects.requireNonNull(name, "name"));
  }

  /**
   * Returns a whole number.
   *
   * @param name its name
   * @return the value
   * @throws IllegalArgumentException if it does not exist here or is no whole number
   */
  public long whole(String name) {
    if (value(name) instanceof Long number) {
      return number;
    }
    throw mistyped(name, "a whole number");
  }

  /**
   * Returns a whole number as an int.
   *
   * @param name its name
   * @return the value
   * @throws ArithmeticException if it does not fit
   */
  public int integer(String name) {
    return Math.toIntExact(whole(name));
  }

  /**
   * Returns a number; a whole one, too.
   *
   * @param name its name
   * @return the value
   * @throws IllegalArgumentException if it does not exist here or is a text
   */
  public double number(String name) {
    if (value(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw mistyped(name, "a number");
  }

  /**
   * Returns a text.
   *
   * @param name its name
   * @return the value
   * @throws IllegalArgumentException if it does not exist here or is a number
   */
  public String text(String name) {
    if (value(name) instanceof String text) {
      return text;
    }
    throw mistyped(name, "a text");
  }

  private Object value(String name) {
    Object value = values.get(Objects.requireNonNull(name, "name"));
    if (value == null) {
      throw new IllegalArgumentException(
          "Parameter "
              + Text.printable(name, 64)
              + " does not exist here. Those that do: "
              + values.keySet()
              + ".");
    }
    return value;
  }

  private IllegalArgumentException mistyped(String name, String expected) {
    return new IllegalArgumentException(
        "Parameter "
            + name
            + " is a "
            + Objects.requireNonNull(values.get(name)).getClass().getSimpleName()
            + " (expected: "
            + expected
            + ")");
  }

  /** Returns the values by name. */
  @Override
  public String toString() {
    return values.toString();
  }
}
