package io.mlops4j.junit;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Prediction.Source;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about one answer: who gave it and what it is. Messages never show the row.
 *
 * @param <O> one answer
 */
public final class PredictionAssert<O>
    extends AbstractAssert<PredictionAssert<O>, Prediction<?, O>> {

  PredictionAssert(@Nullable Prediction<?, O> actual) {
    super(actual, PredictionAssert.class);
  }

  /**
   * Asserts that the served version computed the answer.
   *
   * @return this
   * @throws AssertionError naming the source
   */
  public PredictionAssert<O> comesFromTheModel() {
    return comesFrom(Source.MODEL);
  }

  /**
   * Asserts that the fallback answered.
   *
   * @return this
   * @throws AssertionError naming the source
   */
  public PredictionAssert<O> comesFromTheFallback() {
    return comesFrom(Source.FALLBACK);
  }

  /**
   * Asserts where the answer came from.
   *
   * @param source where
   * @return this
   * @throws AssertionError naming both sources
   */
  public PredictionAssert<O> comesFrom(Source source) {
    isNotNull();
    return require(actual.source() == source, source, "came from " + actual.source());
  }

  /**
   * Asserts which version answered.
   *
   * @param number its number
   * @return this
   * @throws AssertionError naming both versions
   */
  public PredictionAssert<O> isByVersion(int number) {
    isNotNull();
    ModelVersion version = actual.version();
    return require(
        version.number() == number, "version " + number, "was given by version " + version);
  }

  /**
   * Asserts what the answer is.
   *
   * @param expected the answer
   * @return this
   * @throws AssertionError naming both answers
   */
  public PredictionAssert<O> answers(O expected) {
    isNotNull();
    return require(actual.output().equals(expected), expected, "is " + actual.output());
  }

  /**
   * Asserts that the answer is a number, and which.
   *
   * @param expected the answer
   * @param tolerance largest absolute difference, at least 0
   * @return this
   * @throws AssertionError naming both answers; NaN is close to nothing
   */
  public PredictionAssert<O> answers(double expected, double tolerance) {
    isNotNull();
    boolean close =
        actual.output() instanceof Number number
            && Math.abs(number.doubleValue() - expected) <= tolerance;
    return require(close, expected + " within " + tolerance, "is " + actual.output());
  }

  private PredictionAssert<O> require(boolean holds, Object wanted, String seen) {
    if (!holds) {
      throw new AssertionError(
          "Expected "
              + wanted
              + ", but answer "
              + actual.id()
              + " "
              + seen
              + " ("
              + actual.version()
              + ", "
              + actual.source()
              + ").");
    }
    return this;
  }
}
