package io.mlops4j.pipeline;

import io.mlops4j.core.Check;
import java.util.Optional;

/**
 * Fires while a check fails; cool-down and budget say how often. No data moves nothing. The
 * episode's number comes from the log, so two leaders who both notice make one run.
 */
record CheckSource(Check check) implements TriggerSource {
  @Override
  public Optional<RunRequest> poll(Trigger trigger, Moment moment) {
    Check.Outcome outcome = check.evaluate();
    if (!(outcome instanceof Check.Fail)) {
      return Optional.empty();
    }
    String episode = "episode-" + (moment.episodes() + 1);
    return Optional.of(
        trigger.request(
            new Trigger.Signal(episode, check.name() + ": " + outcome.sentence()), moment.now()));
  }
}
