package io.mlops4j.drift;

import java.util.Optional;

/**
 * What is kept of the labelled predictions of one stretch: enough for every quality number, added
 * to and taken from exactly, in any order. Guarded by its monitor's lock.
 */
interface Labelled {
  /** Adds a labelled output, or takes it back if the sign is -1. */
  void add(double output, double label, int sign);

  /** Adds what another one of the same kind has. */
  void addAll(Labelled other);

  /** Puts what it knows into a quality. */
  Numbers numbers();

  /** The part of a {@link Quality} that depends on what the model answers. */
  record Numbers(
      Optional<Quality.Binary> binary,
      Optional<Quality.Regression> regression,
      Optional<Quality.Classes> classes) {}
}
