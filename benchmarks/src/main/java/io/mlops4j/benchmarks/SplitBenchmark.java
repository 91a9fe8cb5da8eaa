package io.mlops4j.benchmarks;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.Model;
import io.mlops4j.core.ModelRelease;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.TrafficSplit;
import java.util.Optional;
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

/** What a traffic split costs a prediction of the small MLP: without a candidate, and with one. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SplitBenchmark {
  private static final double SHARE = 0.25;

  /** Rows, units and a predictor of each kind; one of them works in each JVM. */
  @State(Scope.Thread)
  public static class Predictors {
    final float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);
    final String[] ids = Inputs.ids(Inputs.COUNT);
    final Predictor<float[], Double> plain = Predictor.of(Mlp.load()).build();
    final TrafficSplit<float[], Double> empty = split();
    final TrafficSplit<float[], Double> halfway = split();
    private int next;

    /** Opens the candidate. */
    public Predictors() {
      if (!halfway.offer(new Candidate(), "canary").join()) {
        throw new IllegalStateException(halfway.candidateProblem().orElse("no candidate"));
      }
      halfway.share(SHARE);
    }

    private TrafficSplit<float[], Double> split() {
      // The unit is the customer of the row that is asked now: what a service reads from a row.
      return TrafficSplit.of(
          Predictor.of(Mlp.load()).build(), row -> ids[next & Inputs.MASK], builder -> builder);
    }

    float[] next() {
      return rows[++next & Inputs.MASK];
    }

    /** Closes them. */
    @TearDown
    public void close() {
      plain.close();
      empty.close();
      halfway.close();
    }
  }

  /** The small MLP as the next version. */
  private static final class Candidate implements ModelRelease<float[], Double> {
    @Override
    public ModelVersion version() {
      return new ModelVersion("mlp", 2);
    }

    @Override
    public Optional<Baseline> baseline() {
      return Optional.empty();
    }

    @Override
    public Optional<GoldenRows> goldenRows() {
      return Optional.empty();
    }

    @Override
    public Model<float[], Double> load() {
      return Mlp.load();
    }
  }

  /**
   * No split.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double baseline(Predictors predictors) {
    return predictors.plain.predict(predictors.next());
  }

  /**
   * A split without a candidate.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double noCandidate(Predictors predictors) {
    return predictors.empty.predict(predictors.next());
  }

  /**
   * A split whose candidate answers a quarter of the units.
   *
   * @param predictors the predictors
   * @return the answer
   */
  @Benchmark
  public Double candidate(Predictors predictors) {
    return predictors.halfway.predict(predictors.next());
  }
}
