package io.mlops4j.serving;

import io.mlops4j.core.Feature;
import io.mlops4j.core.RowBuffer;
import io.mlops4j.core.Schema;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Row buffers between two uses: making 128 of them took as long as reading 128 rows. One set is
 * kept; callers who come at once make their own. Thread-safe.
 */
final class SpareRows<I> {
  private final AtomicReference<@Nullable Rows<I>> spare = new AtomicReference<>();

  private static final class Rows<I> {
    final Schema<I> schema;
    final @Nullable RowBuffer<I>[] buffers;

    Rows(Schema<I> schema, @Nullable RowBuffer<I>[] buffers) {
      this.schema = schema;
      this.buffers = buffers;
    }
  }

  /** Returns at least so many buffers, whose content is anything. */
  @Nullable RowBuffer<I>[] take(Schema<I> schema, int count) {
    Rows<I> kept = spare.getAndSet(null);
    if (kept != null && kept.schema == schema && kept.buffers.length >= count) {
      return kept.buffers;
    }
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable RowBuffer<I>[] made = new RowBuffer[count];
    for (int i = 0; i < count; i++) {
      made[i] = schema.newBuffer();
    }
    return made;
  }

  /** Takes buffers back. */
  void giveBack(Schema<I> schema, @Nullable RowBuffer<I>[] buffers) {
    if (holdsReferences(schema)) {
      for (RowBuffer<I> buffer : buffers) {
        if (buffer != null) {
          buffer.clear();
        }
      }
    }
    spare.set(new Rows<>(schema, buffers));
  }

  /** Returns whether a buffer keeps something of a row alive. */
  static boolean holdsReferences(Schema<?> schema) {
    for (Feature<?> feature : schema.features()) {
      if (isReference(feature)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isReference(Feature<?> feature) {
    return switch (feature.kind()) {
      case NUMERIC, TIME -> false;
      case CATEGORICAL, TEXT, VECTOR -> true;
    };
  }
}
