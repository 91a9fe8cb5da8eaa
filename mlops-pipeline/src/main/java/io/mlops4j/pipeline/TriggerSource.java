package io.mlops4j.pipeline;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/** Notices what a trigger fires on. Asked by the leader only. */
interface TriggerSource {
  TriggerSource NEVER = (trigger, moment) -> Optional.empty();

  /** What should be a run now, unless there is one. */
  Optional<RunRequest> poll(Trigger trigger, Moment moment);

  /**
   * What is known when it is asked.
   *
   * @param now the wall clock
   * @param episodes how often it fired
   * @param armed when it was first seen
   * @param taken whether there was a run for a request
   */
  record Moment(Instant now, long episodes, Instant armed, Predicate<RunRequest> taken) {}
}
