package io.mlops4j.core;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The identity of one trained model: a name and a number that is never reused.
 *
 * @param model the registered name: 1 to 128 of {@code A-Z a-z 0-9 . _ -}, no leading dot
 * @param number 1 for the first version; 0 means "not from a registry"
 */
public record ModelVersion(String model, int number) implements Comparable<ModelVersion> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  /** Checks both parts. */
  public ModelVersion {
    requireName(model);
    if (number < 0) {
      throw new IllegalArgumentException("number: " + number + " (expected: 0 or more)");
    }
  }

  /**
   * Returns the version of a model that no registry knows.
   *
   * @param model its name
   * @return version 0 of it
   */
  public static ModelVersion unregistered(String model) {
    return new ModelVersion(model, 0);
  }

  /**
   * Returns the name if it can name a model. A name is data, never a path: separators, a leading
   * dot, control characters and look-alikes are refused.
   *
   * @param name the candidate
   * @return the same string
   * @throws IllegalArgumentException if it is not 1 to 128 of {@code A-Z a-z 0-9 . _ -}
   */
  public static String requireName(String name) {
    Objects.requireNonNull(name, "name");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name: \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
    }
    return name;
  }

  @Override
  public int compareTo(ModelVersion other) {
    int byName = model.compareTo(other.model);
    return byName != 0 ? byName : Integer.compare(number, other.number);
  }

  /** Returns {@code model:number}. */
  @Override
  public String toString() {
    return model + ":" + number;
  }
}
