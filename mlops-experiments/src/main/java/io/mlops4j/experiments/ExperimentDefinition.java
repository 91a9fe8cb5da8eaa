package io.mlops4j.experiments;

import io.mlops4j.core.Elements;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An experiment without its payloads: what can stand in a JSON file or an object store. A value.
 *
 * @param name the experiment's name
 * @param salt changes the assignment of all units; usually empty
 * @param unit what is randomised
 * @param traffic the share of all units that take part, 0 to 1
 * @param arms the arms' names and shares, control first; the shares sum to 1
 * @param layer the slice of a layer it lives in, if any
 * @param holdouts whom it keeps out
 * @param overrides arm by tester's unit
 * @param eligible allowed values by attribute; all must match
 * @param from when it starts, if given with {@code until}
 * @param until when it ends
 * @param stoppedFor the arm everybody sees because it is over, if it is
 */
public record ExperimentDefinition(
    String name,
    String salt,
    UnitKind unit,
    double traffic,
    Map<String, Double> arms,
    Optional<LayerSlice> layer,
    List<Holdout> holdouts,
    Map<String, String> overrides,
    Map<String, Set<String>> eligible,
    Optional<Instant> from,
    Optional<Instant> until,
    Optional<String> stoppedFor) {

  /** Checks everything an experiment checks. */
  public ExperimentDefinition {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(salt, "salt");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(layer, "layer");
    Objects.requireNonNull(overrides, "overrides");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(until, "until");
    Objects.requireNonNull(stoppedFor, "stoppedFor");
    arms = Elements.orderedMap("arms", arms);
    holdouts = Elements.list("holdouts", holdouts);
    // By place: a unit's id is nobody else's business.
    Elements.requireNoNulls("overrides", overrides.keySet());
    Elements.requireNoNulls("overrides", overrides.values());
    overrides = Map.copyOf(overrides);
    eligible = Elements.map("eligible", eligible);
    ArmNames.checked("experiment", name);
    ExperimentBuilder.slots("traffic", traffic);
    if (from.isPresent() != until.isPresent()) {
      throw new IllegalArgumentException("from and until: only one is given (expected: both)");
    }
    List<String> names = List.copyOf(arms.keySet());
    weights(names, arms);
    stoppedFor.ifPresent(arm -> ArmNames.indexOf(names, arm));
  }

  private static WeightVector weights(List<String> names, Map<String, Double> arms) {
    return WeightVector.of(
        0, names, arms.values().stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * Returns the definition that some JSON holds. Unknown fields are errors.
   *
   * @param json UTF-8
   * @param what what the document is, for the message
   * @return the definition
   * @throws MlopsException if it is not a valid definition; the message has the path, such as
   *     {@code $.arms[1].share}
   */
  public static ExperimentDefinition parse(byte[] json, String what) {
    Objects.requireNonNull(json, "json");
    Objects.requireNonNull(what, "what");
    return DefinitionJson.parse(json, what);
  }

  /**
   * Returns this definition as canonical JSON: equal definitions give equal bytes.
   *
   * @return UTF-8
   */
  public byte[] toJson() {
    return DefinitionJson.write(this);
  }

  /**
   * Returns the experiment, at epoch 0.
   *
   * @param payloads one per arm, by name
   * @param time the clock of start and end
   * @param listener told of exposures
   * @param <T> what the arms carry
   * @return the experiment
   * @throws IllegalArgumentException if an arm has no payload or a payload no arm
   */
  public <T> Experiment<T> experiment(
      Map<String, ? extends T> payloads, Time time, ExposureListener listener) {
    Objects.requireNonNull(payloads, "payloads");
    Objects.requireNonNull(time, "time");
    if (!payloads.keySet().equals(arms.keySet())) {
      throw new IllegalArgumentException(
          "Experiment '"
              + name
              + "': payloads for "
              + payloads.keySet().stream().sorted().toList()
              + " (expected: "
              + arms.keySet()
              + ")");
    }
    List<String> names = List.copyOf(arms.keySet());
    String control = names.get(0);
    ExperimentBuilder<T> builder =
        Experiment.named(name)
            .<T>control(control, Objects.requireNonNull(payloads.get(control)))
            .salt(salt)
            .unit(unit)
            .traffic(traffic)
            .exposures(listener);
    for (String arm : names.subList(1, names.size())) {
      builder.treatment(
          arm, Objects.requireNonNull(arms.get(arm)), Objects.requireNonNull(payloads.get(arm)));
    }
    layer.ifPresent(builder::layer);
    holdouts.forEach(builder::holdout);
    overrides.forEach(builder::override);
    if (!eligible.isEmpty()) {
      builder.eligible(new RequiredValues(eligible));
    }
    if (from.isPresent() && until.isPresent()) {
      builder.running(time, from.get(), until.get());
    }
    Experiment<T> experiment = builder.build();
    return stoppedFor.isPresent() ? experiment.stopped(stoppedFor.get()) : experiment;
  }

  /** The same experiment randomises alike: name, salt, unit and arms in order. */
  boolean sameExperiment(ExperimentDefinition other) {
    return name.equals(other.name)
        && salt.equals(other.salt)
        && unit.equals(other.unit)
        && List.copyOf(arms.keySet()).equals(List.copyOf(other.arms.keySet()));
  }

  WeightVector weights(long epoch) {
    List<String> names = List.copyOf(arms.keySet());
    return WeightVector.of(epoch, names, weights(names, arms).toArray());
  }

  /** Without units: ids of testers are personal. */
  @Override
  public String toString() {
    return "ExperimentDefinition[" + name + ", traffic=" + traffic + ", arms=" + arms + "]";
  }
}
