package io.mlops4j.benchmarks;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Requests that arrive when they arrive, whether or not earlier ones have been answered. Latency is
 * counted from the scheduled arrival, so a stall is charged to everyone who would have come in
 * meanwhile ("How NOT to measure latency", Gil Tene, 2015).
 */
final class OpenLoop {
  private final long[] arrivals;
  private final int callers;

  /**
   * Creates a load.
   *
   * @param arrivals nanoseconds after the start, ascending
   * @param callers threads; while all of them wait for answers, arrivals wait and count as waiting
   */
  OpenLoop(long[] arrivals, int callers) {
    this.arrivals = arrivals.clone();
    this.callers = callers;
  }

  /** Returns independent arrivals (a Poisson process): bursts and gaps, as real traffic has. */
  static long[] poisson(double perSecond, double seconds, long seed) {
    Random random = new Random(seed);
    long[] arrivals = new long[(int) Math.round(perSecond * seconds)];
    double at = 0;
    for (int i = 0; i < arrivals.length; i++) {
      at += -Math.log1p(-random.nextDouble()) / perSecond;
      arrivals[i] = (long) (at * 1e9);
    }
    return arrivals;
  }

  /** Sends every request and waits for the answers. A request fails if the call throws. */
  LoadResult run(IntConsumer call) throws InterruptedException {
    long[] latencies = new long[arrivals.length];
    AtomicInteger next = new AtomicInteger();
    AtomicInteger failed = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(callers);
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    long start = System.nanoTime();
    try {
      for (int c = 0; c < callers; c++) {
        threads.execute(
            () -> {
              try {
                serve(call, start, latencies, next, failed);
              } finally {
                done.countDown();
              }
            });
      }
      done.await();
    } finally {
      threads.shutdownNow();
    }
    return new LoadResult(start, arrivals, latencies, failed.get());
  }

  private void serve(
      IntConsumer call, long start, long[] latencies, AtomicInteger next, AtomicInteger failed) {
    for (int i = next.getAndIncrement(); i < arrivals.length; i = next.getAndIncrement()) {
      long due = start + arrivals[i];
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      try {
        call.accept(i);
      } catch (RuntimeException e) {
        failed.incrementAndGet();
      }
      latencies[i] = System.nanoTime() - due;
    }
  }
}
