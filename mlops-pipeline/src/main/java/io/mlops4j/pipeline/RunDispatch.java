package io.mlops4j.pipeline;

import io.mlops4j.core.Text;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands open runs to the executor, each to one thread at a time, when they are due. */
final class RunDispatch {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);
  private final Engine engine;
  private final Ledger ledger;
  private final Runnable poke;
  private final Duration every;
  private final Map<String, RunExecution> executions = new HashMap<>();
  private final Set<String> busy = new HashSet<>();
  private final Map<String, Long> due = new HashMap<>();
  private boolean closed;

  RunDispatch(Engine engine, Ledger ledger, Runnable poke, Duration every) {
    this.engine = engine;
    this.ledger = ledger;
    this.poke = poke;
    this.every = every;
  }

  void go(int most) {
    List<KnownRun> open = ledger.open();
    for (KnownRun run : open.subList(0, Math.min(most, open.size()))) {
      if (take(run)) {
        try {
          RunExecution execution = execution(run);
          engine.executor().execute(() -> work(run, execution));
        } catch (RejectedExecutionException e) {
          release(run.id());
          throw e;
        }
      }
    }
  }

  private synchronized boolean take(KnownRun run) {
    Long at = due.get(run.id());
    boolean now =
        at == null || engine.time().nanos() - at >= 0 || ledger.cancelled(run.id()) != null;
    return !closed && now && busy.add(run.id());
  }

  private synchronized RunExecution execution(KnownRun run) {
    return executions.computeIfAbsent(run.id(), id -> new RunExecution(engine, run));
  }

  private void work(KnownRun run, RunExecution execution) {
    Duration wait = every;
    try {
      Optional<Duration> next = execution.advance();
      if (next.isPresent()) {
        wait = next.get();
      } else {
        ledger.over(run.id(), execution.state().status());
        wait = Duration.ZERO;
        forget(run.id(), execution);
      }
    } catch (FencedException e) {
      LOG.info("Pipeline '{}': {}", engine.pipeline(), Text.printable(text(e), 500));
      forget(run.id(), execution);
    } catch (DamagedLogException e) {
      if (ledger.cancelled(run.id()) != null) {
        // What was done cannot be known, so it is not undone.
        ledger.over(run.id(), RunStatus.CANCELLED);
        wait = Duration.ZERO;
      } else {
        LOG.warn(
            "Pipeline '{}': {}. Cancel run {} to go on without it.",
            engine.pipeline(),
            Text.printable(text(e), 500),
            run.id());
      }
      forget(run.id(), execution);
    } catch (RuntimeException e) {
      LOG.warn(
          "Pipeline '{}': run {} could not go on and is tried again: {}",
          engine.pipeline(),
          run.id(),
          Text.printable(text(e), 500));
    } finally {
      comeBack(run.id(), execution, wait);
    }
  }

  private static String text(Throwable e) {
    return e.getMessage() == null ? e.getClass().getName() : e.getMessage();
  }

  private void comeBack(String run, RunExecution execution, Duration wait) {
    synchronized (this) {
      RunExecution current = executions.get(run);
      if (current != null && current != execution) {
        // It went on without this thread, which was lost in a step.
        return;
      }
      due.put(run, engine.time().nanos() + wait.toNanos());
      busy.remove(run);
      notifyAll();
      if (closed) {
        return;
      }
    }
    if (wait.isZero()) {
      poke.run();
    } else if (wait.compareTo(every) < 0) {
      engine.time().schedule(wait, poke);
    }
  }

  private synchronized void release(String run) {
    busy.remove(run);
    notifyAll();
  }

  private synchronized void forget(String run, RunExecution execution) {
    executions.remove(run, execution);
    due.remove(run);
  }

  /** The run's thread is lost; another may take it. */
  synchronized void overran(String run) {
    executions.remove(run);
    due.remove(run);
    busy.remove(run);
    notifyAll();
  }

  /** Another instance leads: it runs what was running here, and knows better what is due. */
  synchronized void forget() {
    due.clear();
    executions.values().forEach(execution -> execution.stop(Attempt.Stop.SHUTDOWN));
    executions.keySet().removeIf(run -> !busy.contains(run));
  }

  void stopCancelled() {
    Map<String, RunExecution> now;
    synchronized (this) {
      now = Map.copyOf(executions);
    }
    now.forEach(
        (run, execution) -> {
          if (ledger.cancelled(run) != null) {
            execution.stop(Attempt.Stop.CANCEL);
          }
        });
  }

  /** Interrupts what runs; true if nothing runs any more. */
  boolean close(Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    synchronized (this) {
      closed = true;
      executions.values().forEach(execution -> execution.stop(Attempt.Stop.SHUTDOWN));
      boolean interrupted = false;
      for (long left = end - System.nanoTime();
          left > 0 && !busy.isEmpty() && !interrupted;
          left = end - System.nanoTime()) {
        try {
          wait(Math.max(1, left / 1_000_000));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          interrupted = true;
        }
      }
      return busy.isEmpty();
    }
  }
}
