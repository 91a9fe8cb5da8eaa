package io.mlops4j.delivery;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import java.util.Optional;

/**
 * What a rollout leads to: who is in production, and how a candidate gets there. A registry, or
 * nothing but the log.
 */
interface Destination<I, O> {
  /** Who is in production now, as every process sees it. */
  Optional<ModelVersion> champion();

  /** What is to be loaded for a candidate. */
  Optional<ModelRelease<I, O>> release(ModelVersion candidate);

  /** Sees to it that a rollout of the candidate may begin; throws if it may not. */
  void prepare(ModelVersion candidate);

  /** Keeps what a step said where gates read it. Writes nothing twice. */
  void record(RolloutEvent event);

  /** Asks for the candidate to be put into production; asked again until it says yes or no. */
  Answer promote(RolloutEvent evidence);

  /** What came of asking for a promotion. */
  sealed interface Answer {}

  /** The candidate is in production. */
  record Promoted(String sentence) implements Answer {}

  /** Not yet: ask again. */
  record Waiting(String sentence) implements Answer {}

  /** No. */
  record Refused(String sentence) implements Answer {}

  /** The gates do not tell: a person has to look. */
  record Unclear(String sentence) implements Answer {}
}
