package io.mlops4j.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.PredictorBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * What a swap does to the requests that arrive meanwhile, and what any other work of the same
 * length does to them: 500 requests a second on the flights model, and every 100 ms a swap, one at
 * the priority of requests, or a thread that burns a core for as long as a swap takes, or nothing.
 * The same periods are compared each time.
 */
public final class SwapCost implements AutoCloseable {
  private static final double PER_SECOND = 500;
  private static final double SECONDS = 20;
  private static final int CALLERS = 8;
  private static final int WARM_UP = 5_000;
  private static final long EVERY = 100_000_000;
  private static final long LOOK = 250_000;
  private static final int SWAPS_BEFORE = 50;
  private static final int ROUNDS = 3;

  private final Flights flights = new Flights();
  private final SwitchedSource<Flights.Flight, Double> source =
      new SwitchedSource<>(flights.release(1));
  private final Predictor<Flights.Flight, Double> predictor;
  private int number = 1;

  private SwapCost(UnaryOperator<PredictorBuilder<Flights.Flight, Double>> how) {
    predictor =
        how.apply(Predictor.from(source))
            .microBatching(MicroBatching.withDefaults())
            .listener(prediction -> {})
            .meters(new SimpleMeterRegistry())
            .build();
    for (int i = 0; i < WARM_UP; i++) {
      predictor.predict(flights.flight(i));
    }
    for (int i = 0; i < SWAPS_BEFORE; i++) {
      swap();
    }
  }

  /**
   * Measures, for some four minutes.
   *
   * @param arguments none
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("Swaps and other work: " + Machine.describe());
    System.out.println("| every 100 ms | ms each | p99 meanwhile | p99 otherwise | ratio |");
    System.out.println("|---|---|---|---|---|");
    try (SwapCost aside = new SwapCost(builder -> builder);
        SwapCost full = new SwapCost(PredictorBuilder::swapAtFullPriority)) {
      for (int round = 0; round < ROUNDS; round++) {
        long took = aside.measure("a swap", aside::swap);
        full.measure("a swap at the priority of requests", full::swap);
        aside.measure("a busy thread, as long", () -> Burn.nanos(took));
        aside.measure("nothing, as long", () -> pause(took));
      }
    }
  }

  private void swap() {
    number = 3 - number;
    var release = flights.release(number);
    source.select(release);
    while (!predictor.version().equals(Optional.of(release.version()))) {
      LockSupport.parkNanos(LOOK);
    }
  }

  private static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Returns how long the work took, on average. */
  private long measure(String name, Runnable work) throws InterruptedException {
    List<long[]> periods = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                long begin = System.nanoTime();
                work.run();
                periods.add(new long[] {begin, System.nanoTime()});
                LockSupport.parkNanos(EVERY);
              }
            },
            "swap-cost");
    thread.start();
    LoadResult result =
        new OpenLoop(OpenLoop.poisson(PER_SECOND, SECONDS, 1), CALLERS)
            .run(i -> predictor.predict(flights.flight(i)));
    thread.interrupt();
    thread.join();
    long[][] all = periods.toArray(long[][]::new);
    double mean = periods.stream().mapToLong(p -> p[1] - p[0]).average().orElse(0);
    double meanwhile = result.millis(0.99, all, true);
    double otherwise = result.millis(0.99, all, false);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.2f ms | %.2f ms | %.1fx |%n",
        name,
        mean / 1e6,
        meanwhile,
        otherwise,
        meanwhile / otherwise);
    return (long) mean;
  }

  @Override
  public void close() {
    predictor.close();
  }
}
