package io.mlops4j.benchmarks;

import io.mlops4j.core.Model;
import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests with 64 in flight and one worker, beside the limit: the bare model on full batches. Two
 * costs: 50 us a run and 5 us a row, and 2 ms and 0.2 ms; the small MLP is in {@link #mlp}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AsyncBenchmark {
  private static final int IN_FLIGHT = 64;
  private static final int REQUESTS = IN_FLIGHT * 40;

  /** A model that costs what it is told, and its predictor. */
  @State(Scope.Thread)
  public static class Costs {
    /** Microseconds per run; a row costs a tenth of it. */
    @Param({"50", "2000"})
    public int micros;

    final List<Integer> batch = new ArrayList<>();
    final Predictor<Integer, Double> predictor =
        Predictor.of((Model<Integer, Double>) this::answer)
            .microBatching(
                MicroBatching.withDefaults().withMaxBatchSize(IN_FLIGHT).withWorkers(1).always())
            .build();

    /** Fills the batch. */
    public Costs() {
      for (int i = 0; i < IN_FLIGHT; i++) {
        batch.add(i);
      }
    }

    List<Double> answer(List<Integer> inputs) {
      Burn.nanos(micros * 1_000L + 100L * micros * inputs.size());
      List<Double> answers = new ArrayList<>(inputs.size());
      for (Integer input : inputs) {
        answers.add((double) input);
      }
      return answers;
    }

    /** Closes the predictor. */
    @TearDown
    public void close() {
      predictor.close();
    }
  }

  /** The small MLP with one worker. */
  @State(Scope.Thread)
  public static class Small {
    final float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
    final Predictor<float[], Double> predictor =
        Mlp.serving().microBatching(MicroBatching.withDefaults().withWorkers(1)).build();

    /** Closes the predictor. */
    @TearDown
    public void close() {
      predictor.close();
    }
  }

  /**
   * The limit: the bare model on batches of 64.
   *
   * @param costs the model
   * @return its last answers
   */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public List<Double> baseline(Costs costs) {
    List<Double> last = List.of();
    for (int i = 0; i < REQUESTS / IN_FLIGHT; i++) {
      last = costs.answer(costs.batch);
    }
    return last;
  }

  /**
   * 64 asynchronous requests in flight all the time.
   *
   * @param costs the model
   * @throws InterruptedException if JMH gives up
   */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void inFlight(Costs costs) throws InterruptedException {
    Semaphore free = new Semaphore(IN_FLIGHT);
    for (int i = 0; i < REQUESTS; i++) {
      free.acquire();
      var unused =
          costs.predictor.predictAsync(i).whenComplete((answer, failure) -> free.release());
    }
    free.acquire(IN_FLIGHT);
  }

  /**
   * The same on the small MLP, on its own thread of 64 slots.
   *
   * @param small the model
   * @throws InterruptedException if JMH gives up
   */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void mlp(Small small) throws InterruptedException {
    Semaphore free = new Semaphore(IN_FLIGHT);
    for (int i = 0; i < REQUESTS; i++) {
      free.acquire();
      var unused =
          small
              .predictor
              .predictAsync(small.rows[i & Inputs.MASK])
              .whenComplete((answer, failure) -> free.release());
    }
    free.acquire(IN_FLIGHT);
  }
}
