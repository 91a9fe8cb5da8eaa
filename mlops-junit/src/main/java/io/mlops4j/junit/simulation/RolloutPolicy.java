package io.mlops4j.junit.simulation;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.delivery.Arm;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutPlan;
import io.mlops4j.delivery.RolloutStatus;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * Rollouts as policies: each run is the rollout of one candidate. A rollback is an alarm. A run
 * ends as {@code promoted}, {@code rolled back}, {@code aborted} or, where a person would be asked,
 * as {@code undecided}; to the minute. Needs {@code mlops-delivery}, which whoever rolls out has.
 */
public final class RolloutPolicy {
  private static final Duration LOOK = Duration.ofMinutes(1);

  private RolloutPolicy() {}

  /**
   * Returns the rollout of a plan, looked at every minute.
   *
   * @param plan steps and watches
   * @param <I> one input row
   * @return the policy
   */
  public static <I> Policy<I> of(RolloutPlan plan) {
    Objects.requireNonNull(plan, "plan");
    return of(
        world ->
            Rollout.<I, Double>of(world.champion(), plan)
                .time(world.time())
                .every(LOOK)
                .scoreBy(Double::doubleValue)
                .build());
  }

  /**
   * Returns the rollout that a service builds: with its checks, segments and interval.
   *
   * @param service makes it anew for each run, of the world's champion, with the world's time
   * @param <I> one input row
   * @return the policy; starts the candidate at once
   */
  public static <I> Policy<I> of(Function<World<I>, Rollout<I, Double>> service) {
    Objects.requireNonNull(service, "service");
    return world -> install(world, service.apply(world));
  }

  private static <I> void install(World<I> world, Rollout<I, Double> rollout) {
    world.closing(rollout);
    world.listener(rollout);
    world.labels(rollout);
    ModelVersion champion = world.champion();
    ModelVersion candidate = world.candidate();
    world.routing(unit -> rollout.arm(unit) == Arm.CANDIDATE ? candidate : champion);
    rollout.start(candidate.number(), "simulated");
    world.time().schedule(LOOK, () -> look(world, rollout));
  }

  private static <I> void look(World<I> world, Rollout<I, Double> rollout) {
    RolloutStatus status = rollout.status();
    switch (status.phase()) {
      case ROLLED_BACK -> {
        world.alarm(status.reason());
        world.end("rolled back");
      }
      case PROMOTED -> world.end("promoted");
      case ABORTED -> world.end("aborted");
      case PAUSED, AWAITING_APPROVAL -> world.end("undecided");
      case NONE, RUNNING -> world.time().schedule(LOOK, () -> look(world, rollout));
    }
  }
}
