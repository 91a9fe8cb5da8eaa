package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.evaluation.LatencyReport;
import io.mlops4j.evaluation.LatencyReport.Percentile;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatencyBenchmarkTest {
  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final List<Integer> ROWS = IntStream.range(0, 100).boxed().toList();

  private final VirtualTime time = VirtualTime.startingAt(NOON);
  private final LatencyBenchmark<Integer> benchmark =
      LatencyBenchmark.on(ROWS, "march").withCounts(10, 200, 50).withTime(time);

  /** A model that takes as long as it is told to, by the virtual clock. */
  private Model<Integer, Integer> taking(IntToLongFunction nanosOfRow) {
    return rows -> {
      time.advance(Duration.ofNanos(nanosOfRow.applyAsLong(rows.get(0))));
      return rows;
    };
  }

  @Test
  void run_knownTimes_areMeasuredExactly() {
    LatencyReport report =
        benchmark.run(
            "m:2", taking(row -> row == 99 ? 90_000 : 150 + row), "m:1", taking(row -> 100 + row));
    assertThat(report.candidate()).isEqualTo("m:2");
    assertThat(report.champion()).contains("m:1");
    assertThat(report.calls()).isEqualTo(2_000);
    assertThat(report.nanos(Percentile.P50)).isEqualTo(199);
    assertThat(report.nanos(Percentile.P95)).isEqualTo(244);
    assertThat(report.nanos(Percentile.P99)).isEqualTo(248);
    assertThat(report.championNanos(Percentile.P99)).isEqualTo(198);
    for (Percentile percentile : Percentile.values()) {
      assertThat(report.noiseOf(percentile)).as("the same rows, the same times").isZero();
    }
    assertThat(report.environment()).startsWith("Java ");
    assertThat(report.data()).isEqualTo("march");
  }

  @Test
  void run_againstItself_findsNoDifferenceButTheNoise() {
    Random random = new Random(5);
    Model<Integer, Integer> jittery = taking(row -> 1000 + random.nextInt(500));
    LatencyReport report = benchmark.run("m:2", jittery, "m:1", jittery);
    for (Percentile percentile : Percentile.values()) {
      double noise = report.noiseOf(percentile);
      assertThat(noise).as(percentile + " noise").isBetween(1e-4, 0.1);
      assertThat(report.ratio(percentile)).isCloseTo(1, within(2 * noise + 0.01));
    }
  }

  /** The machine gets slower and slower: taken one after the other, the second model would lose. */
  @Test
  void run_machineThatSlowsDown_hitsBothAlike() {
    long[] calls = {0};
    Model<Integer, Integer> slowing = taking(row -> 1000 + calls[0]++ / 4);
    LatencyReport report = benchmark.run("m:2", slowing, "m:1", slowing);
    assertThat(report.ratio(Percentile.P50)).isCloseTo(1, within(0.01));
    assertThat(report.ratio(Percentile.P99)).isCloseTo(1, within(0.01));
    // Control: the drift is large, so one model after the other would have shown it.
    assertThat(calls[0] / 4).isGreaterThan(900);
  }

  @Test
  void run_orderOfTheModels_changesFromRowToRow() {
    List<String> asked = new ArrayList<>();
    benchmark
        .withCounts(5, 20, 0)
        .run(
            "m:2",
            rows -> {
              asked.add("candidate");
              return rows;
            },
            "m:1",
            rows -> {
              asked.add("champion");
              return rows;
            });
    assertThat(asked).hasSize(5 * 20 * 2);
    assertThat(
            IntStream.range(0, asked.size() / 4)
                .mapToObj(i -> asked.get(4 * i))
                .distinct()
                .toList())
        .as("who is first")
        .hasSize(2);
  }

  @Test
  void run_alone_hasNoChampionAndItsOwnNoise() {
    LatencyReport report = benchmark.run("m:1", taking(row -> 100));
    assertThat(report.champion()).isEqualTo(Optional.empty());
    assertThat(report.ratio(Percentile.P99)).isEqualTo(1);
  }

  @Test
  void run_batches_haveAsManyRowsAsAsked() {
    List<Integer> sizes = new ArrayList<>();
    LatencyReport report =
        benchmark
            .withBatch(64)
            .withCounts(5, 4, 1)
            .run(
                "m:1",
                rows -> {
                  sizes.add(rows.size());
                  return rows;
                });
    assertThat(sizes).containsOnly(64);
    assertThat(report.batch()).isEqualTo(64);
  }

  @Test
  void run_modelThatLosesRows_isNoMeasurement() {
    assertThatThrownBy(() -> benchmark.run("m:1", rows -> List.of()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("gave 0 answers for 1 rows");
  }

  @Test
  void benchmark_impossibleCounts_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> LatencyBenchmark.on(List.of(), "march"));
    assertThatIllegalArgumentException().isThrownBy(() -> LatencyBenchmark.on(ROWS, " "));
    assertThatIllegalArgumentException().isThrownBy(() -> benchmark.withBatch(0));
    assertThatIllegalArgumentException().isThrownBy(() -> benchmark.withCounts(4, 1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> benchmark.withCounts(5, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> benchmark.withCounts(5, 1, -1));
  }
}
