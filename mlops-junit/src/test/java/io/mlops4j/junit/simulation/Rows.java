package io.mlops4j.junit.simulation;

import java.util.Objects;

/** The row of a request that has one. */
final class Rows {
  private Rows() {}

  static <I> I of(SimulatedRequest<I> request) {
    return Objects.requireNonNull(request.row());
  }
}
