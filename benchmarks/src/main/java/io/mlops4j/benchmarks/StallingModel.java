package io.mlops4j.benchmarks;

import io.mlops4j.core.Model;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A broken fixture: once a second it makes everyone wait 200 ms, and it fails on every 100th call.
 * A closed loop would hardly notice the stalls: few requests are inside while nobody new may come
 * in.
 */
final class StallingModel<I, O> implements Model<I, O> {
  private static final long EVERY_NANOS = 1_000_000_000;
  private static final long STALL_NANOS = 200_000_000;
  private static final int FAIL_EVERY = 100;

  private final Model<I, O> real;
  private final AtomicInteger calls = new AtomicInteger();
  private long lastStall = System.nanoTime();

  StallingModel(Model<I, O> real) {
    this.real = real;
  }

  @Override
  public List<O> predict(List<I> inputs) {
    maybeStall();
    if (calls.incrementAndGet() % FAIL_EVERY == 0) {
      throw new IllegalStateException("broken on purpose");
    }
    return real.predict(inputs);
  }

  private synchronized void maybeStall() {
    long now = System.nanoTime();
    if (now - lastStall > EVERY_NANOS) {
      lastStall = now;
      long end = now + STALL_NANOS;
      for (long left = STALL_NANOS; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }
}
