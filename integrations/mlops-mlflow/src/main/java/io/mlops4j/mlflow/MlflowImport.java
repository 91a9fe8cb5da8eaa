package io.mlops4j.mlflow;

import io.mlops4j.registry.RegisteredVersion;
import java.util.Objects;

/**
 * What became of an import.
 *
 * @param version the version in our registry
 * @param isNew false if the same MLflow model had been imported before: nothing was written, and
 *     {@code version} is the one from then
 * @param <I> one input row
 * @param <O> one answer
 */
public record MlflowImport<I, O>(RegisteredVersion<I, O> version, boolean isNew) {

  /** Checks for null. */
  public MlflowImport {
    Objects.requireNonNull(version, "version");
  }

  /** Returns one sentence. */
  @Override
  public String toString() {
    return isNew
        ? "Imported as " + version + "."
        : "Already imported as " + version + "; nothing was written.";
  }
}
