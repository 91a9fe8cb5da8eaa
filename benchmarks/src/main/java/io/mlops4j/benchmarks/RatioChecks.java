package io.mlops4j.benchmarks;

import io.mlops4j.benchmarks.RatioGroup.Ratio;
import io.mlops4j.benchmarks.RatioGroup.Timed;
import io.mlops4j.experiments.Experiment;
import io.mlops4j.serving.Predictor;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleToLongFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * The ratio budgets with generous bounds, and for each a fixture that is too slow: a predictor that
 * burns 200 us or allocates 2 KiB, rows one by one, formatted MD5, posteriors, a sketch.
 */
final class RatioChecks {
  static final Bound PREDICT = Bound.atMost("predict / raw pinned", 1.5, "x", "1.05x");
  static final Bound OBVIOUS = Bound.atMost("predict / raw float[][]", 0.9, "x", "0.50x");

  static final Bound BATCH = Bound.atLeast("raw float[][] / predictAll", 2.5, "x", "7x");

  static final Bound BYTES = Bound.atMost("allocation per predict", 900, " B", "600 B");
  static final Bound SPLIT = Bound.atLeast("Optimizely / assignment", 12, "x", "50x");
  static final Bound THOMPSON = Bound.atLeast("posteriors / Thompson", 4, "x", "12x");
  static final Bound DRIFT = Bound.atLeast("KLL / drift value", 2, "x", "6x");

  private static final int ROWS = 128;
  private static final int ARMS = 5;
  private static final long BURN_NANOS = 200_000;
  private static final int ALLOCATION_CALLS = 20_000;

  private final Consumer<String> progress;
  private final float[][] rows = Inputs.rows(Inputs.COUNT, Mlp.WIDTH);

  /** Where the allocating fixture leaves its garbage, so that it is not optimised away. */
  private byte[] garbage = new byte[0];

  RatioChecks(Consumer<String> progress) {
    this.progress = progress;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    try (Predictor<float[], Double> ours = Mlp.serving().build()) {
      findings.addAll(single(ours));
      findings.addAll(batch(ours));
      findings.addAll(allocation(ours));
    }
    findings.addAll(split());
    findings.addAll(thompson());
    findings.addAll(drift());
    return findings;
  }

  private SideBySide.Op perRow(ToDoubleFunction<float[]> one) {
    return times -> {
      double sum = 0;
      for (int i = 0; i < times; i++) {
        sum += one.applyAsDouble(rows[i & Inputs.MASK]);
      }
      return sum;
    };
  }

  private List<Finding> single(Predictor<float[], Double> ours) {
    try (RawOnnx raw = RawOnnx.open(1)) {
      SideBySide.Op slow =
          perRow(
              row -> {
                Burn.nanos(BURN_NANOS);
                return ours.predict(row);
              });
      return new RatioGroup(
              "one prediction of the small MLP",
              List.of(
                  new Timed("raw pinned", perRow(raw::pinned)),
                  new Timed("raw float[][]", perRow(row -> raw.obvious(new float[][] {row}))),
                  new Timed("ours", perRow(ours::predict)),
                  new Timed("burning", slow)),
              List.of(
                  new Ratio(PREDICT, "ours, direct", false, 2, 0),
                  new Ratio(OBVIOUS, "ours, direct", false, 2, 1),
                  new Ratio(PREDICT, "burns 200 us a call", true, 3, 0),
                  new Ratio(OBVIOUS, "burns 200 us a call", true, 3, 1)))
          .run(progress);
    }
  }

  private List<Finding> batch(Predictor<float[], Double> ours) {
    float[][] batch = Inputs.rows(ROWS, Mlp.WIDTH);
    List<float[]> list = List.of(batch);
    try (RawOnnx raw = RawOnnx.open(ROWS)) {
      return new RatioGroup(
              "128 rows of the small MLP",
              List.of(
                  new Timed("raw float[][]", repeat(() -> raw.obvious(batch))),
                  new Timed("predictAll", repeat(() -> ours.predictAll(list).get(ROWS - 1))),
                  new Timed("raw pinned", repeat(() -> raw.pinned(batch))),
                  new Timed(
                      "row by row",
                      repeat(
                          () -> {
                            double sum = 0;
                            for (float[] row : batch) {
                              sum += ours.predict(row);
                            }
                            return sum;
                          }))),
              List.of(
                  new Ratio(BATCH, "ours", false, 0, 1),
                  new Ratio(BATCH, "asks row by row", true, 0, 3)))
          .run(progress);
    }
  }

  private static SideBySide.Op repeat(DoubleSupplier once) {
    return times -> {
      double sum = 0;
      for (int i = 0; i < times; i++) {
        sum += once.getAsDouble();
      }
      return sum;
    };
  }

  private List<Finding> allocation(Predictor<float[], Double> ours) {
    progress.accept("allocation");
    double direct = Clocks.bytesPerOp(perRow(ours::predict), ALLOCATION_CALLS);
    double wasteful =
        Clocks.bytesPerOp(
            perRow(
                row -> {
                  garbage = new byte[2048];
                  return ours.predict(row) + garbage.length;
                }),
            ALLOCATION_CALLS);
    return List.of(
        Finding.check(BYTES, "ours, direct", direct),
        Finding.control(BYTES, "allocates 2 KiB a call", wasteful));
  }

  private List<Finding> split() {
    String[] ids = Inputs.ids(Inputs.COUNT);
    Experiment<String> experiment = BucketingBenchmark.split();
    try (OptimizelySplit optimizely = new OptimizelySplit()) {
      return new RatioGroup(
              "assignment of a 36-character id",
              List.of(
                  new Timed("Optimizely", perId(ids, id -> optimizely.variation(id).length())),
                  new Timed("ours", perId(ids, experiment::armIndex)),
                  new Timed("MD5", perId(ids, RatioChecks::md5Arm))),
              List.of(
                  new Ratio(SPLIT, "ours", false, 0, 1),
                  new Ratio(SPLIT, "MD5 as formatted string", true, 0, 2)))
          .run(progress);
    }
  }

  private static SideBySide.Op perId(String[] ids, ToIntFunction<String> one) {
    return times -> {
      long sum = 0;
      for (int i = 0; i < times; i++) {
        sum += one.applyAsInt(ids[i & Inputs.MASK]);
      }
      return sum;
    };
  }

  /** A broken fixture: as hand-written splits often do it. */
  static int md5Arm(String id) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      byte[] digest = md5.digest(("new-model/" + id).getBytes(StandardCharsets.UTF_8));
      String hex = String.format(Locale.ROOT, "%032x", new BigInteger(1, digest));
      return Integer.parseInt(hex.substring(0, 7), 16) % 100 < 10 ? 1 : 0;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Finding> thompson() {
    Arms arms = new Arms(ARMS);
    return new RatioGroup(
            "Thompson decision, 5 arms",
            List.of(
                new Timed("posteriors", repeat(arms::drawPosteriors)),
                new Timed("ours", repeat(arms::decide)),
                new Timed("posteriors", repeat(arms::drawPosteriors))),
            List.of(
                new Ratio(THOMPSON, "ours", false, 0, 1),
                new Ratio(THOMPSON, "draws every posterior", true, 0, 2)))
        .run(progress);
  }

  private List<Finding> drift() {
    DriftCells cells = new DriftCells();
    double[] values = Inputs.numbers(Inputs.COUNT);
    DriftCells other = new DriftCells();
    return new RatioGroup(
            "drift count of one value, 20 bins",
            List.of(
                new Timed("KLL", perValue(values, cells::sketch)),
                new Timed("ours", perValue(values, cells::count)),
                new Timed("a sketch", perValue(values, other::sketch))),
            List.of(
                new Ratio(DRIFT, "ours", false, 0, 1),
                new Ratio(DRIFT, "keeps a sketch", true, 0, 2)))
        .run(progress);
  }

  private static SideBySide.Op perValue(double[] values, DoubleToLongFunction one) {
    return times -> {
      long sum = 0;
      for (int i = 0; i < times; i++) {
        sum += one.applyAsLong(values[i & Inputs.MASK]);
      }
      return sum;
    };
  }
}
