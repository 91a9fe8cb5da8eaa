package io.mlops4j.benchmarks;

import io.mlops4j.core.ModelSource;
import io.mlops4j.registry.ModelRegistry;
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

/** Which version is in production, asked in process. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class RegistryBenchmark {
  private final ModelRegistry registry = ModelRegistry.inMemory();
  private final ModelSource<float[], Double> production = Champion.of(registry);
  private volatile ModelSource.Selection<float[], Double> field = production.current();

  /** Closes the registry. */
  @TearDown
  public void close() {
    registry.close();
  }

  /**
   * The least it can be: one volatile read.
   *
   * @return the selection
   */
  @Benchmark
  public ModelSource.Selection<float[], Double> baseline() {
    return field;
  }

  /**
   * The registry's production stage.
   *
   * @return the selection
   */
  @Benchmark
  public ModelSource.Selection<float[], Double> resolve() {
    return production.current();
  }
}
