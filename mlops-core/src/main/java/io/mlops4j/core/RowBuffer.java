package io.mlops4j.core;

import org.jspecify.annotations.Nullable;

/**
 * A reusable place for the values of one row, so that a request reads each accessor once and copies
 * without allocating. Used by one thread at a time.
 *
 * @param <T> the row type
 */
public final class RowBuffer<T> {
  private final Schema<T> schema;
  private final RowReader<T> reader;
  private final double[] numbers;
  private final @Nullable String[] texts;
  private final float[] @Nullable [] vectors;

  RowBuffer(Schema<T> schema) {
    this.schema = schema;
    this.reader = schema.reader();
    this.numbers = new double[schema.size()];
    for (int i = 0; i < numbers.length; i++) {
      // Read once for each value that drift counts: what is no number is missing.
      numbers[i] = schema.features().get(i).isNumber() ? 0 : Double.NaN;
    }
    this.texts = new @Nullable String[schema.size()];
    this.vectors = new float[schema.size()] @Nullable [];
  }

  /**
   * Reads every feature of a row. A vector is copied into this buffer's own array.
   *
   * @param row the row
   * @throws IllegalArgumentException if a vector does not have its declared length; names the
   *     feature and both lengths
   */
  public void set(T row) {
    reader.read(row, numbers, texts);
    for (int position : reader.vectors()) {
      Feature<T> feature = reader.feature(position);
      setVector(position, feature, feature.vector(row));
    }
  }

  private void setVector(int i, Feature<T> feature, float @Nullable [] value) {
    if (value != null && feature.length() != 0 && value.length != feature.length()) {
      throw new IllegalArgumentException(
          "Feature " + feature + " has " + value.length + " floats in this row.");
    }
    setOwn(i, value);
  }

  private void setOwn(int i, float @Nullable [] value) {
    float[] own = vectors[i];
    if (value == null) {
      vectors[i] = null;
    } else if (own == null || own.length != value.length) {
      vectors[i] = value.clone();
    } else {
      System.arraycopy(value, 0, own, 0, own.length);
    }
  }

  /**
   * Takes over the values of another buffer of the same schema.
   *
   * @param other what to copy
   */
  public void copyFrom(RowBuffer<T> other) {
    System.arraycopy(other.numbers, 0, numbers, 0, numbers.length);
    if (reader.hasTexts()) {
      System.arraycopy(other.texts, 0, texts, 0, texts.length);
    }
    for (int position : reader.vectors()) {
      setOwn(position, other.vectors[position]);
    }
  }

  /** Forgets the values, so that nothing of a row is kept alive. */
  public void clear() {
    java.util.Arrays.fill(texts, null);
    java.util.Arrays.fill(vectors, null);
  }

  /**
   * Returns what the row's features are.
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
   * @return the value; NaN if missing
   */
  public double number(int feature) {
    return numbers[feature];
  }

  /**
   * Returns a category or text.
   *
   * @param feature its position in the schema
   * @return the value; null if missing
   */
  public @Nullable String text(int feature) {
    return texts[feature];
  }

  /**
   * Returns a vector.
   *
   * @param feature its position in the schema
   * @return this buffer's own array, valid until the next {@link #set}; null if missing
   */
  public float @Nullable [] vector(int feature) {
    return vectors[feature];
  }

  /**
   * Returns an immutable copy.
   *
   * @return the values as they are now
   */
  public EncodedRow<T> toRow() {
    float[] @Nullable [] copies = vectors.clone();
    for (int i = 0; i < copies.length; i++) {
      float[] own = copies[i];
      copies[i] = own == null ? null : own.clone();
    }
    return new EncodedRow<>(schema, numbers.clone(), texts.clone(), copies);
  }
}
