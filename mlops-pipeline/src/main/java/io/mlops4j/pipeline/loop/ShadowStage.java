package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.util.Optional;

/**
 * What a shadow says of champion and candidate. The mirror follows candidates by itself; what has
 * been compared stands in the shadow's own counts.
 */
record ShadowStage<I, O>(RegisteredModel<I, O> model, Shadow<I, O> shadow)
    implements LoopStage<I, O> {
  @Override
  public void begin(RegisteredVersion<I, O> candidate, GatePolicy policy) {
    // Rows are mirrored to it already: it is the newest version in VALIDATION.
  }

  @Override
  public Optional<Check.Outcome> look(RegisteredVersion<I, O> candidate) {
    Optional<ModelVersion> champion = model.champion().map(RegisteredVersion::version);
    if (champion.isEmpty()) {
      return Optional.of(new Check.NoData("There is no champion to compare with."));
    }
    Check.Outcome outcome = shadow.check(champion.get(), candidate.version()).evaluate();
    if (!(outcome instanceof Check.NoData)) {
      model.recordCheck(candidate.number(), new Said(shadow.name(), outcome));
    }
    return Optional.of(outcome);
  }

  @Override
  public void end(RegisteredVersion<I, O> candidate, String reason) {
    // Nothing was begun.
  }

  /** What was said, as evidence for gates: asked once, not twice. */
  private record Said(String name, Check.Outcome outcome) implements Check {
    @Override
    public Outcome evaluate() {
      return outcome;
    }
  }
}
