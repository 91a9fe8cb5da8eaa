package io.mlops4j.delivery;

import io.mlops4j.core.LabelSink;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.report.Report;
import io.mlops4j.serving.TrafficSplit;
import java.util.List;
import java.util.Objects;

/**
 * Brings candidates of one model to all users step by step, compares each with the champion on
 * concurrent traffic, and goes back to the champion as soon as the evidence says so.
 *
 * <p>It listens: give it to both predictors as a listener, and labels as they come. It decides at
 * every {@linkplain RolloutBuilder#every interval} of its {@code Time}, and soon after a request of
 * the candidate has failed; it has no thread of its own. Its state is a log of immutable events in
 * an {@code ObjectStore}: instances of a fleet that share it add up their counts and take each
 * decision once, and a restart at any point goes on where it was; answers that wait for labels are
 * in it, too, without anything of their rows. Thread-safe.
 *
 * <p>A rollback is armed from the first step to the end: while paused, and while waiting for
 * approval, too.
 *
 * <p>After {@link #close} it neither counts nor decides: whoever asks it to look, steer, start,
 * pause, resume or abort gets an {@code IllegalStateException}; what it has seen can still be read.
 *
 * @param <I> one input row
 * @param <O> one answer
 */
public interface Rollout<I, O> extends PredictionListener<I, O>, LabelSink, AutoCloseable {

  /**
   * Starts a rollout that leads into a registry's production stage.
   *
   * @param model the model; its champion is the champion, its promotion the end
   * @param policy the gates of that promotion; {@code Gate.check("rollout")} reads what the rollout
   *     found out
   * @param plan steps and watches
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  static <I, O> RolloutBuilder<I, O> of(
      RegisteredModel<I, O> model, GatePolicy policy, RolloutPlan plan) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(plan, "plan");
    return new RolloutBuilder<>(model.name(), new RegistryDestination<>(model, policy), plan);
  }

  /**
   * Starts a rollout without a registry: a promotion is an event of its log and nothing else. For
   * simulations, and for models that come from elsewhere.
   *
   * @param champion who answers now
   * @param plan steps and watches
   * @param <I> one input row
   * @param <O> one answer
   * @return a builder
   */
  static <I, O> RolloutBuilder<I, O> of(ModelVersion champion, RolloutPlan plan) {
    Objects.requireNonNull(champion, "champion");
    Objects.requireNonNull(plan, "plan");
    return new RolloutBuilder<>(champion.model(), new FixedDestination<>(champion), plan);
  }

  /**
   * Moves the traffic of a split from here on: offers it the candidate, sets its share at every
   * step, takes the candidate out at the end. Without one, whoever routes requests asks {@link
   * #arm}.
   *
   * @param split what services call; not closed by the rollout
   * @throws IllegalStateException if there is one already
   */
  void steer(TrafficSplit<I, O> split);

  /**
   * Starts the rollout of a version; one that is under way is aborted first and its counts are left
   * behind.
   *
   * @param number the version
   * @param reason why, for the log
   * @return where it stands
   * @throws MlopsException if the version cannot be rolled out, there is no champion, or it was
   *     rolled back before and the reason does not begin with {@code again:}
   */
  RolloutStatus start(int number, String reason);

  /**
   * Looks at the evidence now, decides, and writes the decision. Called by itself at every
   * interval; for tests and for who cannot wait.
   *
   * @return where it stands afterwards
   */
  RolloutStatus look();

  /**
   * Returns where it stood when last looked at. Cheap.
   *
   * @return the fold of the log
   */
  RolloutStatus status();

  /**
   * Returns what every watch and check said when last looked at.
   *
   * @return the present step first; empty if no rollout is under way
   */
  List<WatchResult> results();

  /**
   * Returns what became of the labels of the rollout that is under way, when last looked at.
   *
   * @return all zero if none is
   */
  RolloutLabels labels();

  /**
   * Returns what the results come to.
   *
   * @return the verdict; {@code NO_DATA} if no rollout is under way
   */
  RolloutVerdict verdict();

  /**
   * Returns who answers a unit now: sticky, and monotone in the share.
   *
   * @param unit the unit
   * @return the arm; {@code CHAMPION} if no rollout is under way
   */
  Arm arm(String unit);

  /**
   * Lets the rollout stay at its step, as {@link RolloutLog#pause}.
   *
   * @param reason why, for the log
   * @return where it stands afterwards
   */
  RolloutStatus pause(String reason);

  /**
   * Lets a paused rollout go on, as {@link RolloutLog#resume}.
   *
   * @param reason why, for the log
   * @return where it stands afterwards
   */
  RolloutStatus resume(String reason);

  /**
   * Ends the rollout: this instance answers with the champion when this returns.
   *
   * @param reason why, for the log
   * @return where it stands afterwards
   */
  RolloutStatus abort(String reason);

  /**
   * Returns everything that has happened to the model's rollouts.
   *
   * @return oldest first
   */
  List<RolloutEvent> history();

  /**
   * Returns where the last rollout stands, with the evidence, to be shown as text or as a page.
   *
   * @return a report
   */
  Report report();

  /**
   * Writes down what was counted since the last look, and ends its schedule and its meters. Close
   * it after the predictors it listens to: what comes later is not counted. The stored rollout goes
   * on with other instances, which take over the answers that wait for labels.
   */
  @Override
  void close();
}
