package io.mlops4j.junit.simulation;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The champion of one run. Its baseline is made when somebody asks. */
final class SimulatedRelease<I> implements ModelRelease<I, Double> {
  private final Traffic<I> traffic;
  private final long seed;
  private @Nullable Baseline baseline;

  SimulatedRelease(Traffic<I> traffic, long seed) {
    this.traffic = traffic;
    this.seed = seed;
  }

  @Override
  public ModelVersion version() {
    return World.CHAMPION;
  }

  @Override
  public synchronized Optional<Baseline> baseline() {
    if (baseline == null) {
      baseline = traffic.baseline(seed).orElse(null);
    }
    return Optional.ofNullable(baseline);
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return Optional.empty();
  }

  @Override
  public Model<I, Double> load() {
    throw new MlopsException(
        "simulated:1 cannot be loaded: in a simulation answers come from the traffic. Give the"
            + " traffic a model, and listen to predictions.");
  }
}
