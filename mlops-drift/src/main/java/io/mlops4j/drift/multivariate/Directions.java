package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A vector as at most 64 numbers which together weigh as much as one number: its coordinates, or,
 * of a longer one, its coordinates along 64 random directions of plus and minus ones, which keep
 * squared distances between vectors within about a sixth (Johnson and Lindenstrauss 1984,
 * Achlioptas 2003). The directions follow from the feature's name. A vector that is missing, not
 * finite or of another length is in the middle.
 */
final class Directions {
  static final int MOST = 64;

  private final int position;
  private final int length;
  private final float[][] signs;
  private final Standard[] standards;
  private final double weight;

  private Directions(int position, int length, float[][] signs, Standard[] standards) {
    this.position = position;
    this.length = length;
    this.signs = signs;
    this.standards = standards;
    this.weight = 1 / Math.sqrt(Math.max(1, standards.length));
  }

  static <T> Directions of(int position, Feature<T> feature, List<EncodedRow<T>> reference) {
    int length =
        feature.length() > 0
            ? feature.length()
            : reference.stream()
                .map(row -> row.vector(position))
                .filter(Objects::nonNull)
                .mapToInt(vector -> vector.length)
                .findFirst()
                .orElse(0);
    float[][] signs = length <= MOST ? new float[0][] : signs(feature.name(), length);
    Directions raw = new Directions(position, length, signs, new Standard[Math.min(length, MOST)]);
    double[][] seen =
        reference.stream().map(raw::coordinates).filter(Objects::nonNull).toArray(double[][]::new);
    // One unit for all coordinates: those that hardly vary must not count like the others.
    double sum = 0;
    for (int j = 0; j < raw.standards.length; j++) {
      raw.standards[j] = Standard.of(column(seen, j));
      sum += raw.standards[j].deviation() * raw.standards[j].deviation();
    }
    double unit = Math.sqrt(sum / Math.max(1, raw.standards.length));
    Arrays.setAll(raw.standards, j -> new Standard(raw.standards[j].middle(), unit));
    return raw;
  }

  private static double[] column(double[][] rows, int j) {
    return Arrays.stream(rows).mapToDouble(row -> row[j]).toArray();
  }

  private static float[][] signs(String name, int length) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    float[][] signs = new float[MOST][length];
    for (float[] direction : signs) {
      for (int i = 0; i < length; i++) {
        direction[i] = random.nextBoolean() ? 1 : -1;
      }
    }
    return signs;
  }

  int size() {
    return standards.length;
  }

  /** Writes the numbers, and whether the vector is missing after them. */
  void write(EncodedRow<?> row, double[] into, int at) {
    double[] coordinates = coordinates(row);
    into[at + standards.length] = coordinates == null ? 1 : 0;
    if (coordinates != null) {
      for (int j = 0; j < standards.length; j++) {
        into[at + j] = standards[j].of(coordinates[j]) * weight;
      }
    }
  }

  private double @Nullable [] coordinates(EncodedRow<?> row) {
    float[] vector = row.vector(position);
    if (vector == null || vector.length != length) {
      return null;
    }
    double[] result = new double[standards.length];
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        return null;
      }
    }
    for (int j = 0; j < result.length; j++) {
      if (signs.length == 0) {
        result[j] = vector[j];
      } else {
        double sum = 0;
        for (int i = 0; i < length; i++) {
          sum += (double) vector[i] * signs[j][i];
        }
        result[j] = sum / Math.sqrt(length);
      }
    }
    return result;
  }
}
