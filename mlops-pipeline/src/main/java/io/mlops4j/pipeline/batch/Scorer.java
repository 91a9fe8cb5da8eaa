package io.mlops4j.pipeline.batch;

import io.mlops4j.core.ModelVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who answers the rows of a job. */
interface Scorer<T, O> extends AutoCloseable {

  /** What came out for one row: an answer, or why there is none. */
  record Answer<O>(@Nullable O value, @Nullable String problem) {
    static <O> Answer<O> of(@Nullable O value) {
      return value == null ? bad("the model answered null") : new Answer<>(value, null);
    }

    static <O> Answer<O> bad(String problem) {
      return new Answer<>(null, problem);
    }
  }

  ModelVersion version();

  /** Returns the digest of the model's files, or nothing if it has none. */
  String digest();

  /** Returns one answer per row. Equal chunks have equal answers. */
  List<Answer<O>> score(List<T> rows);

  @Override
  void close();
}
