package io.mlops4j.drift;

import io.mlops4j.core.Check;
import io.mlops4j.core.MlopsException;
import java.util.Optional;
import java.util.function.Supplier;

/** What the reports of a whole fleet say. A store that cannot be read is no data, never a pass. */
record FleetCheck(String name, Supplier<Optional<DriftReport>> report) implements Check {
  @Override
  public Outcome evaluate() {
    try {
      return report
          .get()
          .map(DriftReport::outcome)
          .orElseGet(() -> new NoData(name + ": nobody has counted anything yet."));
    } catch (MlopsException e) {
      return new NoData(name + ": " + e.getMessage());
    }
  }
}
