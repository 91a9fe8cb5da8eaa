package io.mlops4j.serving;

import io.mlops4j.core.Prediction.Release;
import io.mlops4j.core.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The permits and workers of one published version; {@link Batcher} has the protocol. */
final class Crew<I, O> {
  private static final int LINGER = 2;

  private final Batcher<I, O> batcher;
  private final AtomicInteger permits;
  private final List<Worker> workers = new ArrayList<>();
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile boolean retired;

  Crew(Batcher<I, O> batcher, int parallel) {
    this.batcher = batcher;
    this.permits = new AtomicInteger(parallel);
    for (int i = 0; i < parallel; i++) {
      workers.add(new Worker(i));
    }
  }

  /** A worker's thread, recognised without a search. */
  static final class WorkerThread extends Thread {
    private final Batcher<?, ?> batcher;

    WorkerThread(Batcher<?, ?> batcher, Runnable task, String name) {
      super(null, task, name, 0, false);
      this.batcher = batcher;
      Threads.ownNothing(this);
    }

    boolean isOf(Batcher<?, ?> other) {
      return batcher == other;
    }
  }

  boolean tryPermit() {
    for (int free = permits.get(); free > 0; free = permits.get()) {
      if (permits.weakCompareAndSetVolatile(free, free - 1)) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many run at once. */
  int parallel() {
    return workers.size();
  }

  void givePermit() {
    permits.incrementAndGet();
  }

  private void start() {
    if (!started.get() && started.compareAndSet(false, true)) {
      workers.forEach(worker -> worker.thread.start());
    }
  }

  /** Finds somebody for a request just queued. */
  void wake(Request<I, O> request) {
    if (batcher.maxDelay > 0) {
      workers.forEach(worker -> worker.reconsider(request));
    }
    wakeWorker();
  }

  void wakeWorker() {
    start();
    for (Worker worker : workers) {
      if (worker.parked.get()
          && (worker.keepsPermit || permits.get() > 0)
          && worker.parked.compareAndSet(true, false)) {
        LockSupport.unpark(worker.thread);
        return;
      }
    }
  }

  void wakeAll() {
    for (Worker worker : workers) {
      worker.parked.set(false);
      worker.stopDelaying();
      LockSupport.unpark(worker.thread);
    }
  }

  /** Lets workers end after what they run now. */
  void retire() {
    retired = true;
    wakeAll();
  }

  boolean hasEnded() {
    return !started.get() || workers.stream().noneMatch(worker -> worker.thread.isAlive());
  }

  /** Waits for its workers; false if that takes longer. */
  boolean join(long deadline) throws InterruptedException {
    boolean ended = true;
    if (started.get()) {
      for (Worker worker : workers) {
        if (worker.thread != Thread.currentThread()) {
          worker.thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
          ended &= !worker.thread.isAlive();
        }
      }
    }
    return ended;
  }

  void failRunning(RuntimeException gaveUp) {
    for (Run<I, O> run : running()) {
      run.requests.forEach(request -> request.fail(gaveUp));
      run.stop.stop();
    }
  }

  List<Run<I, O>> running() {
    return workers.stream().map(worker -> worker.running).filter(Objects::nonNull).toList();
  }

  private final class Worker implements Runnable {
    final Thread thread;
    final AtomicBoolean parked = new AtomicBoolean();
    volatile boolean keepsPermit;
    volatile @Nullable Run<I, O> running;
    private final AtomicBoolean delaying = new AtomicBoolean();
    private int linger;
    private int lastBatch;
    private boolean holds;

    Worker(int number) {
      this.thread = new WorkerThread(batcher, this, Threads.name(batcher.name, "worker-" + number));
    }

    @Override
    public void run() {
      AdmissionQueue<I, O> queue = batcher.queue;
      while (!retired) {
        holds = holds || (queue.waiting() > 0 && tryPermit());
        if (holds && runBatch()) {
          continue;
        }
        if (batcher.isClosing() && queue.waiting() == 0) {
          giveBack();
          return;
        }
        if (linger == 0) {
          giveBack();
        }
        keepsPermit = holds;
        parked.set(true);
        if (retired || (queue.waiting() == 0 ? batcher.isClosing() : holds || permits.get() > 0)) {
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
        givePermit();
      }
    }

    private void modelIsFree() {
      if (linger == 0) {
        giveBack();
      }
    }

    /** Returns false if nothing was queued. */
    private boolean runBatch() {
      Release delayed = null;
      if (batcher.maxDelay > 0) {
        delayed = delay();
      } else if (linger > 0) {
        gather();
      }
      BatchForming<I, O> forming = new BatchForming<>(batcher, delayed);
      if (!forming.take()) {
        return false;
      }
      forming.expired().forEach(batcher.runner::expired);
      List<Request<I, O>> batch = forming.batch();
      if (!batch.isEmpty()) {
        linger = batch.size() > 1 ? LINGER : Math.max(0, linger - 1);
        lastBatch = batch.size();
        Run<I, O> run = new Run<>(batch, forming.release(), forming.now());
        running = run;
        run.begin();
        batcher.runner.run(run, this::modelIsFree);
        running = null;
      }
      return true;
    }

    /** Lets the callers of the last batch come back. */
    private void gather() {
      AdmissionQueue<I, O> queue = batcher.queue;
      int there = queue.live();
      int best = batcher.runner.bestBatch();
      if (there == 0 || there >= Math.min(lastBatch, best)) {
        return;
      }
      long needed = latestStart(queue.earliestDeadline(), lastBatch);
      long spare =
          needed == Deadline.NONE ? Long.MAX_VALUE : Deadline.left(needed, batcher.time.nanos());
      Grace grace =
          Grace.before(lastBatch, there, best, batcher.runner.expectedNanos(lastBatch), spare);
      long begin = System.nanoTime();
      while (queue.live() < grace.wanted()
          && System.nanoTime() - begin < grace.nanos()
          && !retired
          && !batcher.isClosing()) {
        if (grace.nanos() > Grace.SPIN_NANOS) {
          LockSupport.parkNanos(this, Grace.SPIN_NANOS / 2);
        } else {
          Thread.onSpinWait();
        }
      }
    }

    /**
     * Waits for more to come; returns what ended the wait, or null if nothing had to be awaited.
     */
    private @Nullable Release delay() {
      AdmissionQueue<I, O> queue = batcher.queue;
      while (!retired && !batcher.isClosing()) {
        delaying.set(true);
        Request<I, O> oldest = queue.oldestLive();
        int waiting = queue.live();
        if (oldest == null || waiting >= batcher.runner.bestBatch()) {
          delaying.set(false);
          return null;
        }
        long asked = oldest.start + batcher.maxDelay;
        long needed = latestStart(queue.earliestDeadline(), waiting + 1);
        long left = Deadline.earlier(asked, needed) - batcher.time.nanos();
        if (left <= 0) {
          delaying.set(false);
          return Deadline.left(needed, asked) < 0 ? Release.DEADLINE : Release.DELAY;
        }
        pause(left);
      }
      return null;
    }

    private void pause(long nanos) {
      try (Subscription timer =
          batcher.time.schedule(Duration.ofNanos(nanos), this::stopDelaying)) {
        while (delaying.get()) {
          LockSupport.park(timer);
        }
      }
    }

    /** Returns when a run of so many rows must begin to be done by a deadline. */
    private long latestStart(long deadline, int rows) {
      return deadline == Deadline.NONE
          ? Deadline.NONE
          : deadline - batcher.runner.expectedNanos(rows);
    }

    /** Ends a delay, or its pause, if the request just queued may change when it is over. */
    void reconsider(Request<I, O> queued) {
      if (delaying.get()
          && (queued.deadline != Deadline.NONE
              || batcher.queue.live() >= batcher.runner.bestBatch())) {
        stopDelaying();
      }
    }

    void stopDelaying() {
      delaying.set(false);
      LockSupport.unpark(thread);
    }
  }
}
