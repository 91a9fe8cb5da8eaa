package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process on a real directory, killed with SIGKILL again and again. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class KillTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int KILLS = PROOF ? 100 : 3;
  private static final int RUNS = KILLS * 8;

  @Test
  void runs_processKilledAtRandomPoints_allSucceedAndEachEffectIsAskedForUnderOneName(
      @TempDir Path root) throws Exception {
    Random random = new Random(20261126);
    Set<String> acknowledged = new TreeSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      Process child = start(root);
      try (BufferedReader out = child.inputReader(UTF_8)) {
        // Lines of runs that were over before come at once; a few new ones, then somewhere between.
        for (int line = acknowledged.size() + random.nextInt(4); line >= 0; line--) {
          acknowledge(out.readLine(), acknowledged);
        }
        LockSupport.parkNanos(random.nextInt(30_000_000));
        child.toHandle().destroyForcibly();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          acknowledge(line, acknowledged);
        }
      } finally {
        child.destroyForcibly();
      }
    }
    Process last = start(root);
    List<String> lines = last.inputReader(UTF_8).lines().toList();
    assertThat(last.waitFor()).isZero();
    assertThat(lines).hasSize(RUNS + 1).endsWith("all").containsAll(acknowledged);
    assertSound(root, lines.subList(0, RUNS));
  }

  private static void acknowledge(String line, Set<String> acknowledged) {
    assertThat(line).as("the child ended by itself").isNotNull();
    // The last line may have been cut.
    if (line.matches("\\d{8}T\\d{6}Z-[0-9a-f]{12}-1")) {
      acknowledged.add(line);
    }
  }

  private static void assertSound(Path root, List<String> runs) throws IOException {
    List<String> effects = Files.readAllLines(root.resolve("effects"));
    Set<String> distinct = new TreeSet<>(effects);
    assertThat(distinct).hasSize(2 * RUNS);
    assertThat(effects.size() - distinct.size())
        .as("effects asked for again: at most one for each active run and kill")
        .isLessThanOrEqualTo(2 * KILLS);
    try (PipelineRunner runner =
        PipelineRunner.of(
                KillChild.pipeline(root.resolve("effects")),
                ObjectStores.directory(root.resolve("store")),
                "reader")
            .build()) {
      for (String id : runs) {
        PipelineRun run = runner.find(id).orElseThrow();
        assertThat(run.status()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(run.notDeterministic()).isEmpty();
        assertThat(distinct).contains(id + ".register", id + ".promote");
      }
      assertThat(runner.runs(RUNS + 1)).hasSize(RUNS);
    }
  }

  private static Process start(Path root) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-cp",
            classPath,
            KillChild.class.getName(),
            root.toString(),
            Integer.toString(RUNS))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
