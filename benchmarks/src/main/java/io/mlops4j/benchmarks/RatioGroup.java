package io.mlops4j.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Operations that are measured side by side, and the ratios between them that are bounded.
 *
 * @param name for progress
 * @param ops what is measured
 * @param ratios which operation's time is divided by which
 */
record RatioGroup(String name, List<Timed> ops, List<Ratio> ratios) {
  private static final long SLICE_NANOS = 20_000_000;
  private static final int WARM_UP_ROUNDS = 25;
  private static final int ROUNDS = 11;

  /**
   * An operation.
   *
   * @param name for progress
   * @param op what is measured
   */
  record Timed(String name, SideBySide.Op op) {}

  /**
   * A bounded ratio.
   *
   * @param bound what it must be
   * @param subject what is measured
   * @param control whether the bound must reject it
   * @param numerator position of an operation
   * @param denominator position of another
   */
  record Ratio(Bound bound, String subject, boolean control, int numerator, int denominator) {
    Finding of(double[][] nanos) {
      return new Finding(
          bound, subject, control, SideBySide.medianRatio(nanos, numerator, denominator));
    }
  }

  /** Measures; if a ratio is not what it should be, once more, three times as long. */
  List<Finding> run(Consumer<String> progress) {
    progress.accept(name);
    SideBySide side =
        new SideBySide(ops.stream().map(Timed::op).toList(), SLICE_NANOS, Clocks::threadCpuNanos);
    side.warmUp(WARM_UP_ROUNDS);
    List<Finding> findings = findings(side.measure(ROUNDS), progress);
    if (findings.stream().allMatch(Finding::ok)) {
      return findings;
    }
    progress.accept(name + ", again and longer");
    return findings(side.measure(3 * ROUNDS), progress);
  }

  private List<Finding> findings(double[][] nanos, Consumer<String> progress) {
    StringBuilder line = new StringBuilder(" ");
    for (int i = 0; i < ops.size(); i++) {
      int op = i;
      double median =
          SideBySide.median(Arrays.stream(nanos).mapToDouble(round -> round[op]).toArray());
      line.append(i == 0 ? " " : ", ").append(ops.get(i).name());
      line.append(String.format(Locale.ROOT, " %.1f ns", median));
    }
    progress.accept(line.toString());
    return ratios.stream().map(ratio -> ratio.of(nanos)).toList();
  }
}
