package io.mlops4j.core;

import org.jspecify.annotations.Nullable;

/**
 * The values of one row, one per feature of its schema, independent of the object they were read
 * from. Immutable and thread-safe.
 *
 * @param <T> the row type
 */
public final class EncodedRow<T> {
  private final Schema<T> schema;
  private final double[] numbers;
  private final @Nullable String[] texts;
  private final float[] @Nullable [] vectors;

  EncodedRow(
      Schema<T> schema, double[] numbers, @Nullable String[] texts, float[] @Nullable [] vectors) {
    this.schema = schema;
    this.numbers = numbers;
    this.texts = texts;
    this.vectors = vectors;
  }

  /**
   * Returns what the features are.
   *
   * @return the schema
   */
  public Schema<T> schema() {
    return schema;
  }

  /**
   * Returns a number.
   *
   * @param feature its position in the schema
   * @return the value; NaN if it is missing or of another kind
   */
  public double number(int feature) {
    return numbers[feature];
  }

  /**
   * Returns a category or text.
   *
   * @param feature its position in the schema
   * @return the value; null if it is missing or of another kind
   */
  public @Nullable String text(int feature) {
    return texts[feature];
  }

  /**
   * Returns a vector.
   *
   * @param feature its position in the schema
   * @return a copy; null if it is missing or of another kind
   */
  public float @Nullable [] vector(int feature) {
    float[] value = vectors[feature];
    return value == null ? null : value.clone();
  }

  /** Returns names and values; of sensitive features the name only. */
  @Override
  public String toString() {
    StringBuilder result = new StringBuilder(schema.name()).append('[');
    for (int i = 0; i < schema.size(); i++) {
      Feature<T> feature = schema.features().get(i);
      result.append(i == 0 ? "" : ", ").append(feature.name()).append('=');
      if (feature.sensitive()) {
        result.append("(sensitive)");
      } else {
        switch (feature.kind()) {
          case NUMERIC, TIME -> result.append(numbers[i]);
          case CATEGORICAL, TEXT -> {
            String text = texts[i];
            result.append(text == null ? "(missing)" : Text.printable(text, 64));
          }
          case VECTOR -> {
            float[] vector = vectors[i];
            result.append(vector == null ? "(missing)" : "float[" + vector.length + "]");
          }
        }
      }
    }
    return result.append(']').toString();
  }
}
