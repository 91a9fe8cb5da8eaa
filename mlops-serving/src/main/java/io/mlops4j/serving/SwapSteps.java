package io.mlops4j.serving;

import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Subscription;
import io.mlops4j.core.Time;
import io.mlops4j.serving.SwapStep.Kind;
import io.mlops4j.serving.SwapStep.State;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Times the steps of versions, tells listeners, and notices the ones that take too long. */
final class SwapSteps {
  private static final Logger LOG = LoggerFactory.getLogger(SwapSteps.class);

  private final String predictor;
  private final Time time;
  private final Duration limit;
  private final List<SwapListener> listeners;
  private final Counters counters;

  SwapSteps(PredictorBuilder<?, ?> builder, Counters counters) {
    this.predictor = builder.effectiveName();
    this.time = builder.effectiveTime();
    this.limit = Objects.requireNonNullElse(builder.stepLimit, PredictorBuilder.STEP_LIMIT);
    this.listeners = List.copyOf(builder.swapListeners);
    this.counters = counters;
  }

  Duration limit() {
    return limit;
  }

  /**
   * Begins a step. Whoever ends it calls one of the two ends, once.
   *
   * @param whenOverdue run once if it takes longer than the limit
   */
  Running begin(ModelVersion version, Kind kind, Runnable whenOverdue) {
    return new Running(version, kind, whenOverdue);
  }

  /** A step that has begun. */
  final class Running {
    private final ModelVersion version;
    private final Kind kind;
    private final long begin = time.nanos();
    private final Runnable whenOverdue;
    private final Subscription timer;
    private volatile long end;
    private volatile boolean over;

    private Running(ModelVersion version, Kind kind, Runnable whenOverdue) {
      this.version = version;
      this.kind = kind;
      this.whenOverdue = whenOverdue;
      // Before anybody is told: a listener that hangs is part of the step.
      this.timer = time.schedule(limit, this::overdue);
      tell(State.BEGUN, 0, null);
    }

    /** Stops the clock, on whichever thread; the end is told later. */
    void over() {
      end = time.nanos();
      over = true;
      timer.close();
    }

    void done() {
      ended(State.DONE, null);
    }

    void failed(Throwable why) {
      ended(State.FAILED, why.getMessage() == null ? why.toString() : why.getMessage());
    }

    private void ended(State state, @Nullable String failure) {
      if (!over) {
        over();
      }
      counters.step(kind, end - begin);
      tell(state, end - begin, failure);
    }

    private void overdue() {
      if (over) {
        return;
      }
      counters.overdueSteps.increment();
      LOG.warn("Predictor '{}': {} of {} takes longer than {}", predictor, kind, version, limit);
      whenOverdue.run();
      tell(State.OVERDUE, time.nanos() - begin, null);
    }

    private void tell(State state, long took, @Nullable String failure) {
      if (listeners.isEmpty()) {
        return;
      }
      SwapStep step =
          new SwapStep(
              predictor,
              version,
              kind,
              state,
              Duration.ofNanos(Math.max(0, took)),
              Optional.ofNullable(failure));
      for (SwapListener listener : listeners) {
        try {
          listener.on(step);
        } catch (Throwable e) {
          // Whatever a listener throws, the step goes on.
          LOG.warn("Predictor '{}': a swap listener threw on {}", predictor, step, e);
        }
      }
    }
  }
}
