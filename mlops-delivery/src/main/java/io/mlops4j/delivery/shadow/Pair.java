package io.mlops4j.delivery.shadow;

import io.mlops4j.core.ModelVersion;

/** Who was compared. Counts of two pairs never mix. */
record Pair(ModelVersion live, ModelVersion candidate) {
  @Override
  public String toString() {
    return candidate + " behind " + live;
  }
}
