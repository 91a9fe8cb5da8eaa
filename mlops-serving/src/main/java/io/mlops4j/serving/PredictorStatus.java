package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import java.util.Objects;
import java.util.Optional;

/**
 * What a predictor serves, what keeps it from serving what it should, and whether it can answer:
 * health and readiness as values, for any framework's probes.
 *
 * @param version what is served now; empty if no version has been loaded yet, or it is closed
 * @param problem why that is not what the source selects: a sentence; empty if it is
 * @param fallback whether a function answers where no model does
 * @param circuitOpen whether the served version is left alone because it kept failing
 * @param closed whether it is closed or closing and accepts nothing more
 */
public record PredictorStatus(
    Optional<ModelVersion> version,
    Optional<String> problem,
    boolean fallback,
    boolean circuitOpen,
    boolean closed) {
  /** Checks that nothing is null. */
  public PredictorStatus {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(problem, "problem");
  }

  /** How well a predictor does, from what callers get. */
  public enum Health {
    /** The selected version answers. */
    UP,
    /** Callers get answers or may, but not all from the selected version. */
    DEGRADED,
    /** Nobody gets an answer. */
    DOWN
  }

  /**
   * Returns whether the selected version is being served.
   *
   * @return true if there is no problem
   */
  public boolean upToDate() {
    return version.isPresent() && problem.isEmpty();
  }

  /**
   * Returns whether requests should be sent here: there is a version or a fallback, and the
   * predictor is not closing. An outdated version does not make an instance unready, as the same
   * would befall all instances at once.
   *
   * @return false until the first version is served, if there is no fallback, and from the moment
   *     closing begins
   */
  public boolean ready() {
    return !closed && (version.isPresent() || fallback);
  }

  /**
   * Returns how well it does.
   *
   * @return {@code DOWN} exactly if it is not {@link #ready()}, {@code UP} if the selected version
   *     is served and its circuit is not open
   */
  public Health health() {
    if (!ready()) {
      return Health.DOWN;
    }
    return upToDate() && !circuitOpen ? Health.UP : Health.DEGRADED;
  }
}
