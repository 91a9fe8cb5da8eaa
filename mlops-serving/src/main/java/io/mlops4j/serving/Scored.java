package io.mlops4j.serving;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@link Predictor#scoreAll} and what became of it: an answer or a failure.
 *
 * @param row its position in the stream, from 0
 * @param input the row
 * @param version who answered, or was asked
 * @param answer the answer, or null if there is none
 * @param failure why there is none, or null
 * @param <I> one input row
 * @param <O> one answer
 */
public record Scored<I, O>(
    long row, I input, ModelVersion version, @Nullable O answer, @Nullable MlopsException failure) {

  /** Checks that there is one of the two. */
  public Scored {
    Objects.requireNonNull(input, "input");
    Objects.requireNonNull(version, "version");
    if ((answer == null) == (failure == null)) {
      throw new IllegalArgumentException("row " + row + ": expected either an answer or a failure");
    }
  }

  /**
   * Returns the answer.
   *
   * @return the answer
   * @throws MlopsException the failure, if there is none
   */
  public O output() {
    if (answer == null) {
      throw Objects.requireNonNull(failure, "failure");
    }
    return answer;
  }
}
