package io.mlops4j.pipeline;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A store, a clock and runners that do everything on the calling thread. */
final class Bench implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-02T12:00:00Z");
  private final Duration every;
  VirtualTime time = VirtualTime.startingAt(START);
  final ObjectStore store;
  private final List<PipelineRunner> runners = new ArrayList<>();

  Bench() {
    this(Duration.ofMinutes(1));
  }

  Bench(Duration every) {
    this.store = ObjectStore.inMemory();
    this.every = every;
  }

  PipelineRunner runner(Pipeline pipeline) {
    return runner(pipeline, "pod-1", builder -> builder);
  }

  PipelineRunner runner(
      Pipeline pipeline, String instance, UnaryOperator<PipelineRunner.Builder> more) {
    return runner(store, pipeline, instance, more);
  }

  PipelineRunner runner(
      ObjectStore through,
      Pipeline pipeline,
      String instance,
      UnaryOperator<PipelineRunner.Builder> more) {
    PipelineRunner runner =
        more.apply(
                PipelineRunner.of(pipeline, through, instance)
                    .time(time)
                    .executor(Runnable::run)
                    .every(every)
                    .lease(every.multipliedBy(4)))
            .build();
    runners.add(runner);
    return runner;
  }

  /** Leaves a runner as a killed process does: nothing is told, nothing runs on. */
  void abandon(PipelineRunner runner) {
    time = VirtualTime.startingAt(time.now());
    runners.remove(runner);
  }

  /** Leaves all of them. */
  void abandonAll() {
    List.copyOf(runners).forEach(this::abandon);
  }

  @Override
  public void close() {
    runners.forEach(PipelineRunner::close);
  }
}
