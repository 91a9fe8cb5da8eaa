package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import java.util.Optional;

/**
 * What a predictor serves, and what keeps it from serving what it should.
 *
 * @param version what is served now; empty if no version has been loaded yet
 * @param problem why that is not what the source selects: a sentence; empty if it is
 */
public record PredictorStatus(Optional<ModelVersion> version, Optional<String> problem) {

  /**
   * Returns whether the selected version is being served.
   *
   * @return true if there is no problem
   */
  public boolean upToDate() {
    return version.isPresent() && problem.isEmpty();
  }
}
