package io.mlops4j.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.OnnxOptions;
import io.mlops4j.serving.Predictor;
import java.util.List;
import java.util.Map;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One prediction, and 128 at once, of a logistic regression, the small MLP and 500 boosted trees:
 * raw ONNX Runtime, DJL, Tribuo's model for ONNX files, and ours with listener and meters.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "-Xms1g",
      "-Xmx1g",
      "--enable-native-access=ALL-UNNAMED",
      "-Dai.djl.offline=true",
      "-DOPT_OUT_TRACKING=true"
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ModelsBenchmark {
  private static final int BATCH = 128;

  /** Which model, and rows to ask for. */
  @State(Scope.Thread)
  public static class Asked {
    /** A file of the module's resources. */
    @Param({"logistic", "mlp", "trees"})
    public String model = "";

    final float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
    final float[][] batch = Inputs.rows(BATCH, Mlp.WIDTH);
    final List<float[]> list = List.of(batch);
    private int next;

    float[] next() {
      return rows[next++ & Inputs.MASK];
    }

    byte[] graph() {
      return Inputs.resource("/" + model + ".onnx");
    }
  }

  /** Raw ONNX Runtime. */
  @State(Scope.Thread)
  @SuppressWarnings("NullAway.Init")
  public static class Raw {
    RawOnnx one;
    RawOnnx many;

    /**
     * Opens the sessions.
     *
     * @param asked the model
     */
    @Setup
    public void open(Asked asked) {
      one = RawOnnx.open(asked.graph(), 1);
      many = RawOnnx.open(asked.graph(), BATCH);
    }

    /** Closes the sessions. */
    @TearDown
    public void close() {
      one.close();
      many.close();
    }
  }

  /** DJL, in a fork without any other user of ONNX Runtime. */
  @State(Scope.Thread)
  @SuppressWarnings("NullAway.Init")
  public static class Djl {
    DjlModel model;

    /**
     * Opens the model.
     *
     * @param asked the model
     */
    @Setup
    public void open(Asked asked) {
      model = new DjlModel(asked.graph());
    }

    /** Closes the model. */
    @TearDown
    public void close() {
      model.close();
    }
  }

  /** Tribuo's model for ONNX files. */
  @State(Scope.Thread)
  @SuppressWarnings("NullAway.Init")
  public static class Tribuo {
    TribuoModel model;

    /**
     * Opens the model.
     *
     * @param asked the model
     */
    @Setup
    public void open(Asked asked) {
      model = new TribuoModel(asked.graph());
    }

    /** Closes the model. */
    @TearDown
    public void close() {
      model.close();
    }
  }

  /** Ours, with a listener and meters. */
  @State(Scope.Thread)
  public static class Ours extends Opened {
    /** Runs a model as it is if nothing is said. */
    public Ours() {
      super(OnnxOptions.withDefaults());
    }
  }

  /** The same with ONNX Runtime, whatever the model is. */
  @State(Scope.Thread)
  public static class OursNative extends Opened {
    /** Runs a model in ONNX Runtime. */
    public OursNative() {
      super(OnnxOptions.withDefaults().withNativeOnly());
    }
  }

  /** A predictor. */
  @State(Scope.Thread)
  @SuppressWarnings("NullAway.Init")
  public abstract static class Opened {
    private final OnnxOptions options;
    Predictor<float[], Double> predictor;

    private Opened(OnnxOptions options) {
      this.options = options;
    }

    /**
     * Opens the predictor.
     *
     * @param asked the model
     */
    @Setup
    public void open(Asked asked) {
      ModelFiles files = ModelFiles.of("onnx", Map.of("model.onnx", asked.graph()));
      predictor =
          Predictor.of(
                  OnnxModel.probability(Mlp.SCHEMA)
                      .options(options)
                      .load(ModelVersion.unregistered(asked.model), files))
              .listener(prediction -> {})
              .meters(new SimpleMeterRegistry())
              .build();
    }

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
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public double baseline(Raw raw, Asked asked) {
    return raw.one.pinned(asked.next());
  }

  /**
   * Raw ONNX Runtime the obvious way.
   *
   * @param raw the session
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public double obvious(Raw raw, Asked asked) {
    return raw.one.obvious(new float[][] {asked.next()});
  }

  /**
   * DJL's predictor.
   *
   * @param djl the model
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public double djl(Djl djl, Asked asked) {
    return djl.model.predict(asked.next());
  }

  /**
   * Tribuo's model for ONNX files.
   *
   * @param tribuo the model
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public double tribuo(Tribuo tribuo, Asked asked) {
    return tribuo.model.predict(asked.next());
  }

  /**
   * Ours, direct.
   *
   * @param ours the predictor
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public Double direct(Ours ours, Asked asked) {
    return ours.predictor.predict(asked.next());
  }

  /**
   * Ours, direct, through ONNX Runtime.
   *
   * @param ours the predictor
   * @param asked what is asked
   * @return the answer
   */
  @Benchmark
  public Double directNative(OursNative ours, Asked asked) {
    return ours.predictor.predict(asked.next());
  }

  /**
   * 128 rows, raw ONNX Runtime at its best.
   *
   * @param raw the session
   * @param asked what is asked
   * @return the sum of the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public double batchBaseline(Raw raw, Asked asked) {
    return raw.many.pinned(asked.batch);
  }

  /**
   * 128 rows, ours.
   *
   * @param ours the predictor
   * @param asked what is asked
   * @return the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Double> predictAll(Ours ours, Asked asked) {
    return ours.predictor.predictAll(asked.list);
  }

  /**
   * 128 rows, ours, through ONNX Runtime.
   *
   * @param ours the predictor
   * @param asked what is asked
   * @return the answers
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Double> predictAllNative(OursNative ours, Asked asked) {
    return ours.predictor.predictAll(asked.list);
  }
}
