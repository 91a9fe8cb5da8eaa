package io.mlops4j.pipeline.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that scores with a real ONNX model and is killed -9 again and again. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class KilledJobTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int KILLS = Integer.getInteger("mlops4j.kills", PROOF ? 1_000 : 4);
  private static final Path ROWS = Path.of("../examples/from-python/data/flights-heldout.csv");

  @TempDir Path directory;
  private Path input = Path.of("");

  @BeforeEach
  void writeInput() throws IOException {
    List<String> lines = Files.readAllLines(ROWS);
    StringBuilder text = new StringBuilder(lines.get(0)).append('\n');
    for (int i = 0; i < 30_000; i++) {
      String line = lines.get(1 + i % (lines.size() - 1));
      text.append(i % 997 == 5 ? "\"JFK\n" + i + "\",too few" : line).append('\n');
    }
    input = Ride.write(directory.resolve("in.csv"), text.toString());
  }

  @Test
  void run_killedAtRandomPoints_theOutputIsThatOfAnUninterruptedRun() throws Exception {
    for (String ending : new String[] {".csv", ".jsonl"}) {
      Path whole = directory.resolve("whole" + ending);
      Path rejects = directory.resolve("whole-rejects" + ending);
      assertThat(KilledJob.job(input, whole, rejects).run().rejected()).isEqualTo(31);
      Random random = new Random(20261126);
      int kills = 0;
      int jobs = 0;
      int resumed = 0;
      while (kills < KILLS / 2 && jobs < KILLS) {
        Path out = directory.resolve("out" + jobs + ending);
        Path bad = directory.resolve("bad" + jobs + ending);
        jobs++;
        int before = kills;
        // At most twelve kills a job, so that jobs end, too.
        while (kills - before < 12 && kills < KILLS / 2 && killed("sound", out, bad, random)) {
          kills++;
        }
        BatchResult result = KilledJob.job(input, out, bad).run();
        assertThat(Files.mismatch(whole, out))
            .as("job %d after %d kills", jobs, kills)
            .isEqualTo(-1);
        assertThat(Files.mismatch(rejects, bad)).as("rejects of job %d", jobs).isEqualTo(-1);
        assertThat(result.records()).isEqualTo(30_000);
        resumed += result.resumedAt() > 0 ? 1 : 0;
        Files.delete(out);
      }
      // Children that never got to work, or were never hit, would prove nothing.
      assertThat(kills).isEqualTo(KILLS / 2);
      assertThat(resumed).isPositive();
    }
  }

  @Test
  void run_writerWithoutTheDiscipline_isCaught() throws Exception {
    Random random = new Random(3);
    Path whole = directory.resolve("naive-whole");
    String rows = Ride.read(ROWS);
    Ride.write(input, rows + rows.substring(rows.indexOf('\n') + 1).repeat(20));
    KilledJob.naive(input, whole, done -> {});
    boolean caught = false;
    for (int i = 0; i < 10 && !caught; i++) {
      Path out = directory.resolve("naive" + i);
      killed("naive", out, out, random);
      KilledJob.naive(input, out, done -> {});
      caught = Files.mismatch(whole, out) != -1;
    }
    assertThat(caught).isTrue();
  }

  /** Runs a job in a process and kills it some time after some chunks; false if it ended before. */
  private boolean killed(String kind, Path out, Path bad, Random random) throws IOException {
    Process child = start(kind, out, bad);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
      int chunks = random.nextInt(12);
      String line = "";
      for (int i = 0; i <= chunks && line != null && !line.equals("end"); i++) {
        line = lines.readLine();
      }
      LockSupport.parkNanos(random.nextInt(4_000_000));
      boolean running = line != null && !line.equals("end");
      child.toHandle().destroyForcibly();
      for (line = lines.readLine(); line != null; line = lines.readLine()) {
        running &= !line.equals("end");
      }
      return running;
    } finally {
      child.destroyForcibly();
    }
  }

  private Process start(String kind, Path out, Path bad) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            KilledJob.class.getName(),
            kind,
            input.toString(),
            out.toString(),
            bad.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
