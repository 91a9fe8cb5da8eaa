package io.mlops4j.mlflow;

import java.util.Objects;

/**
 * A version in MLflow's registry that stands for one of ours.
 *
 * @param name the registered model's name there
 * @param number its version number there
 * @param isNew false if it had been registered before: nothing was written
 */
public record MlflowVersion(String name, int number, boolean isNew) {

  /** Checks for null. */
  public MlflowVersion {
    Objects.requireNonNull(name, "name");
  }

  /** Returns MLflow's address of it, {@code models:/name/number}. */
  @Override
  public String toString() {
    return "models:/" + name + "/" + number;
  }
}
