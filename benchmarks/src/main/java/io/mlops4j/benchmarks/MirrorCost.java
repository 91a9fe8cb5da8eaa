package io.mlops4j.benchmarks;

import io.mlops4j.serving.Mirror;
import io.mlops4j.serving.Predictor;
import java.util.List;

/**
 * What a mirror costs the caller of the small MLP in CPU time of its own thread: beside nothing,
 * and beside a listener that does nothing, in turns in one JVM. For machines on which something
 * else runs; {@link MirrorBenchmark} measures time.
 */
public final class MirrorCost {
  private static final long SLICE_NANOS = 20_000_000;
  private static final int ROUNDS = 201;

  private MirrorCost() {}

  /**
   * Prints the two ratios.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    float[] row = Inputs.rows(1, Mlp.WIDTH)[0];
    try (Predictor<float[], Double> candidate = Predictor.of(Mlp.load()).build();
        Mirror<float[], Double> mirror = Mirror.to(candidate).build();
        Predictor<float[], Double> plain = Predictor.of(Mlp.load()).build();
        Predictor<float[], Double> heard = Predictor.of(Mlp.load()).listener(p -> {}).build();
        Predictor<float[], Double> mirrored = Predictor.of(Mlp.load()).mirror(mirror).build()) {
      SideBySide runs =
          new SideBySide(
              List.of(asking(plain, row), asking(heard, row), asking(mirrored, row)),
              SLICE_NANOS,
              Clocks::threadCpuNanos);
      runs.warmUp(20);
      double[][] nanos = runs.measure(ROUNDS);
      System.out.printf(
          "listener / nothing %.4f, mirror / nothing %.4f, mirror / listener %.4f; %s%n",
          SideBySide.medianRatio(nanos, 1, 0),
          SideBySide.medianRatio(nanos, 2, 0),
          SideBySide.medianRatio(nanos, 2, 1),
          mirror.stats());
    }
  }

  private static SideBySide.Op asking(Predictor<float[], Double> predictor, float[] row) {
    return times -> {
      double sum = 0;
      for (int i = 0; i < times; i++) {
        sum += predictor.predict(row);
      }
      return sum;
    };
  }
}
