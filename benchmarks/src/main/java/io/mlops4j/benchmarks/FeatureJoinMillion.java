package io.mlops4j.benchmarks;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.Aggregate;
import io.mlops4j.features.Entity;
import io.mlops4j.features.FeatureRow;
import io.mlops4j.features.FeatureSet;
import io.mlops4j.features.FeatureView;
import io.mlops4j.features.Window;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Joins the rows that benchmarks/python/feature_join.py wrote: the latest value of the last day.
 */
public final class FeatureJoinMillion {
  private static final int RUNS = 3;

  record Event(String id, long key, Instant happened, double value) {}

  record Row(long key, Instant at) {}

  private static final Schema<Event> EVENT = Schema.of(Event.class);
  private static final Schema<Row> ROW = Schema.of(Row.class);

  private static final FeatureView<Event, Long> VIEW =
      FeatureView.named("events", Entity.of("key", Long.class), EVENT, Event::key)
          .happened(Event::happened)
          .knownAtOnce()
          .id(Event::id)
          .ttl(Duration.ofDays(1))
          .feature("value", Aggregate.last("value"), Window.lastEvents(1))
          .build();

  private FeatureJoinMillion() {}

  /**
   * Prints seconds and a checksum.
   *
   * @param args the directory, and the megabytes of memory for sorting (256)
   */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path directory = Path.of(args[0]);
    long memory = (args.length > 1 ? Long.parseLong(args[1]) : 256) << 20;
    Dataset<Event> events = Dataset.csv(directory.resolve("events.csv"), EVENT);
    Dataset<Row> rows = Dataset.csv(directory.resolve("rows.csv"), ROW);
    for (int run = 0; run < RUNS; run++) {
      measure(out, "from CSV files", rows, events, memory);
    }
    if (memory >= 256L << 20) {
      Dataset<Event> loaded = events.inMemory();
      Dataset<Row> asked = rows.inMemory();
      for (int run = 0; run < RUNS; run++) {
        measure(out, "both in memory", asked, loaded, memory);
      }
    }
  }

  private static void measure(
      PrintStream out, String what, Dataset<Row> rows, Dataset<Event> events, long memory) {
    long begun = System.nanoTime();
    long worked = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long[] counts = {0, 0};
    double[] sum = {0};
    try (Stream<FeatureRow<Row>> joined =
        FeatureSet.of(ROW, Row::at)
            .with(VIEW, Row::key)
            .join(rows)
            .events(VIEW, events)
            .memory(memory)
            .dataset()
            .stream()) {
      joined.forEachOrdered(
          row -> {
            double value = row.number("value");
            counts[0]++;
            counts[1] += Double.isNaN(value) ? 1 : 0;
            sum[0] += Double.isNaN(value) ? 0 : value;
          });
    }
    out.printf(
        Locale.ROOT,
        "MLOps4J, %s: %.2f s (%.2f s on its thread), %d rows, %d missing, sum %.6f%n",
        what,
        (System.nanoTime() - begun) / 1e9,
        (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - worked) / 1e9,
        counts[0],
        counts[1],
        sum[0]);
  }
}
