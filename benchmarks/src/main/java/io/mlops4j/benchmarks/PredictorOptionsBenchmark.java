package io.mlops4j.benchmarks;

import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.core.Prediction;
import io.mlops4j.serving.Caching;
import io.mlops4j.serving.CallOptions;
import io.mlops4j.serving.CircuitBreaking;
import io.mlops4j.serving.Predictor;
import java.time.Duration;
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

/** What one prediction of the small MLP costs with each thing a predictor can do besides. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PredictorOptionsBenchmark {
  private static final CallOptions DEADLINE =
      CallOptions.withDefaults().withDeadline(Duration.ofSeconds(1));

  /** A row, always the same, and a predictor of each kind. */
  @State(Scope.Thread)
  public static class Predictors {
    final float[] row = Inputs.rows(1, Mlp.WIDTH)[0];
    final Predictor<float[], Double> plain = Predictor.of(Mlp.load()).build();
    final Predictor<float[], Double> guarded =
        Predictor.of(Mlp.load()).circuitBreaker(CircuitBreaking.withDefaults()).build();
    final Predictor<float[], Double> checked =
        Predictor.of(Mlp.load())
            .inputCheck(values -> values.length == Mlp.WIDTH, "a row of 30")
            .outputCheck(p -> p >= 0)
            .build();
    final Predictor<float[], Double> unobserved =
        Predictor.of(Mlp.load()).observations(ObservationRegistry.NOOP).build();
    final Predictor<float[], Double> observed =
        Predictor.of(Mlp.load()).observations(watched()).build();
    final Predictor<float[], Double> cached =
        Predictor.of(Mlp.load()).cache(Caching.withDefaults()).build();

    /** A registry with a handler that does nothing. */
    private static ObservationRegistry watched() {
      ObservationRegistry registry = ObservationRegistry.create();
      registry.observationConfig().observationHandler(context -> true);
      return registry;
    }

    /** Closes the predictors. */
    @TearDown
    public void close() {
      plain.close();
      unobserved.close();
      observed.close();
      guarded.close();
      checked.close();
      cached.close();
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
   * With a tracing hook that is off.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double observationsOff(Predictors predictors) {
    return predictors.unobserved.predict(predictors.row);
  }

  /**
   * With a tracing hook and a handler that does nothing.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double observationsOn(Predictors predictors) {
    return predictors.observed.predict(predictors.row);
  }

  /**
   * Past a circuit breaker.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double circuitBreaker(Predictors predictors) {
    return predictors.guarded.predict(predictors.row);
  }

  /**
   * With an input and an output check.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double checks(Predictors predictors) {
    return predictors.checked.predict(predictors.row);
  }

  /**
   * Within a deadline that is never reached.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double deadline(Predictors predictors) {
    return predictors.plain.predict(predictors.row, DEADLINE);
  }

  /**
   * From the cache.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double cacheHit(Predictors predictors) {
    return predictors.cached.predict(predictors.row);
  }

  /**
   * With id, source and how it was run.
   *
   * @param predictors the predictors
   * @return the prediction
   */
  @Benchmark
  public Prediction<float[], Double> detailed(Predictors predictors) {
    return predictors.plain.predictDetailed(predictors.row);
  }
}
