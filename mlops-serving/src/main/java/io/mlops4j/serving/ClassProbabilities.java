package io.mlops4j.serving;

import java.util.Arrays;

/** One probability per class, in the model's order of classes. Immutable. */
public final class ClassProbabilities {
  private final double[] values;

  ClassProbabilities(double[] owned) {
    this.values = owned;
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
    return other instanceof ClassProbabilities that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
