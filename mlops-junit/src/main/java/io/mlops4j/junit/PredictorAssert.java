package io.mlops4j.junit;

import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorStats;
import io.mlops4j.serving.PredictorStatus;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a predictor. Versions are loaded on a thread of its own, so what is asserted
 * about them may take a moment to become true: these wait for it, ten seconds at most.
 */
public final class PredictorAssert extends AbstractAssert<PredictorAssert, Predictor<?, ?>> {
  private static final int PATIENCE_SECONDS = 10;

  PredictorAssert(@Nullable Predictor<?, ?> actual) {
    super(actual, PredictorAssert.class);
  }

  /**
   * Asserts that a version is served, or will be within ten seconds.
   *
   * @param number the version's number
   * @return this
   * @throws AssertionError naming what is served instead, and why
   */
  public PredictorAssert serves(int number) {
    isNotNull();
    boolean came =
        StressRound.within(
            PATIENCE_SECONDS,
            () -> actual.version().filter(served -> served.number() == number).isPresent());
    return require(came, "to serve version " + number);
  }

  /**
   * Asserts that the predictor cannot serve what its source selects, or will say so within ten
   * seconds.
   *
   * @param part what its status must say, such as a part of the load's error
   * @return this
   * @throws AssertionError naming what is served and what the status says
   */
  public PredictorAssert hasProblem(String part) {
    isNotNull();
    boolean came =
        StressRound.within(
            PATIENCE_SECONDS,
            () -> actual.status().problem().filter(problem -> problem.contains(part)).isPresent());
    return require(came, "to have a problem with \"" + part + "\"");
  }

  /**
   * Asserts that so far every request was answered by a model: none failed, was rejected or got the
   * fallback's answer.
   *
   * @return this
   * @throws AssertionError with the counts
   */
  public PredictorAssert hasAnsweredEveryRequest() {
    isNotNull();
    PredictorStats stats = actual.stats();
    if (stats.failed() + stats.rejected() + stats.fallbacks() > 0) {
      throw new AssertionError(
          "Expected every request to be answered by a model, but "
              + stats.failed()
              + " failed, "
              + stats.rejected()
              + " were rejected and "
              + stats.fallbacks()
              + " of "
              + stats.answered()
              + " answers are the fallback's.");
    }
    return this;
  }

  private PredictorAssert require(boolean holds, String wanted) {
    if (!holds) {
      PredictorStatus status = actual.status();
      throw new AssertionError(
          "Expected the predictor "
              + wanted
              + " within "
              + PATIENCE_SECONDS
              + " s, but it serves "
              + status.version().map(Object::toString).orElse("nothing")
              + " and says: "
              + status.problem().orElse("no problem")
              + ".");
    }
    return this;
  }
}
