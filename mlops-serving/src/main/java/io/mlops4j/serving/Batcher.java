package io.mlops4j.serving;

import io.mlops4j.core.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The self-clocking queue: batches are what has come in while the model was busy. There is no timer
 * unless a delay was asked for.
 *
 * <p>A {@link Crew} has permits that say how many may run at once. A caller that finds nobody
 * waiting and a permit free runs inline ({@link #tryEnter}, {@link #leave}); everybody else queues.
 * A worker that has a permit takes what is queued, up to the best batch size, until there is
 * nothing left. After a batch of several it keeps its permit while it parks, so that inline callers
 * do not break up the next batches; two single rows in a row end that, and then its permit is free
 * before the second row's caller is, so that a lone caller who comes straight back finds the model
 * idle.
 *
 * <p>Every published version gets a crew of its own over the same queue. Whoever hangs in an older
 * version, a worker or an inline caller, holds a permit that no longer matters; a worker of an
 * older crew ends after its batch.
 *
 * <p>No request is forgotten: a request is in the queue before its caller looks for someone to
 * serve it, and a permit is free (or a worker parked, or a crew replaced) before its owner looks at
 * the queue; all of these are volatile, so one of the two sees the other. Work left at the end of
 * an inline call is handed to a worker: a caller never runs a batch after its own answer.
 */
final class Batcher<I, O> {

  /** How to run a batch. */
  interface Runner<I, O> {

    /**
     * Must complete every request and never throw.
     *
     * @param modelIsFree to be called when the model is done, before any request is completed
     */
    void run(Run<I, O> run, Runnable modelIsFree);

    /** Completes a request that must not be run because its deadline has passed. Never throws. */
    void expired(Request<I, O> request);

    /** Returns how many rows the next batch should have at most. */
    int bestBatch();

    /** Returns how many rows the next batch of offline rows should have at most. */
    int offlineBatch();

    /** Returns what a run of so many rows will take, in nanoseconds; 0 if unknown. */
    long expectedNanos(int rows);
  }

  final String name;
  final Runner<I, O> runner;
  final Time time;
  final AdmissionQueue<I, O> queue;
  final long maxDelay;
  private final int mostWorkers;
  private final Queue<Crew<I, O>> retired = new ConcurrentLinkedQueue<>();
  private volatile Crew<I, O> crew;
  private volatile boolean closing;

  Batcher(
      String name,
      Runner<I, O> runner,
      Time time,
      AdmissionQueue<I, O> queue,
      long maxDelay,
      int mostWorkers) {
    this.name = name;
    this.runner = runner;
    this.time = time;
    this.queue = queue;
    this.maxDelay = maxDelay;
    this.mostWorkers = mostWorkers;
    this.crew = new Crew<>(this, 1);
  }

  /** Starts over for a version just published, which may run so often at once. */
  void newCrew(int parallel) {
    Crew<I, O> old = crew;
    crew = new Crew<>(this, Math.max(1, Math.min(parallel, mostWorkers)));
    retired.removeIf(Crew::hasEnded);
    retired.add(old);
    old.retire();
    if (queue.waiting() > 0) {
      crew.wakeWorker();
    }
  }

  int depth() {
    return queue.waiting();
  }

  /**
   * Returns how many requests wait for a worker or are in its batch, but one per batch: that one is
   * the worker's own call of the model. Exact when nothing moves.
   */
  int waiting() {
    int rows = queue.waiting();
    for (Run<I, O> run : crew.running()) {
      rows += run.requests.size() - 1;
    }
    return rows;
  }

  int capacity() {
    return queue.capacity();
  }

  /** Returns what the caller must {@link #leave} after running one request itself, or null. */
  @Nullable Crew<I, O> tryEnter() {
    Crew<I, O> now = crew;
    return maxDelay == 0 && queue.live() == 0 && now.tryPermit() ? now : null;
  }

  void leave(Crew<I, O> entered) {
    entered.givePermit();
    if (queue.waiting() > 0) {
      crew.wakeWorker();
    }
  }

  /** Returns whether this thread is a worker, which must never wait for a worker. */
  boolean isWorker() {
    return Thread.currentThread() instanceof Crew.WorkerThread thread && thread.isOf(this);
  }

  /** Queues a request; false if there is no place for it. */
  boolean offer(Request<I, O> request) {
    if (!queue.offer(request)) {
      return false;
    }
    crew.wake(request);
    return true;
  }

  /** Takes a request out again; false if a worker has it already, or had. */
  boolean withdraw(Request<I, O> request) {
    return queue.withdraw(request);
  }

  /**
   * Returns the least time in which a request that comes now is answered, by what runs have cost: a
   * run at a time per worker, with as many of those before it as fit, and what runs already not
   * counted. 0 if nobody is before it: that one is always tried, or a cost once seen would be
   * believed for ever.
   */
  long leastNanos(Priority priority) {
    int ahead =
        switch (priority) {
          case HIGH -> queue.waiting(Priority.HIGH);
          case NORMAL -> queue.live();
          case OFFLINE -> queue.waiting();
        };
    if (ahead == 0) {
      return 0;
    }
    int most = Math.max(1, runner.bestBatch());
    int rounds = ahead / most / crew.parallel();
    return rounds * runner.expectedNanos(most) + runner.expectedNanos(ahead % most + 1);
  }

  boolean isClosing() {
    return closing;
  }

  /**
   * Lets workers finish what is queued and end.
   *
   * @return false if they need longer; then what is queued or running is failed
   */
  boolean close(long nanos, RuntimeException gaveUp) throws InterruptedException {
    closing = true;
    long deadline = System.nanoTime() + nanos;
    Crew<I, O> last = crew;
    last.wakeAll();
    boolean ended = last.join(deadline);
    for (Crew<I, O> old : retired) {
      ended &= old.join(deadline);
    }
    if (!ended) {
      List<Request<I, O>> left = new ArrayList<>();
      queue.drain(left::add);
      left.forEach(request -> request.fail(gaveUp));
      last.failRunning(gaveUp);
      retired.forEach(old -> old.failRunning(gaveUp));
    }
    return ended;
  }

  /** Returns what is running, for tests. */
  List<Run<I, O>> running() {
    return crew.running();
  }
}
