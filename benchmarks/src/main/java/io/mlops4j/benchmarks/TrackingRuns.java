package io.mlops4j.benchmarks;

import io.mlops4j.registry.tracking.Run;
import io.mlops4j.registry.tracking.RunRecord;
import io.mlops4j.registry.tracking.TrackedExperiment;
import io.mlops4j.registry.tracking.Tracking;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The work of {@code src/main/python/mlflow_runs.py}: runs of 5 parameters, 3 metrics of 5 steps
 * and a tag are written, then queried by a process of its own, the first query cold. Prints the
 * same lines.
 */
public final class TrackingRuns {
  private static final int QUERY_ROUNDS = 3;

  private static final List<String> QUERIES =
      List.of(
          "metric.auc > 0.99 LIMIT 1000",
          "param.depth <= 3 AND tag.team = 'risk' ORDER BY metric.auc DESC LIMIT 10",
          "(metric.auc > 0.5 OR metric.loss < 0.1) AND param.kind LIKE 't%' ORDER BY metric.loss"
              + " LIMIT 10",
          "LIMIT 10");

  private TrackingRuns() {}

  /**
   * Writes or queries.
   *
   * @param args {@code write DIRECTORY RUNS THREADS} or {@code query DIRECTORY}
   * @throws Exception if a thread failed
   */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[1]);
    System.out.printf("MLOps4J, Java %s%n", Runtime.version().feature());
    if (args[0].equals("write")) {
      write(directory, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    } else {
      query(directory);
    }
  }

  private static void write(Path directory, int runs, int threads)
      throws ExecutionException, InterruptedException {
    TrackedExperiment experiment = Tracking.open(directory).experiment("bench");
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    long start = System.nanoTime();
    List<Future<?>> done = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t;
      done.add(
          pool.submit(
              () -> {
                for (int i = first; i < runs; i += threads) {
                  writeOne(experiment, i);
                }
              }));
    }
    for (Future<?> future : done) {
      future.get();
    }
    pool.shutdown();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "write: %d runs, %.1f s, %.2f ms a run, %.2f ms CPU a run%n",
        runs,
        seconds,
        seconds * 1e3 / runs,
        cpu() * 1e3 / runs);
  }

  /** Seconds of this process, its start included: what neighbours do changes it little. */
  private static double cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  private static void writeOne(TrackedExperiment experiment, int i) {
    SplittableRandom random = new SplittableRandom(i);
    try (Run run = experiment.start("run " + i)) {
      run.params(
          Map.of(
              "depth",
              random.nextInt(2, 11),
              "rate",
              random.nextDouble(),
              "kind",
              i % 3 == 0 ? "trees" : "linear",
              "rows",
              406_297,
              "seed",
              i));
      for (int step = 0; step < 5; step++) {
        run.metric("auc", step, random.nextDouble());
        run.metric("loss", step, random.nextDouble());
        run.metric("seconds", step, random.nextDouble());
      }
      run.tag("team", i % 2 == 0 ? "risk" : "fraud");
    }
  }

  private static void query(Path directory) {
    long start = System.nanoTime();
    TrackedExperiment experiment = Tracking.open(directory).experiment("bench");
    for (int round = 0; round < QUERY_ROUNDS; round++) {
      for (String query : QUERIES) {
        long before = round == 0 && query.equals(QUERIES.get(0)) ? start : System.nanoTime();
        List<RunRecord> found = experiment.query(query);
        System.out.printf(
            Locale.ROOT,
            "query, round %d: %.3f s, CPU so far %.2f s, %d runs: %s%n",
            round,
            (System.nanoTime() - before) / 1e9,
            cpu(),
            found.size(),
            query);
      }
    }
    Runtime runtime = Runtime.getRuntime();
    System.out.printf("heap at most: %d MB%n", runtime.maxMemory() >> 20);
  }
}
