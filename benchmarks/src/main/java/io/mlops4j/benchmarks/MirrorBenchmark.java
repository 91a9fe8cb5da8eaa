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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a mirror costs the caller of a live predictor, for the small MLP and for a model of 100 us.
 * Each row has a JVM of its own: mirrors of other rows would share its cores.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class MirrorBenchmark {
  /** What the predictor has besides its model. */
  @Param({"nothing", "listener", "mirror"})
  public String with = "nothing";

  private final float[] row = Inputs.rows(1, Mlp.WIDTH)[0];
  private Predictor<float[], Double> candidate;
  private Mirror<float[], Double> mirror;
  private Predictor<float[], Double> small;
  private Predictor<float[], Double> large;

  /** Opens the predictors; the candidate and its mirror are there in every row. */
  @Setup
  public void open() {
    candidate = Predictor.of(Mlp.load()).build();
    mirror = Mirror.to(candidate).build();
    var ofSmall = Predictor.of(Mlp.load());
    var ofLarge =
        Predictor.<float[], Double>of(
                rows -> {
                  Burn.nanos(100_000);
                  return rows.stream().map(values -> 0.5).toList();
                })
            .schema(Mlp.SCHEMA);
    if ("listener".equals(with)) {
      ofSmall.listener(prediction -> {});
      ofLarge.listener(prediction -> {});
    } else if ("mirror".equals(with)) {
      ofSmall.mirror(mirror);
      ofLarge.mirror(mirror);
    }
    small = ofSmall.build();
    large = ofLarge.build();
  }

  /** Closes them. */
  @TearDown
  public void close() {
    small.close();
    large.close();
    mirror.close();
    candidate.close();
  }

  /**
   * One row of the small MLP.
   *
   * @return the answer
   */
  @Benchmark
  public Double smallMlp() {
    return small.predict(row);
  }

  /**
   * One row of a model that takes 100 us.
   *
   * @return the answer
   */
  @Benchmark
  public Double hundredMicros() {
    return large.predict(row);
  }
}
