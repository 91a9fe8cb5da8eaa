package io.mlops4j.serving;

import io.mlops4j.core.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One probability per class, in the model's order of classes. Immutable.
 *
 * <p>A model that answers maps (scikit-learn's default ZipMap) names its classes; then they are in
 * the order of the names, numbers by value. A plain tensor names none.
 */
public final class ClassProbabilities {
  private final double[] values;
  private final List<String> labels;

  ClassProbabilities(double[] owned, @Nullable List<String> labels) {
    this.values = owned;
    this.labels = labels == null ? List.of() : labels;
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
