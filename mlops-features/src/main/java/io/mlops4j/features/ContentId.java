package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.function.Function;

/** The id of an event that has none: the digest of all its features. */
final class ContentId<E> implements Function<E, String> {
  private final Schema<E> schema;

  ContentId(Schema<E> schema) {
    this.schema = schema;
  }

  @Override
  public String apply(E event) {
    RowBuffer<E> buffer = schema.newBuffer();
    buffer.set(event);
    StringBuilder content = new StringBuilder();
    for (int i = 0; i < schema.size(); i++) {
      Feature<E> feature = schema.features().get(i);
      switch (feature.kind()) {
        case NUMERIC, TIME ->
            content.append(Double.doubleToLongBits(buffer.number(i) + 0.0)).append('|');
        case CATEGORICAL, TEXT -> {
          String text = buffer.text(i);
          content.append(text == null ? "-|" : text.length() + ":" + text + "|");
        }
        case VECTOR -> {
          float[] vector = buffer.vector(i);
          content.append(vector == null ? "-|" : java.util.Arrays.toString(vector) + "|");
        }
      }
    }
    return Names.sha256(content.toString()).substring(0, 32);
  }
}
