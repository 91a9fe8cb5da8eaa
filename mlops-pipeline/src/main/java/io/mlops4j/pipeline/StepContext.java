package io.mlops4j.pipeline;

import io.mlops4j.core.Progress;
import io.mlops4j.registry.Lineage;

/**
 * What a step is told while it runs. What could make its result another one can only be read if the
 * step declared it, because it must then be part of the key its result is kept under.
 */
public interface StepContext {

  /**
   * Returns the run.
   *
   * @return its id
   */
  String run();

  /**
   * Returns the step.
   *
   * @return its name
   */
  String step();

  /**
   * Returns which attempt this is.
   *
   * @return 1 for the first
   */
  int attempt();

  /**
   * Returns what all attempts at this step in this run have in common, also after a crash: what to
   * give to whatever must happen once, such as {@link
   * io.mlops4j.registry.RegisteredModel#register(io.mlops4j.core.ModelArtifact, Lineage, String)}.
   *
   * @return run and step
   */
  String request();

  /**
   * Returns the time the run is about.
   *
   * @return the interval
   * @throws PipelineException if the step did not declare {@link Step.Builder#readsInterval}
   */
  Interval interval();

  /**
   * Returns a parameter: what the run was asked for with, else what the step declares.
   *
   * @param name a name the step declared with {@link Step.Builder#with}
   * @return its value as text
   * @throws PipelineException if the step did not declare it; names those it did
   */
  String parameter(String name);

  /**
   * Returns a parameter as a number.
   *
   * @param name a name the step declared
   * @return its value
   * @throws PipelineException if it was not declared or is no finite number
   */
  double number(String name);

  /**
   * Returns why the run was begun.
   *
   * @return what fired, with evidence
   * @throws PipelineException if the step's result is reused by other runs, which began for other
   *     reasons
   */
  Occasion occasion();

  /**
   * Returns a lineage with the pipeline, the run, the interval and the trigger's evidence as tags:
   * {@code pipeline}, {@code pipeline.run}, {@code pipeline.interval}, {@code trigger}, {@code
   * trigger.kind}, {@code trigger.id}, {@code trigger.at}, {@code trigger.evidence}.
   *
   * @param lineage of what is about to be registered
   * @return the copy
   * @throws PipelineException as {@link #occasion}
   */
  Lineage stamp(Lineage lineage);

  /**
   * Says how far the step has come. Shown, not stored.
   *
   * @return to be told; throws what ends the step if the run was cancelled or has timed out
   */
  Progress progress();

  /**
   * Keeps a sentence with the step, for the run's page. The last one stays.
   *
   * @param sentence what a person wants to know, with the numbers; at most 2,000 characters
   */
  void note(String sentence);
}
