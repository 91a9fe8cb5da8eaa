package io.mlops4j.delivery.shadow;

import io.mlops4j.core.ModelVersion;
import java.util.Objects;

/** Who was compared. Counts of two pairs never mix. */
record Pair(ModelVersion live, ModelVersion candidate) {
  Pair {
    Objects.requireNonNull(live, "live");
    Objects.requireNonNull(candidate, "candidate");
  }

  @Override
  public String toString() {
    return candidate + " behind " + live;
  }
}
