package io.mlops4j.benchmarks;

import static io.mlops4j.data.expect.Expectation.feature;
import static io.mlops4j.data.expect.Expectation.rows;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.ExpectationResult;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.ValidationResult;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Validates the rows that {@code benchmarks/python/validation_rows.py} writes with the expectations
 * that {@code validation_peers.py} asks of Pandera and Great Expectations: counts must be the same.
 * {@code java … ValidationMillion rows.csv [rounds]}.
 */
public final class ValidationMillion {
  private ValidationMillion() {}

  /** One line of the file. */
  record Line(
      String id,
      String carrier,
      String origin,
      String destination,
      double distance,
      int hour,
      @Nullable Double delay,
      String date) {}

  private static final String[] CARRIERS = {
    "AA", "AS", "B6", "CO", "DL", "HA", "NW", "TW", "UA", "US", "WN"
  };

  private static Expectations<Line> suite() {
    return Expectations.of(
        Schema.of(Line.class),
        feature("id").isPresent(),
        feature("id").matches("F[0-9]{7}"),
        feature("carrier").isIn(CARRIERS),
        feature("origin").matches("[A-Z]{3}"),
        feature("destination").matches("[A-Z]{3}"),
        feature("origin").hasLength(3, 3),
        feature("distance").isBetween(0, 6000),
        feature("hour").isBetween(0, 23),
        feature("delay").missingAtMost(0.05),
        feature("delay").meanBetween(4, 6),
        feature("delay").standardDeviationBetween(25, 35),
        feature("distance").medianBetween(500, 900),
        feature("date").isDate("yyyy-MM-dd"),
        rows().countBetween(1, 2_000_000),
        feature("id").isUnique());
  }

  /** Of all threads: compiler and garbage collector, too. */
  private static long processor() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /**
   * Runs it.
   *
   * @param args the file, and how many rounds
   */
  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    Expectations<Line> suite = suite();
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      long cpu = processor();
      ValidationResult result =
          suite.validation().withoutDigest().run(Dataset.csv(file, suite.schema()));
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "mlops4j %.2f s, %.2f s of processor, %d rows%n",
          seconds, (processor() - cpu) / 1e9, result.rows());
      if (round == 0) {
        for (ExpectationResult one : result.results()) {
          System.out.println("  " + one.failed() + "  " + one.sentence());
        }
      }
    }
  }
}
