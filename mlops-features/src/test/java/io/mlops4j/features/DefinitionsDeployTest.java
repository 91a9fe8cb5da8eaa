package io.mlops4j.features;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * A rolling deploy of a feature's definition: two processes, the older with the older definition,
 * write the same events into one database, at the same time and in different orders.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
class DefinitionsDeployTest {
  private static final int ROUNDS = Boolean.getBoolean("mlops4j.proof") ? 20 : 5;

  @Test
  void write_oldAndNewDefinitionAtOnce_eachReadsItsOwnAndRefusesTheOthers() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (Instance old = Instance.start("old", "serve", round);
          Instance young = Instance.start("new", old.line("url "), round)) {
        write(old, young);
        List<String> olds = values(old);
        List<String> news = values(young);
        assertThat(olds).as("round %d", round).isEqualTo(old.all("expected"));
        assertThat(news).as("round %d", round).isEqualTo(young.all("expected"));
        assertThat(olds).as("the definitions differ where it shows").isNotEqualTo(news);

        String learned = old.ask("encoding");
        assertThat(old.ask("bind " + learned)).isEqualTo("width 1");
        assertThat(young.ask("bind " + learned))
            .startsWith("refused Feature mean was computed in training by definition ");
        assertThat(old.ask("bind " + young.ask("encoding"))).startsWith("refused Feature mean");

        // The deploy is over: what the older definition left is cleared.
        assertThat(young.ask("clear " + old.ask("table"))).isEqualTo("cleared");
        assertThat(values(young)).isEqualTo(news);
        assertThat(values(old)).isNotEqualTo(olds);
      }
    }
  }

  /** The control: a store that keeps both under one name mixes them, and this test sees it. */
  @Test
  void write_storeThatKeepsBothInOneTable_isCaught() throws Exception {
    try (Instance old = Instance.start("old", "serve-mixed", 0);
        Instance young = Instance.start("new-mixed", old.line("url "), 0)) {
      assertThat(young.ask("write")).startsWith("wrote ");
      assertThat(values(young)).isEqualTo(young.all("expected"));
      assertThat(old.ask("write")).startsWith("wrote ");
      assertThat(values(old)).as("read in the other's unit").isNotEqualTo(old.all("expected"));
    }
  }

  private static void write(Instance old, Instance young) throws IOException {
    old.tell("write");
    young.tell("write");
    assertThat(old.line("wrote ")).isNotEqualTo("0");
    assertThat(young.line("wrote ")).isNotEqualTo("0");
  }

  private static List<String> values(Instance instance) throws IOException {
    return instance.all("read");
  }

  /** One process of the fleet; it does what it is told, a line at a time. */
  private record Instance(Process process, BufferedReader out, PrintStream in)
      implements AutoCloseable {
    static Instance start(String definition, String where, int seed) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Xmx128m",
                  "-Dh2.bindAddress=127.0.0.1",
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  DefinitionsWriter.class.getName(),
                  definition,
                  where,
                  Integer.toString(seed))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new Instance(
          process,
          process.inputReader(UTF_8),
          new PrintStream(process.getOutputStream(), true, UTF_8));
    }

    void tell(String command) {
      in.println(command);
    }

    /** The rest of the next line, which must begin so. */
    String line(String start) throws IOException {
      String line = out.readLine();
      assertThat(line).as("answer of %s", process).startsWith(start);
      return line.substring(start.length());
    }

    String ask(String command) throws IOException {
      tell(command);
      return line("");
    }

    List<String> all(String command) throws IOException {
      return List.of(ask(command).split(";", -1));
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
