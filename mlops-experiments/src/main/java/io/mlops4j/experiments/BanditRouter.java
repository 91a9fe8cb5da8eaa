package io.mlops4j.experiments;

import io.mlops4j.core.Check;
import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes units to arms as a bandit learns: an experiment assigns, a ledger waits for rewards, a
 * bandit turns settled rewards into the next weights, and guardrails stop arms. An arm carries any
 * payload; two predictors make it a router over model versions.
 *
 * <p>{@link #route} may be called by any thread and never waits for {@link #update}, which a
 * schedule calls. A guarded arm that fails its check gets weight 0 from the next epoch on, for
 * good; its share goes to the others in proportion, and to control if there are none. Thread-safe.
 *
 * @param <T> what the arms carry
 */
public final class BanditRouter<T> {
  private static final Logger log = LoggerFactory.getLogger(BanditRouter.class);

  private final Supplier<WeightVector> publish;
  private final @Nullable SharedBandit shared; // publish and rewards are its own then
  private final RewardSink rewards;
  private final PendingRewards pending;
  private final Time time;
  private final Map<String, Check> guardrails = new LinkedHashMap<>(); // guarded by this
  private final Map<String, String> stopped = new LinkedHashMap<>(); // guarded by this
  private volatile Experiment<T> current;

  private BanditRouter(
      Experiment<T> experiment,
      Supplier<WeightVector> publish,
      RewardSink rewards,
      PendingRewards pending,
      Time time,
      @Nullable SharedBandit shared) {
    this.current = experiment;
    this.shared = shared;
    this.publish = publish;
    this.rewards = rewards;
    this.pending = pending;
    this.time = time;
  }

  /**
   * Returns a router that learns in this process.
   *
   * @param experiment at epoch 0, with the arms of the bandit
   * @param bandit over the same arms
   * @param pending the ledger of decisions
   * @param time stamps decisions and rewards
   * @param <T> what the arms carry
   * @return the router
   */
  public static <T> BanditRouter<T> of(
      Experiment<T> experiment, Bandit bandit, PendingRewards pending, Time time) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(bandit, "bandit");
    Objects.requireNonNull(pending, "pending");
    Objects.requireNonNull(time, "time");
    return new BanditRouter<>(experiment, bandit::publish, bandit, pending, time, null);
  }

  /**
   * Returns a router that learns with all instances of a fleet and survives restarts: weights and
   * stopped arms come from the store, and every instance assigns alike once it has updated.
   *
   * @param experiment at epoch 0, with the arms of the bandit in the same order
   * @param bandit over the same arms
   * @param pending the ledger of decisions; {@link PendingRewards#open} gives one that survives too
   * @param time stamps decisions and rewards
   * @param <T> what the arms carry
   * @return the router, at the last epoch that was published
   * @throws IllegalArgumentException if the arms differ
   */
  public static <T> BanditRouter<T> of(
      Experiment<T> experiment, SharedBandit bandit, PendingRewards pending, Time time) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(bandit, "bandit");
    Objects.requireNonNull(pending, "pending");
    Objects.requireNonNull(time, "time");
    return new BanditRouter<>(
        experiment.catchUp(bandit.refresh()), bandit::publish, bandit, pending, time, bandit);
  }

  /**
   * Returns a router over any source of weights.
   *
   * @param experiment at epoch 0
   * @param publish called at every update for weights over the experiment's arms; their epoch is
   *     not used, the experiment counts its own
   * @param rewards takes what has settled
   * @param pending the ledger of decisions
   * @param time stamps decisions and rewards
   * @param <T> what the arms carry
   * @return the router
   */
  public static <T> BanditRouter<T> of(
      Experiment<T> experiment,
      Supplier<WeightVector> publish,
      RewardSink rewards,
      PendingRewards pending,
      Time time) {
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(pending, "pending");
    Objects.requireNonNull(time, "time");
    return new BanditRouter<>(
        experiment,
        Objects.requireNonNull(publish, "publish"),
        Objects.requireNonNull(rewards, "rewards"),
        pending,
        time,
        null);
  }

  /**
   * Guards an arm: at every update the check is asked, and a failure stops the arm.
   *
   * @param arm a treatment's name; control cannot be stopped
   * @param check evidence about that arm
   * @return this
   * @throws IllegalArgumentException if there is no such arm or it is control
   * @throws IllegalStateException if the arm has a guardrail
   */
  public synchronized BanditRouter<T> guard(String arm, Check check) {
    Objects.requireNonNull(check, "check");
    requireTreatment(arm);
    if (guardrails.putIfAbsent(arm, check) != null) {
      throw new IllegalStateException("guardrail of '" + arm + "' is set already");
    }
    return this;
  }

  /**
   * Returns the decision for a unit and notes that it waits for a reward.
   *
   * @param unit the unit's id, or null
   * @return the assignment; rewards name its {@code decisionId()}
   */
  public Assignment<T> route(@Nullable String unit) {
    return route(unit, Map.of());
  }

  /**
   * Returns the decision for a unit of which something is known, and notes that it waits.
   *
   * @param unit the unit's id, or null
   * @param attributes what the eligibility rule may ask for
   * @return the assignment
   */
  public Assignment<T> route(@Nullable String unit, Map<String, String> attributes) {
    Objects.requireNonNull(attributes, "attributes");
    Assignment<T> assignment = current.assign(unit, attributes);
    if (assignment instanceof Assignment.Included<T> in) {
      pending.open(in.decisionId(), in.arm(), time.now());
    }
    return assignment;
  }

  /**
   * Adds a reward to a decision.
   *
   * @param decisionId of a routed unit
   * @param reward finite
   * @return true if it counts, false if it came too late or the decision is unknown
   */
  public boolean reward(String decisionId, double reward) {
    Objects.requireNonNull(decisionId, "decisionId");
    return pending.reward(decisionId, reward, time.now());
  }

  /**
   * Settles what is due, asks the guardrails and puts the next weights in force.
   *
   * @return the experiment now in force; the same if no weight changed
   */
  public synchronized Experiment<T> update() {
    if (shared == null) {
      pending.settle(time.now(), rewards);
    } else {
      pending.settleInto(shared, time.now());
      stopped.putAll(shared.stopped());
    }
    for (Map.Entry<String, Check> guardrail : guardrails.entrySet()) {
      if (!stopped.containsKey(guardrail.getKey())
          && guardrail.getValue().evaluate() instanceof Check.Fail fail) {
        stop(guardrail.getKey(), fail.sentence());
      }
    }
    Experiment<T> now = current;
    if (shared != null) {
      shared.publish();
      current = now.catchUp(shared.refresh());
      return current;
    }
    double[] weights = withoutStopped(now.arms(), publish.get());
    if (!Arrays.equals(weights, now.requested().toArray())) {
      current = now.withWeights(weights);
    }
    return current;
  }

  /**
   * Stops an arm by hand: weight 0 from the next update on, for good.
   *
   * @param arm a treatment's name
   * @param reason for those who ask later
   * @throws IllegalArgumentException if there is no such arm or it is control
   */
  public synchronized void stop(String arm, String reason) {
    Objects.requireNonNull(reason, "reason");
    requireTreatment(arm);
    if (shared != null) {
      shared.stop(arm, reason);
    }
    if (stopped.putIfAbsent(arm, reason) == null) {
      log.warn(
          "Experiment '{}': arm '{}' is stopped. {}",
          current.name(),
          arm,
          Text.printable(reason, 500));
    }
  }

  private double[] withoutStopped(List<String> arms, WeightVector weights) {
    double[] inOrder = new double[arms.size()];
    for (int i = 0; i < inOrder.length; i++) {
      inOrder[i] = weights.probability(arms.get(i));
    }
    return Bandit.without(stopped.keySet(), arms, inOrder);
  }

  private void requireTreatment(String arm) {
    if (ArmNames.indexOf(current.arms(), arm) == 0) {
      throw new IllegalArgumentException(
          "arm: '" + arm + "' is control (expected: a treatment; control takes what is left)");
    }
  }

  /**
   * Returns the experiment in force.
   *
   * @return its shares are the probabilities of the next decision
   */
  public Experiment<T> current() {
    return current;
  }

  /**
   * Returns the arms that are stopped, and why.
   *
   * @return a copy, in the order in which they were stopped
   */
  public synchronized Map<String, String> stopped() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(stopped));
  }
}
