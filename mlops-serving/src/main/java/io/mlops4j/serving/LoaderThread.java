package io.mlops4j.serving;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that creates and closes a predictor's models, until it hangs.
 *
 * <p>No code can be stopped from outside. So a thread whose task is overdue is left behind as soon
 * as something else is to be done: another thread takes the queue over, and the one left behind
 * ends after its task. At most {@link #MOST_LEFT} are left behind at once; after that, what is
 * queued waits, because a source that hangs with every version must not eat the process's memory.
 */
final class LoaderThread implements Executor {
  static final int MOST_LEFT = 3;

  private static final ThreadLocal<@Nullable LoaderThread> HERE = new ThreadLocal<>();

  private static final Logger LOG = LoggerFactory.getLogger(LoaderThread.class);

  private final String predictor;
  private final Queue<Runnable> queue = new ArrayDeque<>();
  private @Nullable Worker current;
  private int left;
  private boolean ended;

  LoaderThread(String predictor) {
    this.predictor = predictor;
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("Predictor '" + predictor + "' has been closed.");
    }
    queue.add(task);
    Worker worker = current;
    if (worker == null) {
      start();
    } else if (worker.overdue) {
      overtake(worker);
    }
    notifyAll();
  }

  /** Returns whether the calling thread is a loader of this predictor, one left behind too. */
  boolean isCurrent() {
    return HERE.get() == this;
  }

  /** Takes nothing more; what is queued is still done. */
  synchronized void shutdown() {
    ended = true;
    notifyAll();
  }

  /**
   * Returns what to run when the calling thread's task takes too long. Does nothing once the task
   * is over, or if the caller is not this thread.
   */
  synchronized Runnable whenOverdue() {
    Worker worker = current;
    if (worker == null || worker.thread != Thread.currentThread()) {
      return () -> {};
    }
    long task = worker.tasks;
    return () -> overdue(worker, task);
  }

  private synchronized void overdue(Worker worker, long task) {
    if (worker.tasks == task) {
      worker.overdue = true;
      if (!queue.isEmpty()) {
        overtake(worker);
      }
    }
  }

  private void overtake(Worker worker) {
    if (current == worker && left < MOST_LEFT) {
      left++;
      LOG.warn(
          "Predictor '{}': the loader hangs; another thread goes on (left behind: {} of {})",
          predictor,
          left,
          MOST_LEFT);
      start();
    }
  }

  private void start() {
    Worker next = new Worker();
    current = next;
    next.thread.start();
  }

  private synchronized @Nullable Runnable next(Worker worker) {
    worker.tasks++;
    worker.overdue = false;
    while (current == worker) {
      Runnable task = queue.poll();
      if (task != null) {
        return task;
      }
      if (ended) {
        return null;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        // A model's code interrupted its own loader: that task is over.
        LOG.debug("Predictor '{}': the loader was interrupted", predictor, e);
      }
    }
    left--;
    return null;
  }

  private final class Worker implements Runnable {
    private final Thread thread = Threads.inBackground(predictor, "loader").newThread(this);
    private long tasks;
    private boolean overdue;

    @Override
    public void run() {
      HERE.set(LoaderThread.this);
      for (Runnable task = next(this); task != null; task = next(this)) {
        try {
          task.run();
        } catch (Throwable e) {
          LOG.error("Predictor '{}': the loader goes on after a failure", predictor, e);
        }
      }
    }
  }
}
