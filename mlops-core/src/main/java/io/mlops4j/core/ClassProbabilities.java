package io.mlops4j.core;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One probability per class, in the model's order of classes. Immutable.
 *
 * <p>A model that knows the names of its classes gives them along: one that answers maps
 * (scikit-learn's default ZipMap), and Tribuo's. A plain tensor names none.
 */
public final class ClassProbabilities {
  private final double[] values;
  private final List<String> labels;

  private ClassProbabilities(double[] values, List<String> labels) {
    this.values = values;
    this.labels = labels;
  }

  /**
   * Returns probabilities of classes without names.
   *
   * @param values one per class, at least 2; copied, not checked to be probabilities
   * @return the probabilities
   */
  public static ClassProbabilities unnamed(double... values) {
    return named(List.of(), values);
  }

  /**
   * Returns probabilities of named classes.
   *
   * @param labels the names, one per class, or none
   * @param values one per class, at least 2; copied, not checked to be probabilities
   * @return the probabilities
   * @throws IllegalArgumentException if the numbers of names and values differ
   */
  public static ClassProbabilities named(List<String> labels, double... values) {
    List<String> names = List.copyOf(labels);
    if (values.length < 2) {
      throw new IllegalArgumentException("classes: " + values.length + " (expected: 2 or more)");
    }
    if (!names.isEmpty() && names.size() != values.length) {
      throw new IllegalArgumentException(
          "labels: " + names.size() + " (expected: " + values.length + ", or none)");
    }
    return new ClassProbabilities(values.clone(), names);
  }

  /**
   * Returns how many classes there are.
   *
   * @return at least 2
   */
  public int size() {
    return values.length;
  }

  /**
   * Returns the probability of one class.
   *
   * @param index its position, from 0
   * @return 0 to 1
   * @throws IndexOutOfBoundsException if there is no such class
   */
  public double of(int index) {
    return values[index];
  }

  /**
   * Returns the probability of one class.
   *
   * @param label its name; of an integer class, its decimal digits
   * @return 0 to 1
   * @throws IllegalArgumentException if there is no such class; lists those that exist
   */
  public double of(String label) {
    int index = labels.indexOf(label);
    if (index < 0) {
      throw new IllegalArgumentException(
          "class "
              + Text.printable(label, 64)
              + (labels.isEmpty()
                  ? " (the model names none: ask by position, 0.." + (values.length - 1) + ")"
                  : " (expected: one of " + labels + ")"));
    }
    return values[index];
  }

  /**
   * Returns the names of the classes.
   *
   * @return one per position, or an empty list if the model names none
   */
  public List<String> labels() {
    return labels;
  }

  /**
   * Returns the most probable class.
   *
   * @return its position, the first one of equals
   */
  public int best() {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns all probabilities.
   *
   * @return a copy
   */
  public double[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassProbabilities that
        && Arrays.equals(values, that.values)
        && labels.equals(that.labels);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(values), labels);
  }

  @Override
  public String toString() {
    return Arrays.toString(values) + (labels.isEmpty() ? "" : " of " + labels);
  }
}
