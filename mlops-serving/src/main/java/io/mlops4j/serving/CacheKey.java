package io.mlops4j.serving;

import io.mlops4j.core.RowBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything an answer depends on: the loaded version, which stands for model, number, weights and
 * the output that is read, and the typed values of the row. Zero and minus zero differ, NaN is
 * equal to itself.
 */
final class CacheKey {
  private static final int OVERHEAD = 96;

  final ServedVersion<?, ?> version;
  private final double[] numbers;
  private final @Nullable String[] texts;
  private final float[] @Nullable [] vectors;
  private final int hash;

  CacheKey(ServedVersion<?, ?> version, RowBuffer<?> row) {
    int features = row.schema().size();
    this.version = version;
    this.numbers = new double[features];
    this.texts = new @Nullable String[features];
    this.vectors = new float[features] @Nullable [];
    for (int i = 0; i < features; i++) {
      numbers[i] = row.number(i);
      texts[i] = row.text(i);
      float[] vector = row.vector(i);
      vectors[i] = vector == null ? null : vector.clone();
    }
    int mixed = System.identityHashCode(version);
    mixed = 31 * mixed + Arrays.hashCode(numbers);
    mixed = 31 * mixed + Arrays.hashCode(texts);
    this.hash = 31 * mixed + Arrays.deepHashCode(vectors);
  }

  /** Returns about how many bytes it holds. */
  int weight() {
    int bytes = OVERHEAD + numbers.length * 16;
    for (int i = 0; i < numbers.length; i++) {
      String text = texts[i];
      float[] vector = vectors[i];
      bytes += (text == null ? 0 : 40 + text.length()) + (vector == null ? 0 : 4 * vector.length);
    }
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CacheKey that
        && version == that.version
        && hash == that.hash
        && Arrays.equals(numbers, that.numbers)
        && Arrays.equals(texts, that.texts)
        && Arrays.deepEquals(vectors, that.vectors);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns whose it is, never a value. */
  @Override
  public String toString() {
    return "CacheKey of " + version.version;
  }
}
