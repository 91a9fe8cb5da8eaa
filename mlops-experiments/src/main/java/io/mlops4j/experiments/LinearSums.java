package io.mlops4j.experiments;

import io.mlops4j.core.MlopsException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What one arm of a linear bandit has learned, as sums: X'X (its lower triangle, by rows), X'y and
 * the number of rewards. Sums of several instances add up. Not thread-safe.
 */
final class LinearSums {
  private final int dimensions;
  private final double[] gram;
  private final double[] target;
  private long count;

  LinearSums(int dimensions) {
    this.dimensions = dimensions;
    this.gram = new double[dimensions * (dimensions + 1) / 2];
    this.target = new double[dimensions];
  }

  static LinearSums[] none(int arms, int dimensions) {
    LinearSums[] result = new LinearSums[arms];
    Arrays.setAll(result, arm -> new LinearSums(dimensions));
    return result;
  }

  long count() {
    return count;
  }

  double gram(int row, int column) {
    return gram[row * (row + 1) / 2 + column];
  }

  double target(int row) {
    return target[row];
  }

  void add(double[] x, double y) {
    for (int i = 0, at = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++, at++) {
        gram[at] += x[i] * x[j];
      }
      target[i] += x[i] * y;
    }
    count++;
  }

  void add(LinearSums other) {
    for (int i = 0; i < gram.length; i++) {
      gram[i] += other.gram[i];
    }
    for (int i = 0; i < target.length; i++) {
      target[i] += other.target[i];
    }
    count += other.count;
  }

  static int bytes(int arms, int dimensions) {
    return arms * Double.BYTES * (dimensions * (dimensions + 1) / 2 + dimensions + 1);
  }

  void write(ByteBuffer to) {
    to.putLong(count);
    for (double value : gram) {
      to.putDouble(value);
    }
    for (double value : target) {
      to.putDouble(value);
    }
  }

  static LinearSums read(ByteBuffer from, int dimensions, String what) {
    LinearSums result = new LinearSums(dimensions);
    try {
      result.count = from.getLong();
      boolean finite = result.count >= 0;
      for (int i = 0; i < result.gram.length; i++) {
        result.gram[i] = from.getDouble();
        finite &= Double.isFinite(result.gram[i]);
      }
      for (int i = 0; i < dimensions; i++) {
        result.target[i] = from.getDouble();
        finite &= Double.isFinite(result.target[i]);
      }
      if (!finite) {
        throw new MlopsException(what + ": a sum is not finite. The object is damaged.");
      }
      return result;
    } catch (BufferUnderflowException e) {
      throw new MlopsException(what + ": too short for " + dimensions + " dimensions.", e);
    }
  }
}
