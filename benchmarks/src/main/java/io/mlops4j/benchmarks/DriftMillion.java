package io.mlops4j.benchmarks;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Schema;
import io.mlops4j.drift.DriftCounter;
import io.mlops4j.drift.DriftReport;
import io.mlops4j.drift.DriftRule;
import io.mlops4j.drift.FeatureDrift;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The rows of {@code drift_million.py}, counted and judged by one thread. */
final class DriftMillion {
  private static final int REFERENCE = 100_000;
  private static final int LIVE = 1_000_000;

  /** One row. */
  record Row(double a, double b, double c, String k) {}

  private DriftMillion() {}

  /**
   * Prints how long it took and what was found.
   *
   * @param args the file of rows
   */
  public static void main(String[] args) throws IOException {
    List<Row> reference = new ArrayList<>();
    List<Row> live = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(args[0]))))) {
      for (int i = 0; i < REFERENCE + LIVE; i++) {
        Row row =
            new Row(
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                Integer.toString((int) in.readDouble()));
        (i < REFERENCE ? reference : live).add(row);
      }
    }
    Schema<Row> schema = Schema.of(Row.class);
    for (int round = 0; round < 3; round++) {
      long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      long start = System.nanoTime();
      Baseline baseline = Baseline.fit(schema, reference::stream);
      long fitted = System.nanoTime();
      DriftCounter counter = new DriftCounter(ModelVersion.unregistered("m"), baseline);
      for (Row row : live) {
        counter.observe(schema.encode(row));
      }
      List<FeatureDrift> found =
          DriftReport.judge(
              baseline, counter.snapshot(), DriftRule.psi(), Duration.ofDays(7), Set.of());
      long end = System.nanoTime();
      cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu;
      System.out.printf(
          "baseline %.2f s, counting and judging %.2f s, %.2f s CPU; %d bytes of counts%n",
          (fitted - start) / 1e9,
          (end - fitted) / 1e9,
          cpu / 1e9,
          counter.snapshot().toBytes().length);
      found.forEach(feature -> System.out.println("  " + feature.verdict().sentence()));
    }
  }
}
