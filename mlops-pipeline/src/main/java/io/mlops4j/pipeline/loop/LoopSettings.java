package io.mlops4j.pipeline.loop;

import io.mlops4j.core.Check;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.pipeline.Retry;
import io.mlops4j.pipeline.Step;
import io.mlops4j.pipeline.Trigger;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.RegisteredModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a loop was built with. */
record LoopSettings<I, O>(
    String name,
    RegisteredModel<I, O> model,
    Function<? super Instant, LoopData<I>> data,
    Optional<LoopSuite<I>> suite,
    Map<String, LoopExpectation<I>> expectations,
    LoopTrainer<I> trainer,
    LoopEvidence<I, O> evidence,
    GatePolicy policy,
    Map<String, LoopStage<I, O>> stages,
    Watch watch,
    List<Trigger> triggers,
    Retry retry,
    Optional<Duration> timeout,
    Duration every,
    ObjectStore store,
    String instance,
    Time time) {

  /** What is looked at after a promotion, and how long. */
  record Watch(Duration length, List<Check> checks) {
    static final Watch NONE = new Watch(Duration.ZERO, List.of());
  }

  /** How often and how long training and evaluation are tried. */
  Step.Builder tries(Step.Builder step) {
    step.retry(retry);
    timeout.ifPresent(step::timeout);
    return step;
  }
}
