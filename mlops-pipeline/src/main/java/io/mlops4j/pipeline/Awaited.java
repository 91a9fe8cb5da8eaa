package io.mlops4j.pipeline;

import java.util.Optional;

/**
 * Something outside that takes hours or days: a shadow comparison, a canary, a person's approval, a
 * job on another machine. It is begun, then asked now and again; no thread is held and no memory is
 * needed meanwhile, and any instance can ask.
 *
 * @param <A> what it is begun with
 * @param <T> what comes of it
 */
public interface Awaited<A, T> {

  /**
   * Begins it, or finds it begun: after a crash this is called again with the same {@link
   * StepContext#request}.
   *
   * @param input what it is about
   * @param step the step
   * @return what {@link #poll} needs to find it again, at most 10,000 characters
   * @throws Exception if it could not be begun; tried again as the step's {@link Retry} says
   */
  String start(A input, StepContext step) throws Exception;

  /**
   * Asks whether it is over.
   *
   * @param token what {@link #start} returned
   * @param step the step
   * @return what came of it, or empty if it goes on
   * @throws StepRefusedException if the answer is no
   * @throws Exception if it could not be asked; tried again as the step's {@link Retry} says, but
   *     never begun again
   */
  Optional<T> poll(String token, StepContext step) throws Exception;

  /**
   * Ends it because the run is cancelled, or took longer than the step's timeout, or could not be
   * asked. Not called when {@link #poll} had an answer. May be called again after a crash.
   *
   * @param token what {@link #start} returned
   * @param step the step
   * @throws Exception if it could not be ended; noted with the run
   */
  default void cancel(String token, StepContext step) throws Exception {}
}
