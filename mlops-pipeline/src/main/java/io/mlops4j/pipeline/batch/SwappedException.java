package io.mlops4j.pipeline.batch;

import io.mlops4j.core.ModelVersion;

/** Thrown when rows of one job would have been answered by two versions. */
final class SwappedException extends BatchException {
  private static final long serialVersionUID = 1L;

  SwappedException(ModelVersion began, ModelVersion now) {
    super(
        Side.STATE,
        "The predictor serves "
            + now
            + " now; the job began with "
            + began
            + ". One output is of one version, so nothing of "
            + now
            + " was written. Begin again (restart(), or restartAtSwap(…) to do so by itself), or bring "
            + began
            + " back: the job goes on after its last checkpoint.");
  }
}
