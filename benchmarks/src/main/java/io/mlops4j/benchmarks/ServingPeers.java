package io.mlops4j.benchmarks;

import io.mlops4j.serving.Predictor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One small model, asked row by row by one caller and by eight: by our predictor in this process,
 * and by servers on loopback ({@code benchmarks/python/serving_peers.py} starts two). Closed loop:
 * a caller asks again when it has its answer, so latency and throughput are of one thing.
 */
public final class ServingPeers {
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final Duration MEASURED = Duration.ofSeconds(8);

  private ServingPeers() {}

  /** Asks once; what it returns keeps the answer alive. */
  private interface Asking {
    int ask(float[] row) throws IOException, InterruptedException;
  }

  /**
   * Measures.
   *
   * @param arguments servers as {@code fastapi=http://127.0.0.1:8101/predict}; {@code fastapi} and
   *     {@code mlflow} say how a row is written
   * @throws InterruptedException if interrupted
   * @throws ExecutionException if a caller fails
   */
  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    System.out.println("Servers and library: " + Machine.describe());
    System.out.println("| served by | callers | requests/s | p50 | p99 |\n|---|---|---|---|---|");
    try (Predictor<float[], Double> predictor = Mlp.serving().build()) {
      measure(
          "MLOps4J, in process, listener and meters", row -> (int) (predictor.predict(row) * 1000));
    }
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (String argument : arguments) {
      String name = argument.substring(0, argument.indexOf('='));
      URI address = URI.create(argument.substring(name.length() + 1));
      measure(name, row -> post(client, address, body(name, row)));
    }
  }

  private static String body(String server, float[] row) {
    String values =
        IntStream.range(0, row.length)
            .mapToObj(i -> Float.toString(row[i]))
            .collect(Collectors.joining(",", "[", "]"));
    return server.equals("mlflow")
        ? "{\"inputs\":{\"" + Mlp.INPUT + "\":[" + values + "]}}"
        : "{\"row\":" + values + "}";
  }

  private static int post(HttpClient client, URI address, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(address + " answers " + response.statusCode() + ": " + response.body());
    }
    return response.body().length();
  }

  private static void measure(String name, Asking asking)
      throws InterruptedException, ExecutionException {
    for (int callers : new int[] {1, 8}) {
      run(asking, callers, WARM_UP);
      long[] latencies = run(asking, callers, MEASURED);
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %,d | %.3f ms | %.3f ms |%n",
          name,
          callers,
          Math.round(latencies.length / (double) MEASURED.toSeconds()),
          LoadResult.quantile(latencies, 0.5) / 1e6,
          LoadResult.quantile(latencies, 0.99) / 1e6);
    }
  }

  private static long[] run(Asking asking, int callers, Duration length)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      float[][] rows = Inputs.rows(callers, Mlp.WIDTH);
      List<Callable<long[]>> loops = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        float[] row = rows[caller];
        loops.add(() -> loop(asking, row, length));
      }
      List<long[]> all = new ArrayList<>();
      for (Future<long[]> loop : threads.invokeAll(loops)) {
        all.add(loop.get());
      }
      return all.stream().flatMapToLong(Arrays::stream).toArray();
    } finally {
      threads.shutdownNow();
    }
  }

  private static long[] loop(Asking asking, float[] row, Duration length)
      throws IOException, InterruptedException {
    long[] latencies = new long[1 << 16];
    int count = 0;
    long sum = 0;
    long end = System.nanoTime() + length.toNanos();
    for (long before = System.nanoTime(); before - end < 0; ) {
      sum += asking.ask(row);
      long after = System.nanoTime();
      if (count == latencies.length) {
        latencies = Arrays.copyOf(latencies, 2 * count);
      }
      latencies[count++] = after - before;
      before = after;
    }
    if (sum == 0) {
      throw new IOException("No answer had any content.");
    }
    return Arrays.copyOf(latencies, count);
  }
}
