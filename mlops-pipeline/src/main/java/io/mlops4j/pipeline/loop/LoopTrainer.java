package io.mlops4j.pipeline.loop;

import io.mlops4j.core.ModelArtifact;
import io.mlops4j.pipeline.StepContext;

/**
 * Trains a candidate.
 *
 * @param <I> one input row
 */
@FunctionalInterface
public interface LoopTrainer<I> {
  /**
   * Trains on {@link LoopData#learn()}. The same data must give the same files: what it makes is
   * kept by the data's digests, and another run with the same data takes it from there.
   *
   * @param data what to learn from
   * @param step attempt, progress and notes
   * @return files, encoding, signature and baseline, to be registered
   * @throws Exception if it could not; tried again as the loop's {@code retry} says
   */
  ModelArtifact train(LoopData<I> data, StepContext step) throws Exception;
}
