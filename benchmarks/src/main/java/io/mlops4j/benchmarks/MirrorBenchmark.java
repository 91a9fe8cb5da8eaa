package io.mlops4j.benchmarks;

import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.Predictor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a mirror costs the caller of the small MLP, beside nothing and beside a listener. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MirrorBenchmark {

  /** A row, always the same, and a predictor of each kind; one of them works in each JVM. */
  @State(Scope.Thread)
  public static class Predictors {
    final float[] row = Inputs.rows(1, Mlp.WIDTH)[0];
    final Predictor<float[], Double> candidate = Predictor.of(Mlp.load()).build();
    final Mirror<float[], Double> mirror = Mirror.to(candidate).build();
    final Predictor<float[], Double> plain = Predictor.of(Mlp.load()).build();
    final Predictor<float[], Double> heard =
        Predictor.of(Mlp.load()).listener(prediction -> {}).build();
    final Predictor<float[], Double> mirrored = Predictor.of(Mlp.load()).mirror(mirror).build();

    /** Closes them. */
    @TearDown
    public void close() {
      plain.close();
      heard.close();
      mirrored.close();
      mirror.close();
      candidate.close();
    }
  }

  /**
   * Nothing besides.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double baseline(Predictors predictors) {
    return predictors.plain.predict(predictors.row);
  }

  /**
   * With a listener that does nothing.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double listener(Predictors predictors) {
    return predictors.heard.predict(predictors.row);
  }

  /**
   * With a mirror.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double mirror(Predictors predictors) {
    return predictors.mirrored.predict(predictors.row);
  }
}
