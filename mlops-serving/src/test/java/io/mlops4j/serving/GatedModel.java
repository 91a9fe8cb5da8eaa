package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A model that holds every call until it is opened, and notes the batches. Answers ten times. */
final class GatedModel implements Model<Integer, Integer> {
  final CountDownLatch inside = new CountDownLatch(1);
  final CountDownLatch open = new CountDownLatch(1);
  final ConcurrentLinkedQueue<List<Integer>> batches = new ConcurrentLinkedQueue<>();

  @Override
  public List<Integer> predict(List<Integer> inputs) {
    batches.add(List.copyOf(inputs));
    inside.countDown();
    await(open);
    return inputs.stream().map(x -> x * 10).toList();
  }

  List<List<Integer>> batches() {
    return new ArrayList<>(batches);
  }

  /** Lets one request in, so that everything after it has to queue. */
  static CompletableFuture<Integer> hold(Predictor<Integer, Integer> predictor, GatedModel model) {
    CompletableFuture<Integer> held = predictor.predictAsync(0);
    await(model.inside);
    assertThat(held).isNotDone();
    return held;
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void awaitDepth(Predictor<?, ?> predictor, int depth) {
    until(() -> predictor.stats().queueDepth() == depth);
  }

  /** Looks until it is so. */
  static void until(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > 30_000_000_000L) {
        throw new AssertionError("not so after 30 s");
      }
      Thread.onSpinWait();
    }
  }

  /** Waits until some thread is inside a native run. */
  static void awaitNativeRun() {
    until(() -> Thread.getAllStackTraces().values().stream().anyMatch(GatedModel::isNativeRun));
  }

  private static boolean isNativeRun(StackTraceElement[] stack) {
    return stack.length > 0
        && stack[0].isNativeMethod()
        && stack[0].getClassName().equals("ai.onnxruntime.OrtSession")
        && stack[0].getMethodName().equals("run");
  }

  /** Runs on a thread of its own: the common pool may have one only, and that may wait here. */
  static <T> CompletableFuture<T> away(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, GatedModel::start);
  }

  static Thread start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
