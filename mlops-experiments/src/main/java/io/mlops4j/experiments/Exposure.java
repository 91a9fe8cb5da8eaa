package io.mlops4j.experiments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * That a unit met an arm: everything that analysis and off-policy evaluation need later. A value.
 *
 * @param decisionId joins rewards that come later; see {@link Assignment.Included#decisionId}
 * @param experiment the experiment's name
 * @param unitKind what kind of thing the unit is
 * @param unit the unit's id
 * @param index the arm's position, 0 for control
 * @param arm the arm's name
 * @param model the model version behind the arm at that moment, if it is one
 * @param probabilities the exact probability of every arm, and the epoch
 * @param at when
 */
public record Exposure(
    String decisionId,
    String experiment,
    UnitKind unitKind,
    String unit,
    int index,
    String arm,
    Optional<ModelVersion> model,
    WeightVector probabilities,
    Instant at) {
  /** Refuses null. */
  public Exposure {
    Objects.requireNonNull(decisionId, "decisionId");
    Objects.requireNonNull(experiment, "experiment");
    Objects.requireNonNull(unitKind, "unitKind");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(arm, "arm");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(probabilities, "probabilities");
    Objects.requireNonNull(at, "at");
    if (index < 0 || index >= probabilities.arms().size()) {
      throw new IllegalArgumentException(
          "index: " + index + " (expected: 0.." + (probabilities.arms().size() - 1) + ")");
    }
  }

  static Exposure of(Assignment.Included<?> in, Optional<ModelVersion> model, Instant at) {
    return new Exposure(
        in.decisionId(),
        in.experiment(),
        in.unitKind(),
        in.unit(),
        in.index(),
        in.arm(),
        model,
        in.probabilities(),
        at);
  }

  /**
   * Returns which set of weights was in force.
   *
   * @return at least 0
   */
  public long epoch() {
    return probabilities.epoch();
  }

  /**
   * Returns the probability of the arm this unit got.
   *
   * @return above 0, at most 1
   */
  public double probability() {
    return probabilities.probability(index);
  }

  /**
   * Returns this exposure as one line of JSON without the line break.
   *
   * @return UTF-8, keys sorted
   */
  public byte[] toJson() {
    ObjectNode root =
        Json.object()
            .put("decision", decisionId)
            .put("experiment", experiment)
            .put("unitKind", unitKind.name())
            .put("unit", unit)
            .put("epoch", epoch())
            .put("arm", arm)
            .put("at", at.toString());
    model.ifPresent(version -> root.put("model", version.toString()));
    var vector = root.putObject("probabilities");
    for (int i = 0; i < probabilities.arms().size(); i++) {
      vector.put(probabilities.arms().get(i), probabilities.probability(i));
    }
    return Json.canonical(root);
  }

  /** Without the unit: ids are often personal. */
  @Override
  public String toString() {
    return "Exposure[" + decisionId + ", " + experiment + ", epoch=" + epoch() + ", " + arm + "]";
  }
}
