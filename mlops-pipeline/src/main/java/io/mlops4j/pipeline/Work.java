package io.mlops4j.pipeline;

/** What a step does, with its inputs at hand. */
@FunctionalInterface
interface Work<T> {
  T run(Inputs inputs, StepContext step) throws Exception;

  /** The results of the steps before. */
  interface Inputs {
    <A> A get(Step<A> input);
  }
}
