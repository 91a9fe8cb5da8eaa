package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of every format that was ever written is read for ever. */
class TrackingFormatTest {
  private static final Path FORMAT_1 = Path.of("src/test/resources/tracking-format-1");

  /**
   * Made {@link #FORMAT_1}: a finished run, a failed one, one whose process died, and a pack of the
   * first two.
   */
  static void write(Path directory) throws IOException {
    VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-26T06:00:00Z"));
    ObjectStore store = ObjectStores.directory(directory.resolve("store"));
    TrackingOptions options = TrackingOptions.withDefaults().withTime(time).withOwner("ana");
    TrackedExperiment flights = Tracking.on(store, options).experiment("Flights");
    Run finished = flights.start(RunSettings.named("finished").withSeed(42).withTag("team", "ops"));
    finished.param("depth", 6);
    for (int i = 0; i < 3; i++) {
      finished.metric("loss", i, i == 1 ? Double.NaN : 1.0 / (i + 1));
    }
    finished.note("a note");
    finished.artifact("a/b.txt", "content".getBytes(UTF_8));
    finished.close();
    time.advance(Duration.ofSeconds(1));
    Run failed = flights.start(RunSettings.named("failed").withParent(finished.id()).withSeed(1));
    failed.fail(new IllegalStateException("boom"));
    time.advance(Duration.ofSeconds(1));
    Run dead = flights.start(RunSettings.named("dead").withSeed(2));
    dead.metric("loss", Double.POSITIVE_INFINITY);
    dead.flush();
    PackWriter pack = new PackWriter();
    pack.add(flights.find(finished.id()).orElseThrow(), 3);
    pack.add(flights.find(failed.id()).orElseThrow(), 2);
    Files.write(directory.resolve("pack"), pack.toBytes());
  }

  @Test
  void format1_store_isRead(@TempDir Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(FORMAT_1.resolve("store"))) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        Path target = copy.resolve(FORMAT_1.resolve("store").relativize(file).toString());
        if (Files.isRegularFile(file)) {
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
    Tracking tracking = Tracking.open(copy);
    TrackedExperiment flights = tracking.experiment("Flights");
    assertThat(flights.query("ORDER BY started"))
        .extracting(RunRecord::name, RunRecord::status)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("finished", RunStatus.FINISHED),
            org.assertj.core.groups.Tuple.tuple("failed", RunStatus.FAILED),
            org.assertj.core.groups.Tuple.tuple("dead", RunStatus.KILLED));
    RunRecord run = flights.query("seed = 42 AND param.depth = 6").get(0);
    assertThat(flights.series(run.id(), "loss").values()).containsExactly(1, Double.NaN, 1 / 3.0);
    assertThat(flights.artifact(run.id(), "a/b.txt")).isEqualTo("content".getBytes(UTF_8));
    assertThat(flights.environment(run.id()).os()).isNotEmpty();
    assertThat(tracking.verify(Progress.silent())).isEmpty();
    try (Run again = flights.resume(run.id())) {
      again.metric("loss", 0.1);
    }
    assertThat(flights.series(run.id(), "loss").size()).isEqualTo(4);
  }

  @Test
  void format1_pack_isRead() throws IOException {
    Pack pack = Pack.open(1, Files.readAllBytes(FORMAT_1.resolve("pack")), "pack");
    RunRecord run = pack.run(pack.lines().get(0)).toRecord();
    assertThat(run.params()).containsEntry("depth", "6");
    assertThat(run.metrics().get("loss"))
        .isEqualTo(
            new MetricSummary(1 / 3.0, 2, Instant.parse("2026-11-26T06:00:00Z"), 1 / 3.0, 1, 3, 1));
    assertThat(run.notes()).containsExactly("a note");
    assertThat(pack.run(pack.lines().get(1)).value(Field.attribute("reason")))
        .isEqualTo("java.lang.IllegalStateException: boom");
  }
}
