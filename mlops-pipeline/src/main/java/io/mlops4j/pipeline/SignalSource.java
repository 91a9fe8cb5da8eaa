package io.mlops4j.pipeline;

import java.util.Optional;
import java.util.function.Supplier;

/** Fires once for each id. */
record SignalSource(Supplier<Optional<Trigger.Signal>> notice) implements TriggerSource {
  @Override
  public Optional<RunRequest> poll(Trigger trigger, Moment moment) {
    return notice
        .get()
        .map(signal -> trigger.request(signal, moment.now()))
        .filter(request -> !moment.taken().test(request));
  }
}
