package io.mlops4j.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.pipeline.batch.AnswerColumns;
import io.mlops4j.pipeline.batch.BatchScoring;
import io.mlops4j.pipeline.batch.BatchSink;
import io.mlops4j.pipeline.batch.BatchSource;
import io.mlops4j.serving.OnnxModel;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows a second from a CSV file through a model into another, by us and by a program that does
 * nothing else: lines split at commas, chunks of ONNX Runtime with reused tensors, lines written;
 * no quotes, no bad rows, no checkpoint, no digest. Round robin, the median of the ratios.
 *
 * <p>{@code src/main/python/batch_rows.py} does the same work on the same file with pandas and
 * onnxruntime.
 */
public final class BatchRows {
  private static final int CHUNK = 1_024;

  private BatchRows() {}

  /**
   * Writes the file if it is not there, and measures.
   *
   * @param args {@code DIRECTORY ROWS ROUNDS [GRAPH]}, a graph among this program's resources with
   *     the input and the output of {@code mlp.onnx}, which it is if none is named
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    int rows = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    Path input = directory.resolve("rows.csv");
    if (!Files.exists(input)) {
      generate(input, rows);
    }
    String name = args.length > 3 ? args[3] : "mlp.onnx";
    byte[] graph = Inputs.resource("/" + name);
    Files.write(directory.resolve(name), graph);
    double[] ratios = new double[rounds];
    double[] ours = new double[rounds];
    double[] byHand = new double[rounds];
    double[] alone = new double[rounds];
    for (int round = -1; round < rounds; round++) {
      double we = time(() -> ours(graph, input, directory.resolve("ours.csv")));
      double they = time(() -> byHand(graph, input, directory.resolve("by-hand.csv")));
      double onnx = time(() -> modelAlone(graph, rows));
      System.out.printf(
          Locale.ROOT,
          "round %d: ours %.2f s, by hand %.2f s, model alone %.2f s%n",
          round,
          we,
          they,
          onnx);
      if (round >= 0) {
        ratios[round] = they / we;
        ours[round] = rows / we;
        byHand[round] = rows / they;
        alone[round] = rows / onnx;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "rows/s: ours %,.0f, by hand %,.0f, model alone %,.0f; ours / by hand %.2fx%n",
        median(ours),
        median(byHand),
        median(alone),
        median(ratios));
    if (Files.mismatch(directory.resolve("ours.csv"), directory.resolve("by-hand.csv")) >= 0) {
      System.out.println("the two files differ");
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Processor time of this process: what neighbours do changes it little. */
  private static double time(Work work) throws IOException {
    double start = cpu();
    work.run();
    return cpu() - start;
  }

  private static double cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void generate(Path file, int rows) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
      String header =
          IntStream.range(0, Mlp.WIDTH).mapToObj(i -> "x" + i).collect(Collectors.joining(","));
      out.write("id," + header + "\n");
      for (int i = 0; i < rows; i++) {
        out.write(Integer.toString(i));
        for (int j = 0; j < Mlp.WIDTH; j++) {
          out.write(',');
          out.write(Float.toString((float) random.nextInt(-4_000, 4_000) / 1_000));
        }
        out.write('\n');
      }
    }
  }

  private static void ours(byte[] graph, Path input, Path output) {
    ModelVersion version = ModelVersion.unregistered("model");
    try (Model<float[], Double> model =
        OnnxModel.probability(Mlp.SCHEMA)
            .load(version, ModelFiles.of("onnx", Map.of("model.onnx", graph)))) {
      BatchScoring.with(version, model)
          .from(BatchSource.csv(input, Mlp.SCHEMA))
          .keep("id")
          .answers(AnswerColumns.score("score"))
          .to(BatchSink.csv(output))
          .chunkRows(CHUNK)
          .restart()
          .run();
    }
  }

  private static void byHand(byte[] graph, Path input, Path output) throws IOException {
    try (RawOnnx onnx = RawOnnx.open(graph, CHUNK);
        BufferedReader in = Files.newBufferedReader(input, UTF_8);
        BufferedWriter out = Files.newBufferedWriter(output, UTF_8)) {
      in.readLine();
      out.write("id,score\n");
      float[][] chunk = new float[CHUNK][Mlp.WIDTH];
      String[] ids = new String[CHUNK];
      int n = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] cells = line.split(",");
        ids[n] = cells[0];
        for (int j = 0; j < Mlp.WIDTH; j++) {
          chunk[n][j] = Float.parseFloat(cells[j + 1]);
        }
        if (++n == CHUNK) {
          write(onnx, chunk, ids, n, out);
          n = 0;
        }
      }
      write(onnx, chunk, ids, n, out);
    }
  }

  private static void write(RawOnnx onnx, float[][] chunk, String[] ids, int n, BufferedWriter out)
      throws IOException {
    double[] scores = onnx.scores(chunk);
    for (int i = 0; i < n; i++) {
      out.write(ids[i] + "," + scores[i] + "\n");
    }
  }

  private static void modelAlone(byte[] graph, int rows) {
    try (RawOnnx onnx = RawOnnx.open(graph, CHUNK)) {
      float[][] chunk = new float[CHUNK][Mlp.WIDTH];
      double sum = 0;
      for (int i = 0; i < rows; i += CHUNK) {
        sum += onnx.pinned(chunk);
      }
      if (Double.isNaN(sum)) {
        System.out.println("NaN");
      }
    }
  }
}
