package io.mlops4j.junit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs a policy again and again against simulated traffic: how soon does it see what goes wrong,
 * and how often does it cry wolf? Immutable and thread-safe.
 *
 * <pre>{@code
 * var alert = Simulation.of(traffic, Service::qualityAlert).warmUp(Duration.ofDays(14));
 * assertThat(alert).catches(Regression.aucDrop(0.03)).within(Duration.ofDays(2));
 * assertThat(alert).criesWolfAtMostOncePer(Duration.ofDays(365));
 * Files.writeString(path, alert.run(Regression.aucDrop(0.03)).report().toHtml());
 * }</pre>
 *
 * <p>Unless set: 100 runs of 30 days without a warm-up, from a Monday (recorded traffic: from its
 * first day), seed 1, as many threads as there are processors. The result depends on the seed,
 * never on the threads; one run is repeated to make sure.
 *
 * @param <I> one input row
 */
public final class Simulation<I> {
  private static final Instant MONDAY = Instant.parse("2026-01-05T00:00:00Z");
  private static final Duration LONGEST = Duration.ofDays(3_660);

  private final Traffic<I> traffic;
  private final Policy<I> policy;
  private final Instant start;
  private final Duration warmUp;
  private final Duration lasting;
  private final int replicas;
  private final long seed;
  private final int threads;

  private Simulation(
      Traffic<I> traffic,
      Policy<I> policy,
      Instant start,
      Duration warmUp,
      Duration lasting,
      int replicas,
      long seed,
      int threads) {
    this.traffic = traffic;
    this.policy = policy;
    this.start = start;
    this.warmUp = warmUp;
    this.lasting = lasting;
    this.replicas = replicas;
    this.seed = seed;
    this.threads = threads;
  }

  /**
   * Returns a simulation.
   *
   * @param traffic what arrives
   * @param policy what is put to the test
   * @param <I> one input row
   * @return the simulation
   */
  public static <I> Simulation<I> of(Traffic<I> traffic, Policy<I> policy) {
    RecordedDays<I> recorded = traffic.recorded();
    return new Simulation<>(
        traffic,
        Objects.requireNonNull(policy, "policy"),
        recorded == null ? MONDAY : recorded.first(),
        Duration.ZERO,
        Duration.ofDays(30),
        100,
        1,
        Runtime.getRuntime().availableProcessors());
  }

  /**
   * Returns this simulation with a time before the regression: for reference windows to fill.
   * Alarms during it are not counted.
   *
   * @param time 0 to ten years
   * @return a copy
   */
  public Simulation<I> warmUp(Duration time) {
    requireTime("warmUp", time, Duration.ZERO);
    return new Simulation<>(traffic, policy, start, time, lasting, replicas, seed, threads);
  }

  /**
   * Returns this simulation with another length of a run, after the warm-up. A run ends earlier
   * when the policy ends it, and one with a regression at its first alarm.
   *
   * @param time 1 second to ten years
   * @return a copy
   */
  public Simulation<I> lasting(Duration time) {
    requireTime("lasting", time, Duration.ofSeconds(1));
    return new Simulation<>(traffic, policy, start, warmUp, time, replicas, seed, threads);
  }

  private static void requireTime(String name, Duration time, Duration least) {
    if (time.compareTo(least) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + ": " + time + " (expected: " + least + ".." + LONGEST + ")");
    }
  }

  /**
   * Returns this simulation with another number of runs.
   *
   * @param runs 1 to 1,000,000; 29 are the fewest that can show a share of 90 %
   * @return a copy
   */
  public Simulation<I> replicas(int runs) {
    if (runs < 1 || runs > 1_000_000) {
      throw new IllegalArgumentException("replicas: " + runs + " (expected: 1..1000000)");
    }
    return new Simulation<>(traffic, policy, start, warmUp, lasting, runs, seed, threads);
  }

  /**
   * Returns this simulation with another seed.
   *
   * @param value any
   * @return a copy
   */
  public Simulation<I> seed(long value) {
    return new Simulation<>(traffic, policy, start, warmUp, lasting, replicas, value, threads);
  }

  /**
   * Returns this simulation on another number of threads, each with runs of its own. The result is
   * the same.
   *
   * @param count 1 to 1,024
   * @return a copy
   */
  public Simulation<I> threads(int count) {
    if (count < 1 || count > 1_024) {
      throw new IllegalArgumentException("threads: " + count + " (expected: 1..1024)");
    }
    return new Simulation<>(traffic, policy, start, warmUp, lasting, replicas, seed, count);
  }

  /**
   * Returns this simulation from another time on.
   *
   * @param time when each run begins
   * @return a copy
   * @throws IllegalStateException for recorded traffic, which begins with its first day
   */
  public Simulation<I> startingAt(Instant time) {
    if (traffic.recorded() != null) {
      throw new IllegalStateException(
          "startingAt " + time + ": recorded traffic begins at " + start);
    }
    return new Simulation<>(
        traffic,
        policy,
        Objects.requireNonNull(time, "time"),
        warmUp,
        lasting,
        replicas,
        seed,
        threads);
  }

  /**
   * Runs the policy without a regression, and with each of some.
   *
   * @param regressions what goes wrong, one at a time; none for false alarms only
   * @return delays and false alarms
   */
  @SafeVarargs
  public final SimulationResult run(Regression<I>... regressions) {
    FalseAlarms calm = falseAlarms();
    List<Detection> detections = new ArrayList<>();
    for (Regression<I> regression : regressions) {
      detections.add(detection(regression));
    }
    return new SimulationResult(traffic.toString(), warmUp, lasting, seed, calm, detections);
  }

  /**
   * Runs the policy without a regression.
   *
   * @return how often it cries wolf
   */
  public FalseAlarms falseAlarms() {
    return FalseAlarms.of(results(null));
  }

  /**
   * Runs the policy with a regression.
   *
   * @param regression what goes wrong
   * @return how soon it is seen
   */
  public Detection detection(Regression<I> regression) {
    return Detection.of(regression.name(), results(regression.in(traffic)));
  }

  private List<Replica.Result> results(Regression.@Nullable Change<I> change) {
    requireDeterministic(change);
    if (threads == 1) {
      List<Replica.Result> results = new ArrayList<>();
      for (int run = 0; run < replicas; run++) {
        results.add(replica(change, run));
      }
      return results;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(threads, replicas),
            task -> {
              Thread thread = new Thread(task, "mlops-simulation");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return inParallel(pool, change);
    } finally {
      pool.shutdownNow();
    }
  }

  private List<Replica.Result> inParallel(
      ExecutorService pool, Regression.@Nullable Change<I> change) {
    List<Future<Replica.Result>> futures = new ArrayList<>();
    for (int run = 0; run < replicas; run++) {
      int number = run;
      futures.add(pool.submit(() -> replica(change, number)));
    }
    List<Replica.Result> results = new ArrayList<>();
    for (Future<Replica.Result> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException known
            ? known
            : new IllegalStateException("a run failed: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while simulating", e);
      }
    }
    return results;
  }

  private Replica.Result replica(Regression.@Nullable Change<I> change, int run) {
    try {
      return new Replica<>(this, change, run).run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("run " + run + ": the policy failed: " + e, e);
    }
  }

  private void requireDeterministic(Regression.@Nullable Change<I> change) {
    Replica.Result once = replica(change, 0);
    Replica.Result again = replica(change, 0);
    if (!once.equals(again)) {
      throw new IllegalStateException(
          "the same run gave "
              + once
              + " and then "
              + again
              + ": the policy or the traffic takes time, chance, threads or state from elsewhere."
              + " Give it world.time(), world.seed() and world.executor(), and make it anew in each"
              + " run.");
    }
  }

  Traffic<I> traffic() {
    return traffic;
  }

  Policy<I> policy() {
    return policy;
  }

  Instant start() {
    return start;
  }

  Duration warmUp() {
    return warmUp;
  }

  Duration lasting() {
    return lasting;
  }

  int replicas() {
    return replicas;
  }

  long seed() {
    return seed;
  }
}
