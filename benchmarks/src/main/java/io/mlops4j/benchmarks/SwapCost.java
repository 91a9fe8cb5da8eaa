package io.mlops4j.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * What a swap does to the requests that arrive meanwhile, and what any other work of the same
 * length does to them: 500 requests a second on the flights model, and every 100 ms a swap, or a
 * thread that burns a core for as long as a swap takes, in one stretch or in pieces, or nothing.
 * The same periods are compared each time.
 */
public final class SwapCost {
  private static final double PER_SECOND = 500;
  private static final double SECONDS = 20;
  private static final int CALLERS = 8;
  private static final int WARM_UP = 5_000;
  private static final long EVERY = 100_000_000;
  private static final long PIECE = 500_000;

  private final Flights flights = new Flights();
  private final SwitchedSource<Flights.Flight, Double> source =
      new SwitchedSource<>(flights.release(1));
  private long took = 10_000_000;
  private int number = 1;

  private SwapCost() {}

  /** Something done every 100 ms. */
  private interface Work {
    void run(Predictor<Flights.Flight, Double> predictor);
  }

  /**
   * Measures, for some two minutes.
   *
   * @param arguments none
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] arguments) throws InterruptedException {
    System.out.println("Swaps and other work: " + Machine.describe());
    System.out.println("| every 100 ms | ms each | p99 meanwhile | p99 otherwise | ratio |");
    System.out.println("|---|---|---|---|---|");
    SwapCost cost = new SwapCost();
    try (Predictor<Flights.Flight, Double> predictor =
        Predictor.from(cost.source)
            .microBatching(MicroBatching.withDefaults())
            .listener(prediction -> {})
            .meters(new SimpleMeterRegistry())
            .build()) {
      for (int i = 0; i < WARM_UP; i++) {
        predictor.predict(cost.flights.flight(i));
      }
      cost.measure(predictor, "a swap", cost::swap, true);
      cost.measure(predictor, "a busy thread, as long", p -> Burn.nanos(cost.took), false);
      cost.measure(predictor, "the same, half of the time in pieces", p -> cost.pieces(), false);
      cost.measure(predictor, "nothing, as long", p -> pause(cost.took), false);
      cost.measure(predictor, "a swap", cost::swap, true);
    }
  }

  private void swap(Predictor<Flights.Flight, Double> predictor) {
    number = 3 - number;
    var release = flights.release(number);
    source.select(release);
    while (!predictor.version().equals(Optional.of(release.version()))) {
      LockSupport.parkNanos(PIECE / 2);
    }
  }

  private void pieces() {
    for (long done = 0; done < took; done += 2 * PIECE) {
      Burn.nanos(PIECE);
      pause(PIECE);
    }
  }

  private static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void measure(
      Predictor<Flights.Flight, Double> predictor, String name, Work work, boolean sets)
      throws InterruptedException {
    List<long[]> periods = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                long begin = System.nanoTime();
                work.run(predictor);
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
    long mean = (long) periods.stream().mapToLong(p -> p[1] - p[0]).average().orElse(0);
    if (sets) {
      took = mean;
    }
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
  }
}
