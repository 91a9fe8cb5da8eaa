package io.mlops4j.benchmarks;

import io.mlops4j.core.Model;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * 64 platform threads that each wait for their answer, with micro-batching as it comes and without.
 * The models burn processor time, not time of the clock: with more threads than cores, a model that
 * waits for the clock would look as if it ran on all of them at once.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Threads(64)
public class BlockingBenchmark {
  private static final float[][] ROWS = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);

  /** A model that costs what it is told, with batching and without. */
  @State(Scope.Benchmark)
  public static class Costs {
    /** Thousand units of work per run, each about 1.5 us; a row costs a tenth of it. */
    @Param({"1", "30", "1000"})
    public int work;

    final Predictor<Integer, Double> batched =
        Predictor.of((Model<Integer, Double>) this::answer)
            .microBatching(MicroBatching.withDefaults())
            .build();
    final Predictor<Integer, Double> unbatched =
        Predictor.of((Model<Integer, Double>) this::answer).build();

    List<Double> answer(List<Integer> inputs) {
      Blackhole.consumeCPU(1_000L * work + 100L * work * inputs.size());
      List<Double> answers = new ArrayList<>(inputs.size());
      for (Integer input : inputs) {
        answers.add((double) input);
      }
      return answers;
    }

    /** Closes the predictors. */
    @TearDown
    public void close() {
      batched.close();
      unbatched.close();
    }
  }

  /** The small MLP, with batching and without. */
  @State(Scope.Benchmark)
  public static class Small {
    final Predictor<float[], Double> batched =
        Mlp.serving().microBatching(MicroBatching.withDefaults()).build();
    final Predictor<float[], Double> unbatched = Mlp.serving().build();

    /** Closes the predictors. */
    @TearDown
    public void close() {
      batched.close();
      unbatched.close();
    }
  }

  /** Which row a thread asks next. */
  @State(Scope.Thread)
  public static class Next {
    private int next;

    int index() {
      return next++ & Inputs.MASK;
    }
  }

  /**
   * Without batching.
   *
   * @param costs the model
   * @param next the row
   * @return the answer
   */
  @Benchmark
  public Double baseline(Costs costs, Next next) {
    return costs.unbatched.predict(next.index());
  }

  /**
   * With batching.
   *
   * @param costs the model
   * @param next the row
   * @return the answer
   */
  @Benchmark
  public Double batched(Costs costs, Next next) {
    return costs.batched.predict(next.index());
  }

  /**
   * The MLP without batching.
   *
   * @param small the model
   * @param next the row
   * @return the answer
   */
  @Benchmark
  public Double mlpBaseline(Small small, Next next) {
    return small.unbatched.predict(ROWS[next.index()]);
  }

  /**
   * The MLP with batching.
   *
   * @param small the model
   * @param next the row
   * @return the answer
   */
  @Benchmark
  public Double mlpBatched(Small small, Next next) {
    return small.batched.predict(ROWS[next.index()]);
  }
}
