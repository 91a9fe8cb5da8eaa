package io.mlops4j.evaluation;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the answers and labels of a pass mean. */
record EvaluationTask<T>(
    Kind kind, List<String> classes, @Nullable Function<? super T, String> query) {

  enum Kind {
    BINARY,
    REGRESSION,
    CLASSES,
    RANKING
  }

  static <T> EvaluationTask<T> of(Kind kind) {
    return new EvaluationTask<>(kind, List.of(), null);
  }

  boolean is(Kind other) {
    return kind == other;
  }

  /**
   * As it stands in the digest of a configuration; the first two have stood there from the start.
   */
  String identity() {
    return switch (kind) {
      case BINARY -> "binary";
      case REGRESSION -> "regression";
      case CLASSES -> "classes " + classes;
      case RANKING -> "ranking";
    };
  }

  @Override
  public String toString() {
    return identity();
  }

  /** Why a label cannot be, or null. */
  @Nullable String refusal(double label) {
    return switch (kind) {
      case BINARY ->
          label == 0 || label == 1
              ? null
              : "has a label other than 0 and 1; a binary evaluation needs those.";
      case CLASSES ->
          label == Math.rint(label) && label >= 0 && label < classes.size()
              ? null
              : "has a label that is no class; expected 0 to " + (classes.size() - 1) + ".";
      case RANKING -> label >= 0 ? null : "has a relevance below 0.";
      case REGRESSION -> null;
    };
  }
}
