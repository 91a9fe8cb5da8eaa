package io.mlops4j.delivery;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Optional;

/** No registry: the champion is given, and a promotion is an event of the log. */
final class FixedDestination<I, O> implements Destination<I, O> {
  private volatile ModelVersion champion;

  FixedDestination(ModelVersion champion) {
    this.champion = champion;
  }

  @Override
  public Optional<ModelVersion> champion() {
    return Optional.of(champion);
  }

  @Override
  public Optional<ModelRelease<I, O>> release(ModelVersion candidate) {
    return Optional.empty();
  }

  @Override
  public void prepare(ModelVersion candidate) {
    if (candidate.equals(champion)) {
      throw new IllegalArgumentException(
          "candidate: " + candidate + " (expected: another version than the champion)");
    }
  }

  @Override
  public void record(RolloutEvent event) {
    if (event.kind() == RolloutEvent.Kind.PROMOTED) {
      champion = event.candidate();
    }
  }

  @Override
  public Answer promote(RolloutEvent evidence) {
    return new Promoted("Every step was passed.");
  }
}
