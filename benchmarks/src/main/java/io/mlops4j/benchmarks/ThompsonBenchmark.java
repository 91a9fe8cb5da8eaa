package io.mlops4j.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One decision of a Thompson bandit. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ThompsonBenchmark {
  /** How many arms there are. */
  @Param({"2", "5", "20"})
  public int arms;

  private Arms bandit = new Arms(2);

  /** Makes the arms. */
  @Setup
  public void create() {
    bandit = new Arms(arms);
  }

  /**
   * Draws every posterior, as the textbook does; exact samplers, made once.
   *
   * @return the arm
   */
  @Benchmark
  public int baseline() {
    return bandit.drawPosteriors();
  }

  /**
   * Draws from the published weights.
   *
   * @return the arm
   */
  @Benchmark
  public int decide() {
    return bandit.decide();
  }
}
