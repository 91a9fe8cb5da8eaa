package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import io.mlops4j.stats.Bucketing;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An experiment that assigns units to arms by a hash: a pure function of (name, salt, unit) and the
 * weights so far, the same on every JVM. No store, no network, no state per unit. Immutable and
 * thread-safe; the {@code with} methods return another experiment.
 *
 * <pre>{@code
 * var experiment = Experiment.named("new-model")
 *     .control("champion", championPredictor)
 *     .treatment("challenger", 0.10, challengerPredictor)
 *     .traffic(0.5)
 *     .build();
 * double risk = experiment.assign(customer).payload().predict(flight);
 * }</pre>
 *
 * <p>Independent bits of one hash answer "is the unit in?" and "which arm?". So a unit that is in
 * stays in, with the same arm, when {@link #withTraffic traffic} grows; and {@link #withWeights
 * weights} move the fewest units possible. A missing or empty unit is in no arm: it gets control's
 * payload and is counted nowhere. Shares are whole slots of 65,536; the probabilities in an
 * assignment are these exact shares.
 *
 * <p>Layers, holdouts, eligibility, overrides, a start and an end are rules asked before the hash;
 * an experiment without any pays nothing for them. {@link ExposureLog} queues exposures and removes
 * duplicates.
 *
 * @param <T> what the arms carry: a predictor, a prompt, a price
 */
public final class Experiment<T> {
  /** What {@link #armIndex} returns for a unit that is not in the experiment. */
  public static final int NOT_IN = -1;

  private final String name;
  private final List<T> payloads;
  private final Bucketing hash;
  private final int trafficSlots;
  private final Rules rules;
  private final boolean plain;
  private final WeightVector requested;
  private final WeightVector shares;
  private final SlotTable table;
  private final @Nullable Exposures exposures;

  Experiment(
      String name,
      String salt,
      List<T> payloads,
      int trafficSlots,
      WeightVector weights,
      Rules rules,
      @Nullable Exposures exposures) {
    this.name = name;
    this.payloads = List.copyOf(payloads);
    this.hash = Bucketing.salted(name).derive(salt);
    this.trafficSlots = trafficSlots;
    this.rules = rules;
    this.plain = rules.plain();
    this.requested = weights;
    this.table = SlotTable.of(weights);
    this.shares = table.shares(weights);
    this.exposures = exposures;
  }

  private Experiment(
      Experiment<T> from, Rules rules, int trafficSlots, WeightVector requested, SlotTable table) {
    this.name = from.name;
    this.payloads = from.payloads;
    this.hash = from.hash;
    this.rules = rules;
    this.plain = rules.plain();
    this.exposures = from.exposures;
    this.trafficSlots = trafficSlots;
    this.requested = requested;
    this.table = table;
    this.shares = table.shares(requested);
  }

  /**
   * Returns the start of an experiment's definition; name the control next.
   *
   * @param name 1 to 200 characters, not blank; it is part of the hash, so another name is another
   *     random assignment
   * @return the next step
   */
  public static Named named(String name) {
    Objects.requireNonNull(name, "name");
    return new Named(ArmNames.checked("experiment", name));
  }

  /** The first step of a definition: which arm is the control. */
  public static final class Named {
    private final String name;

    private Named(String name) {
      this.name = name;
    }

    /**
     * Returns the builder. Control takes the share that the treatments leave, and is what units
     * outside the experiment see.
     *
     * @param arm the control's name
     * @param payload what it carries
     * @param <T> the type all arms carry
     * @return the builder
     */
    public <T> ExperimentBuilder<T> control(String arm, T payload) {
      return new ExperimentBuilder<>(name, arm, payload);
    }
  }

  /**
   * Returns the decision for a unit, and reports it to the exposure listener if the unit is in: ask
   * when the answer is about to be used, not earlier. Cost: about 20 ns and one small object.
   *
   * @param unit the unit's id, compared character by character; null, empty or only white space
   *     means there is no unit
   * @return in with an arm, overridden, or not in with the reason; never null
   */
  public Assignment<T> assign(@Nullable String unit) {
    return assign(unit, Map.of());
  }

  /**
   * Returns the decision for a unit of which something is known, and reports it if the unit is in.
   *
   * @param unit the unit's id, or null
   * @param attributes what the eligibility rule may ask for
   * @return what {@link #assign(String)} returns
   */
  public Assignment<T> assign(@Nullable String unit, Map<String, String> attributes) {
    Objects.requireNonNull(attributes, "attributes");
    Assignment<T> result = peek(unit, attributes);
    if (exposures != null && result instanceof Assignment.Included<T> included) {
      exposures.report(included);
    }
    return result;
  }

  /**
   * Returns the decision for a unit without reporting an exposure: for tools and tests.
   *
   * @param unit the unit's id, or null
   * @return what {@link #assign(String)} returns
   */
  public Assignment<T> peek(@Nullable String unit) {
    return peek(unit, Map.of());
  }

  /**
   * Returns the decision for a unit without reporting an exposure: for tools and tests.
   *
   * @param unit the unit's id, or null
   * @param attributes what the eligibility rule may ask for
   * @return what {@link #assign(String, Map)} returns
   */
  public Assignment<T> peek(@Nullable String unit, Map<String, String> attributes) {
    Objects.requireNonNull(attributes, "attributes");
    if (unit == null || isBlank(unit)) {
      return excluded(unit, Assignment.Reason.NO_UNIT);
    }
    if (!plain) {
      Integer forced = rules.stoppedFor() == null ? rules.overrides().get(unit) : null;
      if (forced != null) {
        return new Assignment.Overridden<>(
            name, epoch(), unit, forced, arms().get(forced), payloads.get(forced));
      }
      Assignment.Reason reason = rules.reason(unit, attributes);
      if (reason != null) {
        return excluded(unit, reason);
      }
    }
    int index = hashed(unit);
    return index == NOT_IN
        ? excluded(unit, Assignment.Reason.OUTSIDE_TRAFFIC)
        : new Assignment.Included<>(
            name,
            rules.unitKind(),
            unit,
            index,
            shares.arms().get(index),
            payloads.get(index),
            shares);
  }

  private Assignment<T> excluded(@Nullable String unit, Assignment.Reason reason) {
    int shown = rules.stoppedFor() == null ? 0 : rules.stoppedFor();
    return new Assignment.Excluded<>(name, epoch(), unit, reason, payloads.get(shown));
  }

  /**
   * Returns what to use for a unit, as {@code assign(unit).payload()} does, exposure included.
   * Allocates nothing when there is no exposure listener and no rule beside traffic.
   *
   * @param unit the unit's id, or null
   * @return the arm's payload, or control's if the unit is not in the experiment
   */
  public T payloadFor(@Nullable String unit) {
    if (exposures != null || !plain) {
      return assign(unit).payload();
    }
    return payloads.get(Math.max(0, armIndex(unit)));
  }

  /**
   * Returns a unit's arm as a position, without reporting an exposure. Allocates nothing if there
   * is no rule beside traffic.
   *
   * @param unit the unit's id, or null
   * @return 0 for control, 1 for the first treatment and so on, or {@link #NOT_IN}; an override's
   *     arm for an overridden unit
   */
  public int armIndex(@Nullable String unit) {
    if (unit == null || isBlank(unit)) {
      return NOT_IN;
    }
    if (!plain) {
      Assignment<T> assignment = peek(unit);
      return assignment instanceof Assignment.Included<T> in
          ? in.index()
          : assignment instanceof Assignment.Overridden<T> forced ? forced.index() : NOT_IN;
    }
    return hashed(unit);
  }

  /**
   * One hash, two answers: the highest 16 bits say whether the unit is in, the next 16 which arm.
   * They are independent of each other (ExperimentIndependenceTest), at half the cost of two.
   */
  private int hashed(String unit) {
    long bits = hash.hash(unit);
    return (int) (bits >>> 48) >= trafficSlots
        ? NOT_IN
        : table.arm((int) (bits >>> 32) & Bucketing.SLOTS - 1);
  }

  /** ASCII white space only: what Unicode calls white space depends on the JDK's version. */
  static boolean isBlank(String unit) {
    for (int i = 0; i < unit.length(); i++) {
      if (unit.charAt(i) > ' ') {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns this experiment with another share of traffic, same weights and epoch. Growing the
   * share moves no unit that is in; shrinking it takes units out and moves none that stays.
   *
   * @param share of all units, 0 to 1: 0, or more than 1/131,072 (half a slot)
   * @return the changed experiment
   * @throws IllegalArgumentException if the share is out of range
   */
  public Experiment<T> withTraffic(double share) {
    return new Experiment<>(this, rules, ExperimentBuilder.trafficSlots(share), requested, table);
  }

  /**
   * Returns this experiment with other weights in the next epoch. As few units change arm as these
   * weights allow: the total variation distance of old and new shares, to within a slot per arm.
   *
   * @param weights one per arm, control first, each in [0, 1], sum 1
   * @return the changed experiment
   * @throws IllegalArgumentException if the weights are not a distribution over the arms
   */
  public Experiment<T> withWeights(double... weights) {
    Objects.requireNonNull(weights, "weights");
    return withWeights(WeightVector.of(epoch() + 1, arms(), weights));
  }

  /**
   * Returns this experiment with a policy's weights. Applying the vector that is in force already
   * changes nothing.
   *
   * @param weights of the next epoch, over the same arms in any order
   * @return the changed experiment
   * @throws IllegalArgumentException if the arms differ, or an epoch would be skipped or repeated:
   *     which units move depends on every step, so two JVMs agree only if both apply all of them
   */
  public Experiment<T> withWeights(WeightVector weights) {
    Objects.requireNonNull(weights, "weights");
    WeightVector next = aligned(weights);
    if (next.equals(requested)) {
      return this;
    }
    if (next.epoch() != epoch() + 1) {
      throw new IllegalArgumentException(
          "Experiment '"
              + name
              + "' is at epoch "
              + epoch()
              + " and was given weights of epoch "
              + next.epoch()
              + " (expected: "
              + (epoch() + 1)
              + "). Apply every epoch in order: catchUp does.");
    }
    return new Experiment<>(this, rules, trafficSlots, next, table.reweighted(next));
  }

  /**
   * Returns this experiment after all later epochs of a history: how a restarted or another JVM
   * arrives at the same assignment. Cost: about 0.3 ms per epoch.
   *
   * @param history weight vectors in ascending order of epochs; those up to this experiment's epoch
   *     are skipped
   * @return the experiment at the last epoch
   * @throws IllegalArgumentException if an epoch is missing or the arms differ
   */
  public Experiment<T> catchUp(Iterable<WeightVector> history) {
    Objects.requireNonNull(history, "history");
    Experiment<T> result = this;
    long at = 0;
    for (WeightVector weights : history) {
      if (Elements.required("history", at++, weights).epoch() > result.epoch()) {
        result = result.withWeights(weights);
      }
    }
    return result;
  }

  private WeightVector aligned(WeightVector weights) {
    if (weights.arms().size() != arms().size()) {
      throw new IllegalArgumentException(
          "Experiment '"
              + name
              + "': weights for arms "
              + weights.arms()
              + " (expected: "
              + arms()
              + ")");
    }
    double[] inOrder = new double[arms().size()];
    for (int i = 0; i < inOrder.length; i++) {
      inOrder[i] = weights.probability(arms().get(i));
    }
    return WeightVector.of(weights.epoch(), arms(), inOrder);
  }

  /**
   * Returns this experiment after its end: nobody is in, everybody sees one arm, overrides are
   * void. The epoch stays.
   *
   * @param winner the arm everybody sees from now on; control's name to go back
   * @return the stopped experiment
   * @throws IllegalArgumentException if there is no such arm; lists those there are
   */
  public Experiment<T> stopped(String winner) {
    Objects.requireNonNull(winner, "winner");
    Rules over = rules.stopped(ArmNames.indexOf(arms(), winner));
    return new Experiment<>(this, over, trafficSlots, requested, table);
  }

  /** This experiment under other rules, traffic and weights, as its next epoch. */
  Experiment<T> redefined(Rules next, double traffic, WeightVector weights) {
    return new Experiment<>(
        this, next, ExperimentBuilder.trafficSlots(traffic), weights, table.reweighted(weights));
  }

  WeightVector requested() {
    return requested;
  }

  Rules rules() {
    return rules;
  }

  /**
   * Returns what kind of thing is randomised.
   *
   * @return the kind, a user unless it was set
   */
  public UnitKind unitKind() {
    return rules.unitKind();
  }

  /**
   * Returns the experiment's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the arms' names.
   *
   * @return an unmodifiable list, control first
   */
  public List<String> arms() {
    return requested.arms();
  }

  /**
   * Returns which set of weights is in force.
   *
   * @return 0 for the weights of the definition, then 1 more for every change of weights
   */
  public long epoch() {
    return requested.epoch();
  }

  /**
   * Returns the exact share of each arm among the units that are in: whole slots of 65,536.
   *
   * @return what assignments carry as probabilities
   */
  public WeightVector shares() {
    return shares;
  }

  /**
   * Returns the exact share of units that are in.
   *
   * @return a multiple of 1/65,536
   */
  public double traffic() {
    return (double) trafficSlots / Bucketing.SLOTS;
  }

  /**
   * Returns how often the exposure listener threw, over all epochs of this experiment.
   *
   * @return at least 0; 0 without a listener
   */
  public long exposureFailures() {
    return exposures == null ? 0 : exposures.failures();
  }

  @Override
  public String toString() {
    return "Experiment[" + name + ", traffic=" + traffic() + ", " + shares + "]";
  }
}
