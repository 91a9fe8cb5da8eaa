package io.mlops4j.data.expect;

import io.mlops4j.core.Schema;
import io.mlops4j.data.RowFingerprint;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows of another data set, and how rows are told apart. */
record OtherRows<T>(
    RowFingerprint fingerprint, @Nullable Function<? super T, String> id, String name) {

  RowFingerprint.Collector<T> collector(Schema<T> schema) {
    return id == null ? RowFingerprint.content(schema) : RowFingerprint.ids(name, id);
  }
}
