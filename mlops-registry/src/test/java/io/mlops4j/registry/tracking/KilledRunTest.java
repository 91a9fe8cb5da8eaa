package io.mlops4j.registry.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed -9 in the middle of a run: what it had flushed is there. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class KilledRunTest {
  private static final int ROUNDS = Boolean.getBoolean("mlops4j.proof") ? 200 : 2;

  /** What a killed child had acknowledged. */
  private record Killed(String id, int points) {}

  @Test
  void run_processKilledAtRandomPoints_keepsWhatWasFlushed(@TempDir Path root) throws Exception {
    Random random = new Random(20261126);
    for (int round = 0; round < ROUNDS; round++) {
      Killed killed = killOne(root, random, "sound");
      assertThat(kept(root, killed)).as("round %d", round).isTrue();
      assertSeenAsKilledAndResumable(root, killed);
    }
    Tracking tracking = Tracking.open(root);
    assertThat(tracking.experiment("killed").query("LIMIT 1000")).hasSize(ROUNDS);
    assertThat(tracking.verify(Progress.silent())).isEmpty();
  }

  @Test
  void kept_childThatAcknowledgesBeforeItFlushes_isCaught(@TempDir Path root) throws Exception {
    Random random = new Random(7);
    boolean caught = false;
    for (int round = 0; round < 10 && !caught; round++) {
      caught = !kept(root, killOne(root, random, "boasting"));
    }
    assertThat(caught).as("the check lets a writer pass that promises too much").isTrue();
  }

  private static boolean kept(Path root, Killed killed) {
    TrackedExperiment experiment = Tracking.open(root).experiment("killed");
    MetricSeries series = experiment.series(killed.id(), "loss");
    for (int i = 0; i < series.size(); i++) {
      assertThat(series.steps()[i]).isEqualTo(i);
      assertThat(series.values()[i]).isEqualTo(1.0 / (i + 1));
    }
    return series.size() >= killed.points();
  }

  private static void assertSeenAsKilledAndResumable(Path root, Killed killed) {
    // By the clock of somebody who looks a minute later.
    VirtualTime later = VirtualTime.startingAt(Instant.now().plus(Duration.ofMinutes(1)));
    TrackingOptions options =
        TrackingOptions.withDefaults().withTime(later).withDeadAfter(Duration.ofSeconds(3));
    TrackedExperiment experiment =
        Tracking.on(ObjectStores.directory(root), options).experiment("killed");
    RunRecord record = experiment.find(killed.id()).orElseThrow();
    assertThat(record.status()).isEqualTo(RunStatus.KILLED);
    assertThat(TrackingContract.summary(record, "loss").points())
        .isGreaterThanOrEqualTo(killed.points());
    try (Run again = experiment.resume(killed.id())) {
      again.metric("after", 1);
    }
    record = experiment.find(killed.id()).orElseThrow();
    assertThat(record.status()).isEqualTo(RunStatus.FINISHED);
    assertThat(record.metrics()).containsKeys("loss", "after");
  }

  private static Killed killOne(Path root, Random random, String kind) throws IOException {
    Process child = start(root, kind);
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      String id = out.readLine();
      assertThat(id).as("the child ended by itself").isNotNull();
      int points = 0;
      int lines = 1 + random.nextInt(20);
      for (int i = 0; i < lines; i++) {
        points = Integer.parseInt(out.readLine());
      }
      LockSupport.parkNanos(random.nextInt(8_000_000));
      child.toHandle().destroyForcibly();
      // Nothing acknowledged is missed; the last line may have been cut by the kill.
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (!line.isEmpty() && Integer.parseInt(line) % 50 == 0) {
          points = Math.max(points, Integer.parseInt(line));
        }
      }
      return new Killed(id, points);
    } finally {
      child.destroyForcibly();
    }
  }

  private static Process start(Path root, String kind) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            classPath,
            KilledRunWriter.class.getName(),
            root.toString(),
            kind)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
