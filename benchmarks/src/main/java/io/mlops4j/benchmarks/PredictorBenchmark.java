package io.mlops4j.benchmarks;

import io.mlops4j.serving.MicroBatching;
import io.mlops4j.serving.Predictor;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One prediction of the small MLP: raw ONNX Runtime, DJL, and ours with ring and meters on. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PredictorBenchmark {
  private static final int BATCH = 128;

  /** Rows to ask for, one after the other. */
  @State(Scope.Thread)
  public static class Rows {
    final float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
    final float[][] batch = Inputs.rows(BATCH, Mlp.WIDTH);
    final List<float[]> list = List.of(batch);
    private int next;

    float[] next() {
      return rows[next++ & Inputs.MASK];
    }
  }

  /** Raw ONNX Runtime, tensors of one row. */
  @State(Scope.Thread)
  public static class Raw {
    final RawOnnx onnx = RawOnnx.open(1);

    /** Closes the session. */
    @TearDown
    public void close() {
      onnx.close();
    }
  }

  /** Raw ONNX Runtime, tensors of 128 rows. */
  @State(Scope.Thread)
  public static class RawBatch {
    final RawOnnx onnx = RawOnnx.open(BATCH);

    /** Closes the session. */
    @TearDown
    public void close() {
      onnx.close();
    }
  }

  /** DJL, in a fork without any other user of ONNX Runtime. */
  @State(Scope.Thread)
  public static class Djl {
    final DjlModel mlp = new DjlModel(Mlp.bytes());

    /** Closes the model. */
    @TearDown
    public void close() {
      mlp.close();
    }
  }

  /** Ours, without micro-batching. */
  @State(Scope.Thread)
  public static class Direct {
    final Predictor<float[], Double> predictor = Mlp.serving().build();

    /** Closes the predictor. */
    @TearDown
    public void close() {
      predictor.close();
    }
  }

  /** Ours, without listener and so without the ring, and without meters. */
  @State(Scope.Thread)
  public static class Bare {
    final Predictor<float[], Double> predictor = Predictor.of(Mlp.load()).build();

    /** Closes the predictor. */
    @TearDown
    public void close() {
      predictor.close();
    }
  }

  /** Ours, batched whatever the measured costs say. */
  @State(Scope.Thread)
  public static class Batched {
    final Predictor<float[], Double> predictor =
        Mlp.serving().microBatching(MicroBatching.withDefaults().always()).build();

    /** Closes the predictor. */
    @TearDown
    public void close() {
      predictor.close();
    }
  }

  /**
   * Raw ONNX Runtime at its best: reused input, pinned output.
   *
   * @param raw the session
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  public double baseline(Raw raw, Rows rows) {
    return raw.onnx.pinned(rows.next());
  }

  /**
   * Raw ONNX Runtime the obvious way.
   *
   * @param raw the session
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  public double obvious(Raw raw, Rows rows) {
    return raw.onnx.obvious(new float[][] {rows.next()});
  }

  /**
   * DJL's predictor.
   *
   * @param djl the model
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {
        "-Xms1g",
        "-Xmx1g",
        "--enable-native-access=ALL-UNNAMED",
        "-Dai.djl.offline=true",
        "-DOPT_OUT_TRACKING=true"
      })
  public double djl(Djl djl, Rows rows) {
    return djl.mlp.predict(rows.next());
  }

  /**
   * Ours, direct.
   *
   * @param ours the predictor
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  public Double direct(Direct ours, Rows rows) {
    return ours.predictor.predict(rows.next());
  }

  /**
   * Ours without listener and meters.
   *
   * @param ours the predictor
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  public Double bare(Bare ours, Rows rows) {
    return ours.predictor.predict(rows.next());
  }

  /**
   * Ours with micro-batching, at one caller.
   *
   * @param ours the predictor
   * @param rows what is asked
   * @return the answer
   */
  @Benchmark
  public Double batched(Batched ours, Rows rows) {
    return ours.predictor.predict(rows.next());
  }

  /**
   * 128 rows, raw ONNX Runtime at its best.
   *
   * @param raw the session
   * @param rows what is asked
   * @return the sum of the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public double batchBaseline(RawBatch raw, Rows rows) {
    return raw.onnx.pinned(rows.batch);
  }

  /**
   * 128 rows, raw ONNX Runtime the obvious way.
   *
   * @param raw the session
   * @param rows what is asked
   * @return the sum of the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public double batchObvious(RawBatch raw, Rows rows) {
    return raw.onnx.obvious(rows.batch);
  }

  /**
   * 128 rows, ours.
   *
   * @param ours the predictor
   * @param rows what is asked
   * @return the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Double> predictAll(Direct ours, Rows rows) {
    return ours.predictor.predictAll(rows.list);
  }
}
