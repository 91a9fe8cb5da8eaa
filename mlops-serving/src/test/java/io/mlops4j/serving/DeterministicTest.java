package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeterministicTest {
  private static final MicroBatching ALWAYS = MicroBatching.withDefaults().always();

  @AfterEach
  void noSessionIsLeftOpen() {
    assertThat(OnnxSession.OPEN).hasValue(0);
  }

  private static float[][] rows() {
    Random random = new Random(20261126);
    return IntStream.range(0, 200)
        .mapToObj(
            i -> {
              float[] row = new float[30];
              for (int k = 0; k < row.length; k++) {
                row[k] = (float) random.nextGaussian();
              }
              return row;
            })
        .toArray(float[][]::new);
  }

  private static Model<float[], Double> mlp() {
    return OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx"));
  }

  private static long bits(double answer) {
    return Double.doubleToRawLongBits(answer);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16})
  void deterministic_whateverTheLoad_answersTheSameBits(int fixed) throws Exception {
    float[][] rows = rows();
    try (Predictor<float[], Double> predictor =
        Predictor.of(mlp())
            .microBatching(ALWAYS.withQueueCapacity(10_000))
            .deterministic(fixed)
            .build()) {
      long[] alone = new long[rows.length];
      for (int i = 0; i < rows.length; i++) {
        alone[i] = bits(predictor.predict(rows[i]));
      }
      ConcurrentLinkedQueue<String> different = new ConcurrentLinkedQueue<>();
      for (int callers : new int[] {2, 7, 32}) {
        ask(predictor, rows, alone, callers, different);
      }
      List<CompletableFuture<Double>> futures = new ArrayList<>();
      for (float[] row : rows) {
        futures.add(predictor.predictAsync(row));
      }
      List<Double> together = predictor.predictAll(List.of(rows));
      List<Double> offline =
          predictor.scoreAll(List.of(rows).stream()).map(Scored::output).toList();
      for (int i = 0; i < rows.length; i++) {
        assertThat(bits(futures.get(i).join())).isEqualTo(alone[i]);
        assertThat(bits(together.get(i))).isEqualTo(alone[i]);
        assertThat(bits(offline.get(i))).isEqualTo(alone[i]);
      }
      assertThat(different).isEmpty();
      assertThat(predictor.stats().largestBatch()).isLessThanOrEqualTo(fixed);
    }
  }

  private static void ask(
      Predictor<float[], Double> predictor,
      float[][] rows,
      long[] alone,
      int callers,
      ConcurrentLinkedQueue<String> different)
      throws InterruptedException {
    CyclicBarrier together = new CyclicBarrier(callers);
    List<Thread> threads =
        IntStream.range(0, callers)
            .mapToObj(
                t ->
                    GatedModel.start(
                        () -> {
                          try {
                            together.await();
                          } catch (Exception e) {
                            different.add(e.toString());
                          }
                          for (int k = 0; k < rows.length; k++) {
                            int i = (k * 13 + t) % rows.length;
                            if (bits(predictor.predict(rows[i])) != alone[i]) {
                              different.add("row " + i + " of caller " + t);
                            }
                          }
                        }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** The negative control: a model whose answers depend on the place, with and without the mode. */
  @Test
  void deterministic_modelThatDependsOnThePlace_isRunRowByRow() {
    List<float[]> rows = IntStream.range(0, 16).mapToObj(Models::row).toList();
    try (Predictor<float[], Double> usual =
        Predictor.of(Models.one("placed")).microBatching(ALWAYS).build()) {
      assertThat(usual.predictAll(rows).get(15)).isNotEqualTo(usual.predict(Models.row(15)));
    }
    try (Predictor<float[], Double> fixed =
        Predictor.of(Models.one("placed")).deterministic(8).build()) {
      List<Double> answers = fixed.predictAll(rows);
      for (int i = 0; i < 16; i++) {
        assertThat(bits(answers.get(i))).isEqualTo(bits(fixed.predict(Models.row(i))));
      }
      assertThat(best(fixed)).isEqualTo(1);
    }
  }

  @Test
  void deterministic_lambda_isRunRowByRow() {
    ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
    Model<Double, Double> noting =
        xs -> {
          sizes.add(xs.size());
          return xs;
        };
    try (Predictor<Double, Double> predictor = Predictor.of(noting).deterministic(8).build()) {
      predictor.predictAll(List.of(1.0, 2.0, 3.0));
      assertThat(sizes).containsExactly(1, 1, 1);
    }
    assertThatThrownBy(() -> Predictor.of(noting).deterministic(0))
        .hasMessage("rows: 0 (expected: 1..128)");
  }

  @Test
  void deterministic_treesInJava_fillNothingUp() {
    List<float[]> rows =
        IntStream.range(0, 40).mapToObj(i -> new float[] {i / 20f - 1, 0.5f, -i / 9f, 1}).toList();
    OnnxLoader<float[], Double> loader = OnnxModel.probability(Models.FOUR);
    OnnxLoader<float[], Double> natively =
        loader.options(OnnxOptions.withDefaults().withNativeOnly());
    try (Predictor<float[], Double> inJava =
            Predictor.of(loader.load(Models.file("xgboost.onnx"))).deterministic(5).build();
        Predictor<float[], Double> inOnnxRuntime =
            Predictor.of(natively.load(Models.file("xgboost.onnx"))).deterministic(5).build()) {
      assertThat(best(inOnnxRuntime)).as("the control").isEqualTo(5);
      assertThat(best(inJava)).as("of measured sizes, 1, 8, 32 or 128").isNotEqualTo(5);
      List<Double> answers = inJava.predictAll(rows);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(bits(answers.get(i))).isEqualTo(bits(inJava.predict(rows.get(i))));
      }
    }
  }

  private static int best(Predictor<float[], Double> predictor) {
    return ((ServingPredictor<float[], Double>) predictor).batcher().runner.bestBatch();
  }
}
