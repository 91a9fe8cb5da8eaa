package io.mlops4j.tribuo;

import io.mlops4j.core.EncodedColumn;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.RowEncoder;
import java.nio.FloatBuffer;
import java.util.Locale;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Output;
import org.tribuo.impl.ArrayExample;

/**
 * Makes Tribuo's examples of rows. Tribuo gives feature ids in the order of the names, so that
 * names begin with the zero-padded number of the column: ids are columns, and an exported ONNX
 * model takes the encoding's floats as they come.
 *
 * <p>Columns that are 0 are left out where the encoding has many of them, except for the first:
 * Tribuo refuses a row without any feature, but one whose categories are all unseen is one. Tribuo
 * also fails to add up gradients of rows with all columns and rows without (a ClassCastException
 * with minibatches): hence every row has all columns, or no row has. Used by one thread.
 */
final class Examples<T> {
  /** Of so many one-hot columns, one is hot, one may be the first, one may be kept: one is left. */
  private static final int ALWAYS_SPARSE = 4;

  private final RowEncoder<T> encoder;
  private final String[] names;
  private final RowBuffer<T> buffer;
  private final FloatBuffer floats;
  private final int[] columns;

  Examples(RowEncoder<T> encoder, String[] names) {
    this.encoder = encoder;
    this.names = names;
    this.buffer = encoder.schema().newBuffer();
    this.floats = FloatBuffer.allocate(encoder.width());
    this.columns = new int[encoder.width()];
  }

  /** Returns the name of each column: its number and the feature it is made of. */
  static String[] names(InputEncoding encoding) {
    String[] names = new String[encoding.width()];
    int[] next = {0};
    encoding
        .columns()
        .forEach(
            column -> {
              for (int i = 0; i < column.width(); i++) {
                names[next[0]] = String.format(Locale.ROOT, "%08d:%s", next[0], column.feature());
                next[0]++;
              }
            });
    return names;
  }

  /** Throws if the model's features are not the encoding's columns, in order. */
  static void check(String who, ImmutableFeatureMap features, String[] names) {
    if (features.size() != names.length) {
      throw new MlopsException(
          who
              + " takes "
              + features.size()
              + " features, its encoding has "
              + names.length
              + " columns.");
    }
    for (int i = 0; i < names.length; i++) {
      if (!names[i].equals(features.get(i).getName())) {
        throw new MlopsException(
            who + ": feature " + i + " is not the encoding's column. Train it with TribuoTrainer.");
      }
    }
  }

  /** Returns whether rows of this encoding are mostly zeros, and none has all columns. */
  static boolean isSparse(InputEncoding encoding) {
    return encoding.columns().stream()
        .anyMatch(c -> c instanceof EncodedColumn.OneHot && c.width() >= ALWAYS_SPARSE);
  }

  /**
   * Returns a row as an example with all columns, or with those that are not 0, the first, and one.
   */
  <O extends Output<O>> ArrayExample<O> example(T row, O output, boolean sparse, int kept) {
    buffer.set(row);
    encoder.encode(buffer, floats, 0);
    int used = 0;
    for (int i = 0; i < columns.length; i++) {
      float value = floats.get(i);
      if (!Float.isFinite(value)) {
        throw notFinite(i);
      }
      if (value != 0 || i == 0 || i == kept || !sparse) {
        columns[used++] = i;
      }
    }
    String[] present = new String[used];
    double[] values = new double[used];
    for (int i = 0; i < used; i++) {
      present[i] = names[columns[i]];
      values[i] = floats.get(columns[i]);
    }
    return new ArrayExample<>(output, present, values);
  }

  private MlopsException notFinite(int column) {
    String feature = names[column].substring(names[column].indexOf(':') + 1);
    return new MlopsException(
        "Feature "
            + feature
            + " is missing or not finite in a row, which Tribuo models cannot take. Encode it with a"
            + " value for missing ones (standardized does), or filter such rows.");
  }
}
