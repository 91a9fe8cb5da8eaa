package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A join of more than fits, in a JVM that has no more. */
class JoinMemoryTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final int ROWS = PROOF ? 2_000_000 : 150_000;
  private static final String HEAP = "-Xmx32m";

  record Tick(int n, int key, Instant at, double value) {}

  record Ask(int key, Instant at) {}

  @Test
  void join_moreThanTheHeapHolds_finishes() throws Exception {
    assertThat(child(8)).isEqualTo("rows " + ROWS);
  }

  /** The control: the same without files does not fit. */
  @Test
  void join_memoryBeyondTheHeap_runsOut() throws Exception {
    assertThat(child(4_000)).contains("OutOfMemoryError");
  }

  private static String child(int megabytes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                Integer.toString(ROWS),
                Integer.toString(megabytes))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return said.strip();
  }

  /** Runs in a JVM of its own. */
  static final class Child {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Child() {}

    public static void main(String[] args) {
      int rows = Integer.parseInt(args[0]);
      Schema<Tick> ticks = Schema.of(Tick.class);
      Schema<Ask> asks = Schema.of(Ask.class);
      FeatureView<Tick, Integer> view =
          FeatureView.named("ticks", Entity.of("key", Integer.class), ticks, Tick::key)
              .happened(Tick::at)
              .knownAtOnce()
              .id(tick -> Integer.toString(tick.n()))
              .feature("mean", Aggregate.mean("value"), Window.lastEvents(5))
              .feature("count", Aggregate.count(), Window.within(Duration.ofHours(1)))
              .build();
      Dataset<Tick> events =
          Dataset.of(
              "ticks",
              ticks,
              () ->
                  IntStream.range(0, rows)
                      .mapToObj(n -> new Tick(n, scattered(n) % 997, at(n * 31), n % 100)));
      Dataset<Ask> asked =
          Dataset.of(
              "asks",
              asks,
              () -> IntStream.range(0, rows).mapToObj(n -> new Ask(scattered(n) % 1_009, at(n))));
      try (Stream<FeatureRow<Ask>> joined =
          FeatureSet.of(asks, Ask::at)
              .with(view, Ask::key)
              .join(asked)
              .events(view, events)
              .memory((long) Integer.parseInt(args[1]) << 20)
              .dataset()
              .stream()) {
        long[] count = {0};
        joined.forEachOrdered(row -> count[0]++);
        say(List.of("rows " + count[0]));
      } catch (OutOfMemoryError e) {
        say(List.of("OutOfMemoryError"));
      }
    }

    private static int scattered(int n) {
      return (n * 0x9E3779B1) >>> 4;
    }

    private static Instant at(int n) {
      return START.plusSeconds(scattered(n) % 2_592_000);
    }

    private static void say(List<String> lines) {
      lines.forEach(System.out::println);
    }
  }
}
