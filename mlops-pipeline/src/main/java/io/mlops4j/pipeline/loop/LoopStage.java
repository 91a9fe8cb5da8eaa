package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.delivery.Rollout;
import io.mlops4j.delivery.shadow.Shadow;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.util.Objects;
import java.util.Optional;

/**
 * Something a candidate goes through between gates and production that takes hours or days, such as
 * a shadow or a canary. It is begun once, then asked now and again by whichever instance leads; it
 * holds no thread, and must find itself again after a restart.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface LoopStage<I, O> {
  /**
   * Begins it, or finds it begun: after a crash this is called again.
   *
   * @param candidate who goes through it
   * @param policy what the candidate's gates are, bound to the data it was judged on: for a stage
   *     that promotes
   */
  void begin(RegisteredVersion<I, O> candidate, GatePolicy policy);

  /**
   * Asks whether it is over.
   *
   * @param candidate who goes through it
   * @return a pass or a failure, each with its sentence, if it is over; a failure ends the run.
   *     Empty, or no data, if it goes on
   */
  Optional<Check.Outcome> look(RegisteredVersion<I, O> candidate);

  /**
   * Ends it early: somebody has cancelled the run. May be called again after a crash.
   *
   * @param candidate who goes through it
   * @param reason why
   */
  void end(RegisteredVersion<I, O> candidate, String reason);

  /**
   * Returns the stage of a shadow: it is over when the shadow's check of champion and candidate
   * passes or fails, and what it said is evidence of the candidate. The mirror's predictor must
   * follow the candidates: {@code Predictor.from(model.select().newest(Stage.VALIDATION))}.
   *
   * @param model the loop's model
   * @param shadow compares what is mirrored
   * @return the stage
   * @param <I> one input row
   * @param <O> one answer
   */
  static <I, O> LoopStage<I, O> shadow(RegisteredModel<I, O> model, Shadow<I, O> shadow) {
    Objects.requireNonNull(model, "model");
    return new ShadowStage<>(model, Objects.requireNonNull(shadow, "shadow"));
  }

  /**
   * Returns the stage of a canary: the loop starts the rollout and waits for its end. The rollout
   * promotes at its last step, by its own policy, and rolls back by itself.
   *
   * @param rollout of the loop's model
   * @return the stage
   * @param <I> one input row
   * @param <O> one answer
   */
  static <I, O> LoopStage<I, O> canary(Rollout<I, O> rollout) {
    return new CanaryStage<>(Objects.requireNonNull(rollout, "rollout"));
  }
}
