package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.Check;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.RolloutStatus;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Ready work for steps that show a candidate to real traffic and wait for what comes of it, for
 * days if need be, without a thread.
 *
 * <pre>{@code
 * Step<ModelVersion> compared =
 *     Step.named("shadow").timeout(Duration.ofDays(3))
 *         .await(gated, Codec.version(),
 *             DeliverySteps.shadow(mirrors::begin, v -> shadow.check(champion(), v), mirrors::end));
 * Step<ModelVersion> promoted =
 *     Step.named("canary").timeout(Duration.ofDays(14))
 *         .await(compared, Codec.version(), DeliverySteps.canary(rollout));
 * }</pre>
 */
public final class DeliverySteps {
  private DeliverySteps() {}

  /**
   * Returns work that rolls a version out and waits for the end: promotion passes the version on, a
   * rollback and an abort refuse it. The rollout's own log says where it stands, so it is never
   * begun twice; a run that is cancelled, or a step that takes longer than its timeout, aborts it.
   *
   * @param rollout of the version's model; shared by the fleet
   * @return to be given to {@link Step.Builder#await}
   */
  public static Awaited<ModelVersion, ModelVersion> canary(Rollout<?, ?> rollout) {
    return new Canary(requireNonNull(rollout, "rollout"));
  }

  /**
   * Returns work that waits for a comparison to have an answer: a pass passes the version on, a
   * fail refuses it, and while there are no data it goes on. Give the step a timeout.
   *
   * @param begin shows the version to mirrored traffic; called again after a crash
   * @param verdict what the comparison says, such as {@code Shadow.check(live, version)}
   * @param end ends the showing; called again after a crash
   * @return to be given to {@link Step.Builder#await}
   */
  public static Awaited<ModelVersion, ModelVersion> shadow(
      Consumer<? super ModelVersion> begin,
      Function<? super ModelVersion, ? extends Check> verdict,
      Consumer<? super ModelVersion> end) {
    return new Compared(
        requireNonNull(begin, "begin"),
        requireNonNull(verdict, "verdict"),
        requireNonNull(end, "end"));
  }

  private static ModelVersion version(String token) {
    return Codec.version().read(token.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private record Canary(Rollout<?, ?> rollout) implements Awaited<ModelVersion, ModelVersion> {
    @Override
    public String start(ModelVersion version, StepContext step) {
      if (!isOf(rollout.look(), version)) {
        rollout.start(version.number(), "run " + step.run());
      }
      return version.toString();
    }

    @Override
    public Optional<ModelVersion> poll(String token, StepContext step) {
      ModelVersion version = version(token);
      RolloutStatus status = rollout.look();
      step.note(status.sentence());
      if (!isOf(status, version)) {
        throw new StepRefusedException(
            "The rollout of " + version + " was replaced. " + status.sentence());
      }
      return switch (status.phase()) {
        case PROMOTED -> Optional.of(version);
        case ROLLED_BACK, ABORTED -> throw new StepRefusedException(status.sentence());
        case NONE, RUNNING, PAUSED, AWAITING_APPROVAL -> Optional.empty();
      };
    }

    @Override
    public void cancel(String token, StepContext step) {
      RolloutStatus status = rollout.look();
      if (isOf(status, version(token)) && status.active()) {
        rollout.abort("run " + step.run() + " ends");
      }
    }

    private static boolean isOf(RolloutStatus status, ModelVersion version) {
      return status.candidate().filter(version::equals).isPresent();
    }
  }

  private record Compared(
      Consumer<? super ModelVersion> begin,
      Function<? super ModelVersion, ? extends Check> verdict,
      Consumer<? super ModelVersion> end)
      implements Awaited<ModelVersion, ModelVersion> {
    @Override
    public String start(ModelVersion version, StepContext step) {
      begin.accept(version);
      return version.toString();
    }

    @Override
    public Optional<ModelVersion> poll(String token, StepContext step) {
      ModelVersion version = version(token);
      Check.Outcome outcome = verdict.apply(version).evaluate();
      if (outcome instanceof Check.NoData) {
        return Optional.empty();
      }
      end.accept(version);
      if (outcome instanceof Check.Fail) {
        throw new StepRefusedException(outcome.sentence());
      }
      step.note(outcome.sentence());
      return Optional.of(version);
    }

    @Override
    public void cancel(String token, StepContext step) {
      end.accept(version(token));
    }
  }
}
