package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that ends while native calls are inside, as after {@code kill} or {@code System.exit}, ends
 * with the code it was asked for. ONNX Runtime frees its environment in a shutdown hook of its own,
 * which no other hook can be ordered before.
 */
@Timeout(300)
class ExitUnderLoadTest {
  private static final int ROUNDS = Boolean.getBoolean("mlops4j.proof") ? 60 : 3;
  private static final int ASKED = 7;

  @TempDir Path directory;

  private int exitCodeOf(String how) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:ErrorFile=" + directory.resolve("crash.log"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Service.class.getName());
    command.add(how);
    Path said = directory.resolve("said.txt");
    Process child =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(directory.resolve("crash.log")).as(text(said)).doesNotExist();
    assertThat(text(said)).contains("under load");
    return child.exitValue();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  @Test
  void exit_callsInsideTheModel_endsWithTheCodeAskedFor() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(exitCodeOf("open")).as("round %s", round).isEqualTo(ASKED);
    }
  }

  @Test
  void exit_whileThePredictorCloses_endsWithTheCodeAskedFor() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      assertThat(exitCodeOf("closing")).as("round %s", round).isEqualTo(ASKED);
    }
  }

  /** Negative control: a code that was not asked for is seen. */
  @Test
  void exit_byTheSystemInstead_isNoticed() throws Exception {
    assertThat(exitCodeOf("halt")).isNotEqualTo(ASKED);
  }

  /** Runs in the child. */
  static final class Service {
    private static final int CALLERS = 4;

    private Service() {}

    public static void main(String[] args) throws InterruptedException {
      Predictor<float[], Double> predictor =
          Predictor.of(OnnxModel.probability(Models.THIRTY).load(Models.file("mlp.onnx")))
              .microBatching(MicroBatching.withDefaults())
              .build();
      CountDownLatch busy = new CountDownLatch(CALLERS * 500);
      for (int i = 0; i < CALLERS; i++) {
        boolean async = i % 2 == 1;
        Thread caller = new Thread(() -> call(predictor, busy, async));
        caller.setDaemon(i < 3);
        caller.start();
      }
      busy.await();
      System.out.println("under load");
      switch (args[0]) {
        case "open" -> System.exit(ASKED);
        case "closing" -> {
          new Thread(predictor::close).start();
          System.exit(ASKED);
        }
        default -> Runtime.getRuntime().halt(ASKED + 1);
      }
    }

    private static void call(
        Predictor<float[], Double> predictor, CountDownLatch busy, boolean async) {
      List<float[]> rows = List.of(new float[30], new float[30], new float[30]);
      try {
        while (true) {
          if (async) {
            predictor.predictAll(rows);
            predictor.predictAsync(rows.get(0)).join();
          } else {
            predictor.predict(rows.get(0));
          }
          busy.countDown();
        }
      } catch (RuntimeException e) {
        // Closed: the end.
      }
    }
  }
}
