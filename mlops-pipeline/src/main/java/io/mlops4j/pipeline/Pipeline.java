package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Steps in an order: what is done when a trigger fires. Immutable and thread-safe; {@link
 * PipelineRunner} runs it.
 */
public final class Pipeline {
  private final String name;
  private final List<Step<?>> steps;
  private final Map<Step<?>, RollBack<?>> rollBacks;

  private Pipeline(String name, List<Step<?>> steps, Map<Step<?>, RollBack<?>> rollBacks) {
    this.name = name;
    this.steps = List.copyOf(steps);
    this.rollBacks = Map.copyOf(rollBacks);
  }

  /**
   * Undoes a step that was done, because a later one was not.
   *
   * @param <T> what the step made
   */
  @FunctionalInterface
  public interface RollBack<T> {
    /**
     * Undoes it. Called at least once: after a crash it may come again.
     *
     * @param made what the step made
     * @param reason why the run ended, with its status
     * @param step the step
     * @throws Exception if it could not; noted, and the other steps are undone all the same
     */
    void undo(T made, String reason, StepContext step) throws Exception;
  }

  /**
   * Returns a pipeline to be described.
   *
   * @param name part of the keys of its state: 1 to 80 of {@code A-Z a-z 0-9 . _ -}
   * @return its builder
   */
  public static Builder named(String name) {
    return new Builder(Names.require("pipeline", name));
  }

  /**
   * Returns what the pipeline is called.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the steps' names in the order they run.
   *
   * @return each after those it needs
   */
  public List<String> steps() {
    return steps.stream().map(Step::name).toList();
  }

  List<Step<?>> order() {
    return steps;
  }

  @SuppressWarnings("unchecked")
  <T> java.util.Optional<RollBack<T>> rollBack(Step<T> step) {
    return java.util.Optional.ofNullable((RollBack<T>) rollBacks.get(step));
  }

  /** All declared parameters; a name two steps declare must have one value. */
  SortedMap<String, String> parameters() {
    SortedMap<String, String> all = new TreeMap<>();
    steps.forEach(step -> all.putAll(step.settings().parameters()));
    return all;
  }

  /** What steps it has, with their codes. */
  String digest() {
    var list = Json.object().put("pipeline", name);
    var array = list.putArray("steps");
    for (Step<?> step : steps) {
      var inputs = array.addObject().put("name", step.name()).put("code", step.settings().code());
      step.inputs().forEach(input -> inputs.withArray("inputs").add(input.name()));
    }
    return Digests.sha256(Json.canonical(list));
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }

  /** Describes a pipeline. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final Map<String, Step<?>> steps = new LinkedHashMap<>();
    private final Map<Step<?>, RollBack<?>> rollBacks = new LinkedHashMap<>();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Adds steps and all they need, in the order given.
     *
     * @param last such as the step that promotes
     * @return this
     * @throws IllegalArgumentException if two different steps have the same name
     */
    public Builder steps(Step<?>... last) {
      for (Step<?> step : requireNonNull(last, "last")) {
        add(requireNonNull(step, "last"));
      }
      return this;
    }

    private void add(Step<?> step) {
      Step<?> known = steps.get(step.name());
      if (known == step) {
        return;
      }
      step.inputs().forEach(this::add);
      if (known != null || steps.containsKey(step.name())) {
        throw new IllegalArgumentException(
            "Pipeline '" + name + "': two different steps are called " + step.name() + ".");
      }
      steps.put(step.name(), step);
    }

    /**
     * Says how a step is undone if a later one fails or refuses, or the run is cancelled. Steps are
     * undone from the last to the first.
     *
     * @param step one of the steps
     * @param undo undoes it
     * @return this
     * @param <T> what the step made
     */
    public <T> Builder onRollBack(Step<T> step, RollBack<? super T> undo) {
      requireNonNull(step, "step");
      if (rollBacks.putIfAbsent(step, requireNonNull(undo, "undo")) != null) {
        throw new IllegalStateException(
            "Pipeline '" + name + "': onRollBack of " + step + " is set already.");
      }
      return this;
    }

    /**
     * Returns the pipeline.
     *
     * @return with at least one step
     * @throws IllegalStateException if it has no step, undoes one it does not have, or two steps
     *     declare a parameter with different values
     */
    public Pipeline build() {
      if (steps.isEmpty()) {
        throw new IllegalStateException("Pipeline '" + name + "': steps: 0 (expected: at least 1)");
      }
      for (Step<?> undone : rollBacks.keySet()) {
        if (steps.get(undone.name()) != undone) {
          throw new IllegalStateException(
              "Pipeline '"
                  + name
                  + "' undoes "
                  + undone
                  + ", which is none of its steps: "
                  + String.join(", ", steps.keySet())
                  + ".");
        }
      }
      Map<String, String> declared = new LinkedHashMap<>();
      for (Step<?> step : steps.values()) {
        step.settings()
            .parameters()
            .forEach(
                (parameter, value) -> {
                  String other = declared.putIfAbsent(parameter, value);
                  if (other != null && !other.equals(value)) {
                    throw new IllegalStateException(
                        "Pipeline '"
                            + name
                            + "': parameter "
                            + parameter
                            + " is "
                            + other
                            + " in one step and "
                            + value
                            + " in "
                            + step
                            + ".");
                  }
                });
      }
      return new Pipeline(
          name, new ArrayList<>(steps.values()), Collections.unmodifiableMap(rollBacks));
    }
  }
}
