package io.mlops4j.pipeline.batch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One record of an input: a row and what is kept of it, or why there is none. */
final class InputRecord<T> {
  private static final @Nullable Object[] NOTHING = {};

  private final long line;
  private final @Nullable T row;
  private final @Nullable Object[] kept;
  private final @Nullable String problem;

  private InputRecord(
      long line, @Nullable T row, @Nullable Object[] kept, @Nullable String problem) {
    this.line = line;
    this.row = row;
    this.kept = kept;
    this.problem = problem;
  }

  static <T> InputRecord<T> of(long line, T row, @Nullable Object[] kept) {
    return new InputRecord<>(line, Objects.requireNonNull(row, "row"), kept, null);
  }

  static <T> InputRecord<T> bad(long line, String problem) {
    return new InputRecord<>(line, null, NOTHING, problem);
  }

  /** Returns where it begins, 0 if the input has no lines. */
  long line() {
    return line;
  }

  /** Returns what the model is given, or null if it cannot be read. */
  @Nullable T row() {
    return row;
  }

  /** Returns the values that go to the output as they are, not to be changed. */
  @Nullable Object[] kept() {
    return kept;
  }

  /** Returns why there is no row, without any value; null if there is one. */
  @Nullable String problem() {
    return problem;
  }
}
