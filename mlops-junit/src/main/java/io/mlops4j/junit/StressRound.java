package io.mlops4j.junit;

import io.mlops4j.core.ModelRelease;
import io.mlops4j.junit.StressTally.Kind;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * The life of one predictor under load: callers begin, something is done to it, it is closed, and
 * everybody must come home.
 */
final class StressRound<I, O> {
  private static final int QUEUE = 2048;

  private final AnswerKey<I, O> key;
  private final StressTally tally;
  private final IntFunction<ModelRelease<I, O>> releases;
  private final int limitSeconds;
  private final ScriptedSource<I, O> source = ScriptedSource.of("stressed");
  private final Predictor<I, O> predictor;
  private final Map<Thread, StressCaller<I, O>> callers = new LinkedHashMap<>();

  /** The version that is surely served, negative while that changes. */
  private final AtomicLong stable = new AtomicLong(1);

  private volatile CountDownLatch progress = new CountDownLatch(0);
  private volatile boolean closing;
  private int number = 1;

  StressRound(
      AnswerKey<I, O> key,
      StressTally tally,
      IntFunction<ModelRelease<I, O>> releases,
      boolean batched,
      int limitSeconds) {
    this.key = key;
    this.tally = tally;
    this.releases = releases;
    this.limitSeconds = limitSeconds;
    source.select(releases.apply(number));
    PredictorBuilder<I, O> builder = Predictor.from(source).name("stressed").seed(1);
    this.predictor =
        batched
            ? builder
                .microBatching(MicroBatching.withDefaults().always().withQueueCapacity(QUEUE))
                .build()
            : builder.build();
  }

  AnswerKey<I, O> key() {
    return key;
  }

  StressTally tally() {
    return tally;
  }

  Predictor<I, O> predictor() {
    return predictor;
  }

  int limitSeconds() {
    return limitSeconds;
  }

  long stable() {
    return stable.get();
  }

  boolean closing() {
    return closing;
  }

  boolean goesOn() {
    return !tally.failed();
  }

  void progressed() {
    progress.countDown();
  }

  void begin(int count, SplittableRandom random) {
    for (int i = 0; i < count; i++) {
      StressCaller<I, O> caller = new StressCaller<>(this, random.split());
      Thread thread = new Thread(caller, "stress-caller-" + i);
      thread.setDaemon(true);
      callers.put(thread, caller);
      thread.start();
    }
    awaitAnswers(count);
  }

  /** Swaps versions one after the other; each serves some requests before the next comes. */
  void swap(int swaps) {
    for (int i = 0; i < swaps && goesOn(); i++) {
      number++;
      stable.set(-number);
      source.select(releases.apply(number));
      awaitServed(number);
      tally.swaps.increment();
      stable.set(number);
      awaitAnswers(callers.size());
    }
  }

  private void awaitServed(int version) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
    while (goesOn() && !serves(version)) {
      if (predictor.status().problem().isPresent()) {
        tally.problem(
            Kind.FAILED,
            "version " + version + " cannot be served: " + predictor.status().problem().get());
      } else if (System.nanoTime() > deadline) {
        tally.problem(
            Kind.STUCK, "version " + version + " is not served " + limitSeconds + " s later.");
      } else {
        LockSupport.parkNanos(50_000);
      }
    }
  }

  private boolean serves(int version) {
    return predictor.version().filter(served -> served.number() == version).isPresent();
  }

  /** Waits until callers have got some more answers. */
  private void awaitAnswers(int count) {
    CountDownLatch latch = new CountDownLatch(count);
    progress = latch;
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
      while (goesOn() && !latch.await(10, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() > deadline) {
          tally.problem(
              Kind.STUCK, "fewer than " + count + " answers came in " + limitSeconds + " s.");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      tally.problem(Kind.STUCK, "the test's thread was interrupted.");
    }
  }

  /** Ends it with a deadline that leaves time to drain. */
  void drain() {
    closing = true;
    boolean done = predictor.close(Duration.ofSeconds(tally.failed() ? 1 : limitSeconds));
    if (!done && !tally.failed()) {
      tally.problem(
          Kind.STUCK,
          "close() has not drained the predictor within "
              + limitSeconds
              + " s; models still open: "
              + predictor.stats().openVersions()
              + ".");
    }
    finish();
  }

  /** Ends it as a service does that is killed: a version changes, and nobody waits for anybody. */
  void shutDown() {
    closing = true;
    stable.set(-number);
    Thread change = new Thread(() -> source.select(releases.apply(number + 1)), "stress-change");
    Thread impatient = new Thread(() -> predictor.close(Duration.ZERO), "stress-close");
    change.setDaemon(true);
    impatient.setDaemon(true);
    change.start();
    impatient.start();
    predictor.close(Duration.ofSeconds(limitSeconds));
    finish();
  }

  /** Waits for the callers: each goes on until it is told that the predictor is closed. */
  private void finish() {
    tally.closes.increment();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(tally.failed() ? 2 : limitSeconds);
    callers.forEach((thread, caller) -> join(thread, caller, deadline));
    if (!tally.failed() && !within(() -> predictor.stats().openVersions() == 0)) {
      tally.problem(
          Kind.LEFT_OPEN,
          predictor.stats().openVersions() + " models are open after the predictor was closed.");
    }
  }

  private void join(Thread thread, StressCaller<I, O> caller, long deadline) {
    try {
      // One second more: a caller waits as long for a future, and says so itself.
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1_000;
      thread.join(Math.max(1, left));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      tally.problem(
          Kind.LOST, caller.doing() + " has had no answer within " + limitSeconds + " s.");
      thread.interrupt();
    }
  }

  private boolean within(BooleanSupplier condition) {
    return within(limitSeconds, condition);
  }

  static boolean within(int seconds, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(100_000);
    }
    return true;
  }
}
