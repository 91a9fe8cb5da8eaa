package io.mlops4j.pipeline;

import io.mlops4j.core.Elements;
import java.util.List;
import java.util.Objects;

/**
 * What a run would do. Nothing was written to find out.
 *
 * @param start whether there would be a run
 * @param steps one for each step, in order
 */
public record RunPlan(RunStart start, List<PlannedStep> steps) {
  /** Copies the list. */
  public RunPlan {
    Objects.requireNonNull(start, "start");
    steps = Elements.list("steps", steps);
  }

  /** What would become of a step. */
  public enum Will {
    /** An earlier run's result would be taken. */
    REUSE,
    /** It would run. */
    RUN,
    /** That depends on what a step before it makes. */
    DEPENDS
  }

  /**
   * One step.
   *
   * @param name its name
   * @param will what would become of it
   * @param why a sentence
   */
  public record PlannedStep(String name, Will will, String why) {
    /** Checks for null. */
    public PlannedStep {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(will, "will");
      Objects.requireNonNull(why, "why");
    }
  }

  /**
   * Returns the plan as lines of text.
   *
   * @return one line for the run and one for each step
   */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(start.outcome() + " " + start.run() + ": " + start.sentence());
    for (PlannedStep step : steps) {
      text.append("\n  ").append(step.name()).append(": ").append(step.will());
      text.append(", ").append(step.why());
    }
    return text.toString();
  }
}
