package io.mlops4j.benchmarks;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.drift.DriftCounter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What counting one live value costs, 20 bins. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class DriftObserveBenchmark {
  private final double[] values = Inputs.numbers(Inputs.COUNT);
  private final DriftCells cells = new DriftCells();
  private int next;

  private double next() {
    return values[next++ & Inputs.MASK];
  }

  /** A counter over rows of 30 numbers. */
  @State(Scope.Thread)
  public static class Rows {
    final List<EncodedRow<float[]>> rows;
    final DriftCounter counter;
    private int next;

    /** Fits a baseline of 20 bins a feature, and encodes other rows. */
    public Rows() {
      float[][] all = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
      Baseline baseline = Baseline.fit(Mlp.SCHEMA, () -> Arrays.stream(all));
      rows = Arrays.stream(all).map(Mlp.SCHEMA::encode).toList();
      counter = new DriftCounter(ModelVersion.unregistered("mlp"), baseline);
    }

    EncodedRow<float[]> next() {
      return rows.get(next++ & Inputs.MASK);
    }
  }

  /**
   * A binary search over the edges.
   *
   * @return the count of the cell
   */
  @Benchmark
  public long baseline() {
    return cells.search(next());
  }

  /**
   * A KLL sketch of k = 200.
   *
   * @return how many values it holds
   */
  @Benchmark
  public long kll() {
    return cells.sketch(next());
  }

  /**
   * A t-digest of compression 100.
   *
   * @return nothing of interest
   */
  @Benchmark
  public long tDigest() {
    return cells.digest(next());
  }

  /**
   * An HdrHistogram of doubles with three digits.
   *
   * @return nothing of interest
   */
  @Benchmark
  public long hdrHistogram() {
    return cells.histogram(next());
  }

  /**
   * Our cell and an increment.
   *
   * @return the count of the cell
   */
  @Benchmark
  public long cell() {
    return cells.count(next());
  }

  /**
   * The drain thread's work for a whole row of 30 numbers, per value.
   *
   * @param rows the counter
   */
  @Benchmark
  @OperationsPerInvocation(Mlp.WIDTH)
  public void row(Rows rows) {
    rows.counter.observe(rows.next());
  }
}
