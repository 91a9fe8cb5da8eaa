package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutStatus;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredVersion;
import java.util.Optional;

/**
 * A rollout as a stage. The rollout's own log says where it stands, so finding it again is asking
 * it; one that has ended for this candidate is not begun a second time.
 */
record CanaryStage<I, O>(Rollout<I, O> rollout) implements LoopStage<I, O> {
  @Override
  public void begin(RegisteredVersion<I, O> candidate, GatePolicy policy) {
    if (!isOf(rollout.look(), candidate)) {
      rollout.start(candidate.number(), "the loop has trained it and its gates have passed");
    }
  }

  @Override
  public Optional<Check.Outcome> look(RegisteredVersion<I, O> candidate) {
    RolloutStatus status = rollout.look();
    if (!isOf(status, candidate)) {
      return Optional.of(new Check.Fail("Its rollout has been replaced. " + status.sentence()));
    }
    return switch (status.phase()) {
      case PROMOTED -> Optional.of(new Check.Pass(status.sentence()));
      case ROLLED_BACK, ABORTED -> Optional.of(new Check.Fail(status.sentence()));
      case NONE, RUNNING, PAUSED, AWAITING_APPROVAL ->
          Optional.of(new Check.NoData(status.sentence()));
    };
  }

  @Override
  public void end(RegisteredVersion<I, O> candidate, String reason) {
    RolloutStatus status = rollout.look();
    if (isOf(status, candidate) && status.active()) {
      rollout.abort(reason);
    }
  }

  private static boolean isOf(RolloutStatus status, RegisteredVersion<?, ?> candidate) {
    return status.candidate().filter(candidate.version()::equals).isPresent();
  }
}
