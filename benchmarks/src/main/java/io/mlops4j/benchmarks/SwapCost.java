package io.mlops4j.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorBuilder;
import io.mlops4j.serving.SwapStep;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * What a swap does to the requests that arrive meanwhile, and what any other work of the same
 * length does to them: 500 requests a second on 400 boosted trees, or on another model, and every
 * 100 ms a swap, one at the priority of requests, or a thread that burns a core for as long as a
 * swap takes, or nothing. The same periods are compared each time; a swap's lasts until the old
 * version is closed.
 *
 * <p>Before anything is measured, requests and swaps run for a minute, so that the JVM has compiled
 * both; {@code cold} leaves that out.
 *
 * @param <I> what a row is
 * @param <O> what comes back
 */
public final class SwapCost<I, O> implements AutoCloseable {
  private static final double SWAP_SECONDS = 40;
  private static final double OTHER_SECONDS = 20;
  private static final int FEW_CALLERS = 8;
  private static final int MANY_CALLERS = 64;
  private static final long EVERY = 100_000_000;
  private static final int WARM_UP_SPELLS = 12;
  private static final double WARM_UP_SECONDS = 5;
  private static final double WARM_UP_TIMES = 16;
  private static final int ROUNDS = 5;

  private final SwapSubject<I, O> subject;
  private final int callers;
  private final SwitchedSource<I, O> source;
  private final Predictor<I, O> predictor;
  private volatile CountDownLatch closed = new CountDownLatch(1);
  private int number = 1;

  private SwapCost(
      SwapSubject<I, O> subject, int callers, UnaryOperator<PredictorBuilder<I, O>> how) {
    this.subject = subject;
    this.callers = callers;
    source = new SwitchedSource<>(subject.releases().apply(1));
    predictor =
        how.apply(Predictor.from(source))
            .microBatching(MicroBatching.withDefaults())
            .listener(prediction -> {})
            .meters(new SimpleMeterRegistry())
            .swapListener(this::on)
            .build();
  }

  private void on(SwapStep step) {
    if (step.kind() == SwapStep.Kind.CLOSE && step.state() == SwapStep.State.DONE) {
      closed.countDown();
    }
  }

  /**
   * Measures, for some ten minutes.
   *
   * @param arguments {@code native} for the trees in ONNX Runtime instead of Java, {@code mlp} or
   *     {@code minilm} for another model; {@code many} for 64 callers instead of 8; {@code swaps}
   *     to leave out what swaps are compared with; {@code cold}
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    List<String> asked = List.of(arguments);
    System.out.println("Swaps and other work: " + Machine.describe() + ", " + asked);
    if (asked.contains("mlp")) {
      measure(SwapSubject.mlp(), asked);
    } else if (asked.contains("minilm")) {
      measure(SwapSubject.miniLm(), asked);
    } else if (asked.contains("native")) {
      measure(SwapSubject.nativeTrees(), asked);
    } else {
      measure(SwapSubject.trees(), asked);
    }
  }

  private static <I, O> void measure(SwapSubject<I, O> subject, List<String> asked)
      throws InterruptedException {
    boolean compare = !asked.contains("swaps");
    int callers = asked.contains("many") ? MANY_CALLERS : FEW_CALLERS;
    try (SwapCost<I, O> aside = new SwapCost<>(subject, callers, builder -> builder);
        SwapCost<I, O> full =
            new SwapCost<>(subject, callers, PredictorBuilder::swapAtFullPriority)) {
      if (!asked.contains("cold")) {
        aside.warmUp();
        if (compare) {
          full.warmUp();
        }
      }
      System.out.println("| every 100 ms | ms each | p99 meanwhile | p99 otherwise | ratio |");
      System.out.println("|---|---|---|---|---|");
      List<Round> swaps = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        Round round = aside.measure(SWAP_SECONDS, aside::swap);
        swaps.add(round);
        print("a swap", round);
        if (compare) {
          print("a swap at the priority of requests", full.measure(OTHER_SECONDS, full::swap));
          long took = round.mean;
          print("a busy thread, as long", aside.measure(OTHER_SECONDS, () -> Burn.nanos(took)));
          print("nothing, as long", aside.measure(OTHER_SECONDS, () -> pause(took)));
        }
      }
      print("a swap, all rounds", Round.of(swaps));
    }
  }

  /** What one kind of work did: how long it took, and the requests then and otherwise. */
  private static final class Round {
    private final long mean;
    private final long[] meanwhile;
    private final long[] otherwise;

    Round(long mean, long[] meanwhile, long[] otherwise) {
      this.mean = mean;
      this.meanwhile = meanwhile;
      this.otherwise = otherwise;
    }

    static Round of(List<Round> rounds) {
      return new Round(
          (long) rounds.stream().mapToLong(r -> r.mean).average().orElse(0),
          rounds.stream().flatMapToLong(r -> Arrays.stream(r.meanwhile)).toArray(),
          rounds.stream().flatMapToLong(r -> Arrays.stream(r.otherwise)).toArray());
    }
  }

  private static void print(String name, Round round) {
    double meanwhile = LoadResult.quantile(round.meanwhile, 0.99) / 1e6;
    double otherwise = LoadResult.quantile(round.otherwise, 0.99) / 1e6;
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.3f ms | %.3f ms | %.2fx |%n",
        name,
        round.mean / 1e6,
        meanwhile,
        otherwise,
        meanwhile / otherwise);
  }

  /** Runs requests and swaps as fast as they go, and tells how much the JVM compiled meanwhile. */
  private void warmUp() throws InterruptedException {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    StringBuilder spells = new StringBuilder("Compiled, ms in each 5 s of warm-up:");
    for (int i = 0; i < WARM_UP_SPELLS; i++) {
      long before = compilers.getTotalCompilationTime();
      load(WARM_UP_TIMES * subject.perSecond(), WARM_UP_SECONDS, this::swap, 0);
      spells.append(' ').append(compilers.getTotalCompilationTime() - before);
    }
    System.out.println(spells);
  }

  private void swap() {
    closed = new CountDownLatch(1);
    number = 3 - number;
    source.select(subject.releases().apply(number));
    boolean interrupted = false;
    while (true) {
      try {
        closed.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private Round measure(double seconds, Runnable work) throws InterruptedException {
    return load(subject.perSecond(), seconds, work, EVERY);
  }

  private Round load(double perSecond, double seconds, Runnable work, long rest)
      throws InterruptedException {
    List<long[]> periods = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                long begin = System.nanoTime();
                work.run();
                periods.add(new long[] {begin, System.nanoTime()});
                LockSupport.parkNanos(rest);
              }
            },
            "swap-cost");
    thread.start();
    LoadResult result =
        new OpenLoop(OpenLoop.poisson(perSecond, seconds, 1), callers)
            .run(i -> predictor.predict(subject.rows().apply(i)));
    thread.interrupt();
    thread.join();
    long[][] all = periods.toArray(long[][]::new);
    return new Round(
        (long) periods.stream().mapToLong(p -> p[1] - p[0]).average().orElse(0),
        result.latencies(all, true),
        result.latencies(all, false));
  }

  @Override
  public void close() {
    predictor.close();
  }
}
