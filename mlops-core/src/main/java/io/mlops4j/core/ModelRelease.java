package io.mlops4j.core;

import java.util.Optional;

/**
 * One version that can be served: who it is, what came with it, and how to load it.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface ModelRelease<I, O> {

  /**
   * Returns the identity of the version.
   *
   * @return name and number
   */
  ModelVersion version();

  /**
   * Returns what the training data looked like.
   *
   * @return reference histograms, or empty if none were stored
   */
  Optional<Baseline> baseline();

  /**
   * Returns rows with known answers, to be replayed before the version serves.
   *
   * @return the golden rows, or empty
   */
  Optional<GoldenRows> goldenRows();

  /**
   * Returns the version's files, verified as they are read: for whoever needs them without a loaded
   * model, such as a trial run in another process.
   *
   * @return the files, or empty for a release that has only a model to give
   */
  default Optional<ModelArtifact> files() {
    return Optional.empty();
  }

  /**
   * Returns a ready model, its files verified first. The caller closes it. May take seconds and
   * block on I/O.
   *
   * @return the model
   * @throws MlopsException if a file's digest is wrong, the format is unknown, or the model does
   *     not fit the schema
   */
  Model<I, O> load();
}
