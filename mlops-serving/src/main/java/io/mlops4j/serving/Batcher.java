package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The self-clocking queue: no timer, batches are what has come in while the model was busy.
 *
 * <p>Permits say how many may run at once. A caller that finds the queue empty and a permit free
 * runs inline ({@link #tryEnter}, {@link #leave}); everybody else queues. A worker that has a
 * permit takes what is queued, up to the best batch size, until there is nothing left. After a
 * batch of several it keeps its permit while it parks, so that inline callers do not break up the
 * next batches; two single rows in a row end that, and then its permit is free before the second
 * row's caller is, so that a lone caller who comes straight back finds the model idle.
 *
 * <p>No request is forgotten: a request is in the queue before its caller looks for someone to
 * serve it, and a permit is free (or a worker parked) before its owner looks at the queue; all of
 * these are volatile, so one of the two sees the other. Work left at the end of an inline call is
 * handed to a worker: a caller never runs a batch after its own answer.
 */
final class Batcher<I, O> {

  /** How to run a batch. */
  interface Runner<I, O> {

    /**
     * Must complete every request and never throw.
     *
     * @param modelIsFree to be called when the model is done, before any request is completed
     */
    void run(List<Request<I, O>> batch, Runnable modelIsFree);

    /** Returns how many rows the next batch should have at most. */
    int bestBatch();
  }

  private static final int LINGER = 2;

  private final Runner<I, O> runner;
  private final int capacity;
  private final Queue<Request<I, O>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger depth = new AtomicInteger();
  private final AtomicInteger permits;
  private final AtomicInteger parallel;
  private final List<Worker> workers = new ArrayList<>();
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean closing;

  Batcher(String name, Runner<I, O> runner, int capacity, int mostWorkers) {
    this.runner = runner;
    this.capacity = capacity;
    this.permits = new AtomicInteger(1);
    this.parallel = new AtomicInteger(1);
    for (int i = 0; i < mostWorkers; i++) {
      workers.add(new Worker(name, i));
    }
  }

  /** Sets how many may run at once from now on, 1 to the number of workers. */
  void parallel(int runs) {
    int wanted = Math.max(1, Math.min(runs, workers.size()));
    permits.addAndGet(wanted - parallel.getAndSet(wanted));
  }

  int depth() {
    return depth.get();
  }

  /**
   * Returns how many requests wait for a worker or are in its batch, but one per batch: that one is
   * the worker's own call of the model. Exact when nothing moves.
   */
  int waiting() {
    int rows = depth.get();
    for (Worker worker : workers) {
      rows += Math.max(0, worker.running.size() - 1);
    }
    return rows;
  }

  int capacity() {
    return capacity;
  }

  /** Returns whether the caller may run one request itself; then it must {@link #leave}. */
  boolean tryEnter() {
    return depth.get() == 0 && tryPermit();
  }

  void leave() {
    permits.incrementAndGet();
    if (depth.get() > 0) {
      wakeWorker();
    }
  }

  /** Returns whether this thread is a worker, which must never wait for a worker. */
  boolean isWorker() {
    for (Worker worker : workers) {
      if (worker.thread == Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /** Queues a request; false if the queue is full. */
  boolean offer(Request<I, O> request) {
    for (int waiting = depth.get(); ; waiting = depth.get()) {
      if (waiting >= capacity) {
        return false;
      }
      if (depth.compareAndSet(waiting, waiting + 1)) {
        break;
      }
    }
    start();
    queue.add(request);
    wakeWorker();
    return true;
  }

  /** Takes a request out again; false if a worker has it already, or had. */
  boolean withdraw(Request<I, O> request) {
    if (queue.remove(request)) {
      depth.decrementAndGet();
      return true;
    }
    return false;
  }

  boolean isClosing() {
    return closing;
  }

  private void start() {
    if (!started.get() && started.compareAndSet(false, true)) {
      workers.forEach(worker -> worker.thread.start());
    }
  }

  private boolean tryPermit() {
    for (int free = permits.get(); free > 0; free = permits.get()) {
      if (permits.weakCompareAndSetVolatile(free, free - 1)) {
        return true;
      }
    }
    return false;
  }

  private void wakeWorker() {
    for (Worker worker : workers) {
      if (worker.parked.get()
          && (worker.keepsPermit || permits.get() > 0)
          && worker.parked.compareAndSet(true, false)) {
        LockSupport.unpark(worker.thread);
        return;
      }
    }
  }

  /**
   * Lets workers finish what is queued and end.
   *
   * @return false if they need longer; then what is queued or running is failed
   */
  boolean close(long nanos, RuntimeException gaveUp) throws InterruptedException {
    closing = true;
    if (!started.get()) {
      return true;
    }
    long deadline = System.nanoTime() + nanos;
    boolean ended = true;
    for (Worker worker : workers) {
      worker.parked.set(false);
      LockSupport.unpark(worker.thread);
    }
    for (Worker worker : workers) {
      if (worker.thread != Thread.currentThread()) {
        long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
        worker.thread.join(millis);
        ended &= !worker.thread.isAlive();
      }
    }
    if (!ended) {
      for (Request<I, O> left = queue.poll(); left != null; left = queue.poll()) {
        depth.decrementAndGet();
        left.fail(gaveUp);
      }
      workers.forEach(worker -> worker.running.forEach(request -> request.fail(gaveUp)));
    }
    return ended;
  }

  private final class Worker implements Runnable {
    final Thread thread;
    final AtomicBoolean parked = new AtomicBoolean();
    volatile boolean keepsPermit;
    volatile List<Request<I, O>> running = List.of();
    private int linger;
    private boolean holds;

    Worker(String name, int number) {
      this.thread = Threads.named(name, "worker-" + number).newThread(this);
    }

    @Override
    public void run() {
      while (true) {
        holds = holds || (depth.get() > 0 && tryPermit());
        if (holds && runBatch()) {
          continue;
        }
        if (closing && depth.get() == 0) {
          giveBack();
          return;
        }
        if (linger == 0) {
          giveBack();
        }
        keepsPermit = holds;
        parked.set(true);
        if (depth.get() == 0 ? closing : holds || permits.get() > 0) {
          parked.set(false);
          Thread.onSpinWait();
          continue;
        }
        while (parked.get()) {
          LockSupport.park(this);
        }
      }
    }

    private void giveBack() {
      if (holds) {
        holds = false;
        permits.incrementAndGet();
      }
    }

    private void modelIsFree() {
      if (linger == 0) {
        giveBack();
      }
    }

    /** Returns false if nothing was queued. */
    private boolean runBatch() {
      int most = Math.max(1, runner.bestBatch());
      List<Request<I, O>> batch = new ArrayList<>();
      int taken = 0;
      for (Request<I, O> next = queue.poll(); next != null; next = queue.poll()) {
        taken++;
        if (!next.isAbandoned()) {
          batch.add(next);
        }
        if (batch.size() == most) {
          break;
        }
      }
      if (taken == 0) {
        return false;
      }
      depth.addAndGet(-taken);
      if (!batch.isEmpty()) {
        linger = batch.size() > 1 ? LINGER : Math.max(0, linger - 1);
        running = batch;
        runner.run(batch, this::modelIsFree);
        running = List.of();
      }
      return true;
    }
  }
}
