package io.mlops4j.experiments;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment decided for one unit: in, with an arm; given an arm by hand; or not in, with
 * the reason. Immutable.
 *
 * <p>{@code toString} leaves the unit and the payload out: unit ids are often personal.
 *
 * @param <T> what the arms carry
 */
public sealed interface Assignment<T> {
  /** Why a unit is not in an experiment. */
  enum Reason {
    /** The unit's id was missing, empty or only white space, so there is nobody to assign. */
    NO_UNIT,
    /** The unit is outside the share of traffic the experiment takes. */
    OUTSIDE_TRAFFIC,
    /** The unit is outside the experiment's slice of its layer. */
    OUTSIDE_LAYER,
    /** The unit belongs to a holdout. */
    HELD_OUT,
    /** The eligibility rule said no. */
    NOT_ELIGIBLE,
    /** The experiment has not begun. */
    NOT_STARTED,
    /** The experiment is over: the payload is the winner's, or control's. */
    STOPPED
  }

  /**
   * Returns the experiment's name.
   *
   * @return the name
   */
  String experiment();

  /**
   * Returns which set of weights was in force.
   *
   * @return at least 0
   */
  long epoch();

  /**
   * Returns what to use for this unit.
   *
   * @return the arm's payload; control's if the unit is not in the experiment, or the winner's if
   *     the experiment was stopped with one
   */
  T payload();

  /**
   * A unit that is in, and what must be logged with it.
   *
   * @param experiment the experiment's name
   * @param unitKind what kind of thing the unit is
   * @param unit the unit's id
   * @param index the arm's position, 0 for control
   * @param arm the arm's name
   * @param payload the arm's payload
   * @param probabilities the exact probability of every arm for a unit that is in: shares of slots
   * @param <T> what the arms carry
   */
  record Included<T>(
      String experiment,
      UnitKind unitKind,
      String unit,
      int index,
      String arm,
      T payload,
      WeightVector probabilities)
      implements Assignment<T> {
    /** Refuses null. */
    public Included {
      Objects.requireNonNull(experiment, "experiment");
      Objects.requireNonNull(unitKind, "unitKind");
      Objects.requireNonNull(unit, "unit");
      Objects.requireNonNull(arm, "arm");
      Objects.requireNonNull(payload, "payload");
      Objects.requireNonNull(probabilities, "probabilities");
      if (index < 0 || index >= probabilities.arms().size()) {
        throw new IllegalArgumentException(
            "index: " + index + " (expected: 0.." + (probabilities.arms().size() - 1) + ")");
      }
    }

    @Override
    public long epoch() {
      return probabilities.epoch();
    }

    /**
     * Returns a name for this decision, under which a reward can come back later. It is a hash of
     * experiment, epoch and unit: asking again in the same epoch is the same decision, on every
     * JVM, and the id does not show the unit.
     *
     * @return 32 hexadecimal digits
     */
    public String decisionId() {
      return DecisionIds.of(experiment, epoch(), unit);
    }

    /**
     * Returns the probability of the arm this unit has: its propensity.
     *
     * @return above 0, at most 1
     */
    public double probability() {
      return probabilities.probability(index);
    }

    @Override
    public String toString() {
      return "Included[" + experiment + ", epoch=" + epoch() + ", arm=" + arm + "]";
    }
  }

  /**
   * A unit that was given an arm by hand, for a tester to see it. It must not be counted: nothing
   * random chose it. It is never reported as an exposure.
   *
   * @param experiment the experiment's name
   * @param epoch which set of weights was in force
   * @param unit the unit's id
   * @param index the arm's position, 0 for control
   * @param arm the arm's name
   * @param payload the arm's payload
   * @param <T> what the arms carry
   */
  record Overridden<T>(String experiment, long epoch, String unit, int index, String arm, T payload)
      implements Assignment<T> {
    /** Refuses null. */
    public Overridden {
      Objects.requireNonNull(experiment, "experiment");
      Objects.requireNonNull(unit, "unit");
      Objects.requireNonNull(arm, "arm");
      Objects.requireNonNull(payload, "payload");
    }

    @Override
    public String toString() {
      return "Overridden[" + experiment + ", epoch=" + epoch + ", arm=" + arm + "]";
    }
  }

  /**
   * A unit that is not in. It sees what control sees and must not be counted in any arm.
   *
   * @param experiment the experiment's name
   * @param epoch which set of weights was in force
   * @param unit the unit's id as given
   * @param reason why it is not in
   * @param payload control's payload
   * @param <T> what the arms carry
   */
  record Excluded<T>(String experiment, long epoch, @Nullable String unit, Reason reason, T payload)
      implements Assignment<T> {
    /** Refuses null. */
    public Excluded {
      Objects.requireNonNull(experiment, "experiment");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(payload, "payload");
    }

    @Override
    public String toString() {
      return "Excluded[" + experiment + ", epoch=" + epoch + ", reason=" + reason + "]";
    }
  }
}
