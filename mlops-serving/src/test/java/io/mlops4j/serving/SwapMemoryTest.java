package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mlops4j.core.Model;
import io.mlops4j.core.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a service takes after many swaps of a 40 MB model is at most what it took after ten, plus 15
 * %. Measured in a JVM of its own whose heap is resident from the beginning and left out: a leak
 * outside of it cannot hide in the heap. In CI and under -Pproof only.
 */
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
@Timeout(1200)
class SwapMemoryTest {
  private static final int SWAPS = Boolean.getBoolean("mlops4j.proof") ? 1_000 : 12;
  private static final int HEAP_MEGABYTES = 256;
  private static final int ROWS = 1_250_000;
  private static final int COLUMNS = 8;
  private static final Pattern RESIDENT = Pattern.compile("after (\\d+): (\\d+) kB");

  @TempDir Path directory;

  /** Resident kilobytes outside the heap after ten swaps and at the end. */
  private record Resident(long early, long late) {
    double growth() {
      return (double) late / early - 1;
    }
  }

  private Resident after(int swaps, int leaks) throws Exception {
    assumeThat(Files.exists(Path.of("/proc/self/status"))).as("/proc is there").isTrue();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xms" + HEAP_MEGABYTES + "m");
    command.add("-Xmx" + HEAP_MEGABYTES + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:+AlwaysPreTouch");
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(Service.class.getName());
    Path model = directory.resolve("table.onnx");
    if (!Files.exists(model)) {
      Files.write(model, table());
    }
    command.add(model.toString());
    command.add(String.valueOf(swaps));
    command.add(String.valueOf(leaks));
    Path said = directory.resolve("said.txt");
    Process child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(child.waitFor(15, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      child.destroyForcibly();
    }
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertThat(child.exitValue()).as(text).isZero();
    List<Long> found = new ArrayList<>();
    Matcher resident = RESIDENT.matcher(text);
    while (resident.find()) {
      found.add(Long.parseLong(resident.group(2)) - HEAP_MEGABYTES * 1024L);
    }
    assertThat(found).as(text).hasSize(2);
    assertThat(found.get(0)).as("a 40 MB model is in it").isGreaterThan(40_000);
    return new Resident(found.get(0), found.get(1));
  }

  @Test
  void memory_afterManySwapsOfFortyMegabytes_isThatAfterTenPlusFifteenPercent() throws Exception {
    Resident resident = after(SWAPS, 0);
    assertThat(resident.growth()).as("%s", resident).isLessThan(0.15);
  }

  /** Negative control: one model of 40 MB that is not closed is found. */
  @Test
  void memory_oneModelNotClosed_isFound() throws Exception {
    Resident resident = after(12, 1);
    assertThat(resident.growth()).as("%s", resident).isGreaterThan(0.15);
  }

  /** Looks up eight of ten million floats, 40 MB, and answers their mean. */
  private static byte[] table() {
    float[] values = new float[ROWS * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % COLUMNS;
    }
    return Graphs.of(1)
        .floats("table", values, ROWS, COLUMNS)
        .node("Cast", "X", "index", Graphs.integer("to", 7))
        .node("Gather", "table index", "found")
        .node(
            "ReduceMean",
            "found",
            "mean",
            Graphs.integers("axes", 1, 2),
            Graphs.integer("keepdims", 0))
        .output("mean", -1);
  }

  /** Runs in the child. */
  static final class Service {
    private Service() {}

    public static void main(String[] args) throws IOException {
      run(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    }

    private static Model<float[], Double> load(Path file) {
      return OnnxModel.regression(Models.ONE).load(Models.version(0), ModelFiles.of("onnx", file));
    }

    private static void run(Path file, int swaps, int leaks) throws IOException {
      SwitchableSource<float[], Double> source = new SwitchableSource<>();
      source.select(Models.release(1, () -> load(file)));
      List<Model<float[], Double>> leaked = new ArrayList<>();
      try (Predictor<float[], Double> predictor = Predictor.from(source).build()) {
        for (int i = 1; i <= swaps; i++) {
          int number = 1 + i;
          source.select(Models.release(number, () -> load(file)));
          ((ServingPredictor<?, ?>) predictor).awaitLoader();
          if (predictor.predict(Models.row(i)) != 3.5) {
            throw new IllegalStateException("a wrong answer");
          }
          if (i > 10 && leaked.size() < leaks) {
            leaked.add(load(file));
          }
          if (i == 10 || i == swaps) {
            ((ServingPredictor<?, ?>) predictor).awaitLoader();
            System.out.println("after " + i + ": " + resident() + " kB");
          }
        }
        if (predictor.stats().swaps() != swaps || leaked.size() != leaks) {
          throw new IllegalStateException("swaps: " + predictor.stats().swaps());
        }
      }
    }

    private static long resident() throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum();
      }
    }
  }
}
