package io.mlops4j.core;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes rows that are arrays of floats. */
record FloatsFactory(List<RowField> fields) implements RowFactory<float[]> {

  @Override
  public float[] create(@Nullable Object[] values) {
    float[] row = new float[values.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (Float) Objects.requireNonNull(values[i]);
    }
    return row;
  }
}
