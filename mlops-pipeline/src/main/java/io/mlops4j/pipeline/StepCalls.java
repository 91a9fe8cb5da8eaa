package io.mlops4j.pipeline;

import io.mlops4j.core.Subscription;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Calls the code of a run's steps, one at a time, on the thread that works on the run, and
 * interrupts it from others: at its timeout, when the run is cancelled, on shutdown.
 */
final class StepCalls {
  /** How long after its timeout a step has to heed the interrupt. */
  static final Duration GRACE = Duration.ofSeconds(30);

  private final Engine engine;
  private volatile @Nullable Attempt attempt;
  private volatile boolean shutDown;

  StepCalls(Engine engine) {
    this.engine = engine;
  }

  /**
   * What a call came to: a value, or why there is none.
   *
   * @param value what it returned, unless it was stopped
   * @param problem what it threw, or that it returned nothing
   * @param stopped who interrupted it
   * @param abandoned whether the run went on without it, so that nothing here counts
   */
  record Called<V>(
      @Nullable V value, Throwable problem, Attempt.@Nullable Stop stopped, boolean abandoned) {}

  /** Calls it; {@code overrun} runs on another thread if it ignores the interrupt. */
  <V> Called<V> call(@Nullable Duration timeout, Runnable overrun, Callable<V> body) {
    Attempt now = new Attempt();
    attempt = now;
    if (shutDown) {
      now.stop(Attempt.Stop.SHUTDOWN);
    }
    Throwable problem = new PipelineException("It made nothing: null.");
    V value = null;
    Subscription timer = timer(timeout, now, overrun);
    try {
      value = now.call(body);
    } catch (Throwable thrown) {
      problem = thrown;
    } finally {
      timer.close();
      attempt = null;
    }
    Attempt.Stop stopped = now.stopped();
    return new Called<>(stopped == null ? value : null, problem, stopped, now.abandoned());
  }

  private Subscription timer(@Nullable Duration timeout, Attempt now, Runnable overrun) {
    if (timeout == null) {
      return () -> {};
    }
    Subscription soft = engine.time().schedule(timeout, () -> now.stop(Attempt.Stop.TIMEOUT));
    Runnable lost =
        () -> {
          if (now.abandon()) {
            overrun.run();
          }
        };
    Subscription hard =
        engine.time().schedule(timeout.plus(GRACE), () -> engine.executor().execute(lost));
    return () -> {
      soft.close();
      hard.close();
    };
  }

  /** Interrupts what runs, if anything does; on shutdown, nothing begins any more. */
  void stop(Attempt.Stop why) {
    shutDown |= why == Attempt.Stop.SHUTDOWN;
    Attempt running = attempt;
    if (running != null) {
      running.stop(why);
    }
  }

  /** Ends what runs, from within, if it was interrupted. */
  void check() {
    Attempt running = attempt;
    if (running != null) {
      running.check();
    }
  }

  boolean shutDown() {
    return shutDown;
  }
}
