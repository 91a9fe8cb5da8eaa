package io.mlops4j.examples.continuous;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.RunStatus;
import io.mlops4j.registry.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * One process ends in the middle of a canary; another finds everything in the store. In CI only: it
 * takes a quarter of a minute.
 */
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
class TwoProcessesTest {
  private static final String ENDED = "2001-03-14";

  @Test
  void run_processEndsDuringTheCanary_anotherGoesOnWithTheSameCandidate(@TempDir Path directory)
      throws Exception {
    assertThat(firstProcess(directory)).as(log(directory)).isZero();

    try (Replay replay =
        new Replay(
            ObjectStores.directory(directory.resolve("store")),
            Instant.parse(ENDED + "T00:00:00Z"),
            Replay.Setup.FROZEN)) {
      PipelineRun before = replay.loop.loop.runner().runs(1).get(0);
      assertThat(before.status()).isEqualTo(RunStatus.WAITING);
      assertThat(before.step("canary").status()).isEqualTo(PipelineRun.StepStatus.WAITING);
      int versions = replay.delay.versions().size();
      int candidate = replay.loop.rollout.look().candidate().orElseThrow().number();

      replay.run(
          FrozenScenario.events(FrozenScenario.EVERY, Set.of()),
          Instant.parse("2001-03-18T12:00:00Z"));

      PipelineRun after = replay.loop.loop.runner().find(before.id()).orElseThrow();
      assertThat(after.status()).isEqualTo(RunStatus.SUCCEEDED);
      assertThat(replay.delay.champion().orElseThrow().number()).isEqualTo(candidate);
      assertThat(replay.delay.versions()).hasSize(versions);
    }
  }

  private static int firstProcess(Path directory) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ContinuousTrainingDemo.class.getName(),
                directory.toString(),
                "until=" + ENDED)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }

  private static String log(Path directory) throws IOException {
    return Files.readString(directory.resolve("log"));
  }
}
