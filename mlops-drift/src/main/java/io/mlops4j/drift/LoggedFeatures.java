package io.mlops4j.drift;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.Text;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a row that may be kept: neither sensitive ones nor vectors. */
final class LoggedFeatures {
  private static final int MAX_LENGTH = 256;

  private LoggedFeatures() {}

  static Map<String, String> of(@Nullable EncodedRow<?> row) {
    Map<String, String> values = new HashMap<>();
    if (row == null) {
      return values;
    }
    for (int i = 0; i < row.schema().size(); i++) {
      Feature<?> feature = row.schema().features().get(i);
      String value = feature.sensitive() ? null : value(row, feature, i);
      if (value != null) {
        values.put(feature.name(), value);
      }
    }
    return values;
  }

  private static @Nullable String value(EncodedRow<?> row, Feature<?> feature, int i) {
    return switch (feature.kind()) {
      case NUMERIC, TIME -> Double.isNaN(row.number(i)) ? null : Double.toString(row.number(i));
      case CATEGORICAL, TEXT -> {
        String text = row.text(i);
        yield text == null ? null : Text.printable(text, MAX_LENGTH);
      }
      case VECTOR -> null;
    };
  }
}
