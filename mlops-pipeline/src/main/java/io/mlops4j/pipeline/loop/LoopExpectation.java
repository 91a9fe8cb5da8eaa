package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;

/**
 * What must hold of data before anything is trained on them. No data is not a pass.
 *
 * @param <I> one input row
 */
@FunctionalInterface
public interface LoopExpectation<I> {
  /**
   * Looks at the data.
   *
   * @param data what a candidate is about to be trained and judged on
   * @return what it says, with a sentence
   */
  Check.Outcome look(LoopData<I> data);
}
