package io.mlops4j.experiments;

import io.mlops4j.core.Text;
import io.mlops4j.core.Time;
import io.mlops4j.stats.Bucketing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects the definition of an {@link Experiment}. Not thread-safe. Setting a value twice throws.
 *
 * @param <T> what the arms carry
 */
public final class ExperimentBuilder<T> {
  private final String name;
  private final List<String> arms = new ArrayList<>();
  private final List<T> payloads = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private @Nullable Double traffic;
  private @Nullable String salt;
  private @Nullable ExposureListener exposures;
  private @Nullable UnitKind unitKind;
  private @Nullable LayerSlice layer;
  private @Nullable Eligibility eligibility;
  private @Nullable Time time;
  private @Nullable Instant from;
  private @Nullable Instant until;
  private final List<Holdout> holdouts = new ArrayList<>();
  private final Map<String, String> overrides = new LinkedHashMap<>();

  ExperimentBuilder(String name, String control, T payload) {
    this.name = name;
    add(control, 0, payload);
  }

  /**
   * Adds an arm beside the control.
   *
   * @param arm its name, distinct from the others
   * @param share of the units that are in the experiment, 0 to 1: 0 (no unit yet), or enough for
   *     one slot of 65,536
   * @param payload what it carries
   * @return this
   * @throws IllegalArgumentException if the share is out of range
   */
  public ExperimentBuilder<T> treatment(String arm, double share, T payload) {
    Objects.requireNonNull(arm, "arm");
    String what = "share of '" + Text.printable(arm, 80) + "'";
    WeightVector.checkShare(what, share);
    requireSlot(what, share);
    add(arm, share, payload);
    return this;
  }

  /**
   * Sets the share of all units that take part; all of them unless set.
   *
   * @param share 0 to 1
   * @return this
   * @throws IllegalArgumentException if the share is out of range
   */
  public ExperimentBuilder<T> traffic(double share) {
    once("traffic", traffic);
    trafficSlots(share);
    traffic = share;
    return this;
  }

  /**
   * Sets a text that changes the assignment of all units: to run an experiment of the same name
   * again with fresh randomisation. Empty unless set.
   *
   * @param value any text
   * @return this
   */
  public ExperimentBuilder<T> salt(String value) {
    Objects.requireNonNull(value, "value");
    once("salt", salt);
    salt = Objects.requireNonNull(value, "salt");
    return this;
  }

  /**
   * Sets who is told which unit got which arm.
   *
   * @param listener called by {@link Experiment#assign} on the caller's thread
   * @return this
   */
  public ExperimentBuilder<T> exposures(ExposureListener listener) {
    once("exposures", exposures);
    exposures = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Sets what is randomised; users unless set. It is logged with every exposure.
   *
   * @param kind what the ids given to {@link Experiment#assign} stand for
   * @return this
   */
  public ExperimentBuilder<T> unit(UnitKind kind) {
    once("unit", unitKind);
    unitKind = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /**
   * Puts the experiment into a layer: only units of this slice can be in, so it never meets another
   * experiment with a disjoint slice. {@link #traffic} then is a share of the slice's units.
   *
   * @param slice the part of the layer
   * @return this
   */
  public ExperimentBuilder<T> layer(LayerSlice slice) {
    once("layer", layer);
    layer = Objects.requireNonNull(slice, "slice");
    return this;
  }

  /**
   * Keeps a holdout's units out. May be called for several.
   *
   * @param holdout whom to keep out
   * @return this
   */
  public ExperimentBuilder<T> holdout(Holdout holdout) {
    holdouts.add(Objects.requireNonNull(holdout, "holdout"));
    return this;
  }

  /**
   * Sets who may be in; everybody unless set.
   *
   * @param rule asked with the attributes given to {@link Experiment#assign(String, Map)}
   * @return this
   */
  public ExperimentBuilder<T> eligible(Eligibility rule) {
    once("eligible", eligibility);
    eligibility = Objects.requireNonNull(rule, "rule");
    return this;
  }

  /**
   * Gives a tester's unit an arm, whatever hash, share or rule say, until the experiment is
   * stopped. It is not counted as an exposure.
   *
   * @param unit the unit's id, not blank
   * @param arm the name of an arm
   * @return this
   * @throws IllegalStateException if the unit has an override already
   */
  public ExperimentBuilder<T> override(String unit, String arm) {
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(arm, "arm");
    if (Experiment.isBlank(unit)) {
      throw new IllegalArgumentException("override: the unit is blank (expected: an id)");
    }
    if (overrides.putIfAbsent(unit, arm) != null) {
      throw new IllegalStateException(
          "override: a unit has one already, for arm '" + overrides.get(unit) + "'");
    }
    return this;
  }

  /**
   * Sets when the experiment runs; always unless set.
   *
   * @param clock tells the time at every assignment
   * @param start the first instant at which units are in
   * @param end the first instant at which they no longer are, after the start
   * @return this
   */
  public ExperimentBuilder<T> running(Time clock, Instant start, Instant end) {
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(end, "end");
    once("running", from);
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException(
          "running: from " + start + " until " + end + " (expected: the end after the start)");
    }
    time = clock;
    from = start;
    until = end;
    return this;
  }

  /**
   * Returns the experiment, at epoch 0.
   *
   * @return the experiment
   * @throws IllegalArgumentException if there is no treatment, a name is used twice, an override
   *     names no arm, or the treatments' shares exceed 1
   */
  public Experiment<T> build() {
    if (arms.size() < 2) {
      throw new IllegalArgumentException(
          "Experiment '" + name + "' has no treatment: an experiment compares at least two arms.");
    }
    double[] weights = new double[arms.size()];
    double sum = 0;
    for (int i = 1; i < weights.length; i++) {
      weights[i] = shares.get(i);
      sum += weights[i];
    }
    if (sum > 1 + WeightVector.SUM_TOLERANCE) {
      throw new IllegalArgumentException(
          "Experiment '" + name + "': treatments' shares sum to " + sum + " (expected: at most 1)");
    }
    weights[0] = Math.max(0, 1 - sum);
    return new Experiment<>(
        name,
        salt == null ? "" : salt,
        payloads,
        traffic == null ? Bucketing.SLOTS : trafficSlots(traffic),
        WeightVector.of(0, arms, weights),
        rules(),
        exposures == null ? null : new Exposures(exposures));
  }

  private Rules rules() {
    Map<String, Integer> byIndex = new LinkedHashMap<>();
    overrides.forEach((unit, arm) -> byIndex.put(unit, ArmNames.indexOf(arms, arm)));
    return new Rules(
        unitKind == null ? UnitKind.USER : unitKind,
        layer,
        List.copyOf(holdouts),
        Map.copyOf(byIndex),
        eligibility,
        time == null ? Time.system() : time,
        from,
        until,
        null);
  }

  private void add(String arm, double share, T payload) {
    arms.add(ArmNames.checked("arm", arm));
    payloads.add(Objects.requireNonNull(payload, "payload"));
    shares.add(share);
  }

  static int trafficSlots(double share) {
    return slots("traffic", share);
  }

  static int slots(String what, double share) {
    WeightVector.checkShare(what, share);
    requireSlot(what, share);
    return (int) Math.rint(share * Bucketing.SLOTS);
  }

  /**
   * A share that rounds to nobody was a slip of the hand, probably a percentage of a percentage.
   */
  private static void requireSlot(String what, double share) {
    if (share > 0 && share * Bucketing.SLOTS <= 0.5) {
      throw new IllegalArgumentException(
          what + ": " + share + " is below half a slot (expected: 0, or more than 1/131072)");
    }
  }

  private static void once(String what, @Nullable Object old) {
    if (old != null) {
      throw new IllegalStateException(
          what + " is set already: " + (old instanceof ExposureListener ? "a listener" : old));
    }
  }

  /**
   * Who may be in an experiment, by what is known of the unit when it asks. Must be quick, pure and
   * thread-safe. Attributes must not depend on the arm, or the arms no longer compare.
   */
  @FunctionalInterface
  public interface Eligibility {
    /**
     * Returns whether a unit may be in.
     *
     * @param attributes what the caller gave with the unit; empty if nothing
     * @return false keeps the unit out, as {@link Assignment.Reason#NOT_ELIGIBLE}
     */
    boolean test(Map<String, String> attributes);

    /**
     * Returns a rule on one attribute. A unit without the attribute is not eligible.
     *
     * @param attribute its name
     * @param values any of these, compared exactly; at least one
     * @return the rule
     */
    static Eligibility where(String attribute, String... values) {
      return new RequiredValues(Map.of(attribute, Set.of(values)));
    }
  }
}
