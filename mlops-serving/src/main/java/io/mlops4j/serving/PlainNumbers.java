package io.mlops4j.serving;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.Feature;
import io.mlops4j.core.RowEncoder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A short cut for encodings that pass numbers on as they are: from the accessor into the input
 * tensor, without a row buffer between. On a small network the long way costs as much as all of the
 * predictor's bookkeeping.
 */
final class PlainNumbers<I> {
  private final Feature<I>[] features;
  private final float[] missing;

  private PlainNumbers(List<Feature<I>> features, float[] missing) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Feature<I>[] array = features.toArray(new Feature[0]);
    this.features = array;
    this.missing = missing;
  }

  /** Returns the short cut, or null if a column needs more than a cast. */
  static <I> @Nullable PlainNumbers<I> of(RowEncoder<I> encoder) {
    List<Feature<I>> features = new ArrayList<>();
    float[] missing = new float[encoder.width()];
    for (EncodedColumn column : encoder.encoding().columns()) {
      if (!(column instanceof EncodedColumn.Numeric numeric)) {
        return null;
      }
      missing[features.size()] = numeric.missing();
      features.add(encoder.schema().feature(numeric.feature()));
    }
    return new PlainNumbers<>(features, missing);
  }

  void encode(I input, float[] out, int at) {
    for (int i = 0; i < features.length; i++) {
      double value = features[i].number(input);
      out[at + i] = Double.isNaN(value) ? missing[i] : (float) value;
    }
  }

  void encode(I input, FloatBuffer out, int at) {
    for (int i = 0; i < features.length; i++) {
      double value = features[i].number(input);
      out.put(at + i, Double.isNaN(value) ? missing[i] : (float) value);
    }
  }
}
