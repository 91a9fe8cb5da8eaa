package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.Model;
import io.mlops4j.registry.ObjectStores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * A pipeline in an executable jar, run as a process by Spring Boot's own launcher: which steps run
 * again when the jar is built again. Three processes take some seconds, so CI's second pass runs
 * it; {@link CodeIdentityTest} has the same rules in one process.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@EnabledIfSystemProperty(named = "mlops4j.ci", matches = "true")
class BootJarTest {
  private static final String APP =
      """
      package app;

      import io.mlops4j.pipeline.*;
      import io.mlops4j.registry.ObjectStores;
      import java.nio.file.Path;

      public final class App {
        private static String did(String step) {
          System.out.println(step);
          return "WORD";
        }

        public static void main(String[] args) {
          Step<String> load = Step.named("load").code("1").source(Codec.text(), step -> "rows");
          Step<String> own =
              Step.named("own").map(load, Codec.text(), (rows, step) -> did("own"));
          Step<String> library =
              Step.named("library")
                  .code(lib.Trainer.class)
                  .map(load, Codec.text(), (rows, step) -> did("library"));
          try (PipelineRunner runner =
              PipelineRunner.of(
                      Pipeline.named("boot").steps(own, library).build(),
                      ObjectStores.directory(Path.of(args[0])),
                      "pod-1")
                  .executor(Runnable::run)
                  .build()
                  .start()) {
            String run = runner.run(args[1], "").run();
            System.out.println(runner.find(run).orElseThrow().status());
          }
        }
      }
      """;
  private static final String TRAINER =
      """
      package lib;

      public final class Trainer {
        double rate() {
          return 0.1;
        }
      }
      """;

  @TempDir Path directory;
  private int runs;

  @Test
  void map_executableJarBuiltAgain_onlyStepsWhoseCodeChangedRunAgain() throws Exception {
    Path library = directory.resolve("trainer");
    assertThat(Sources.compile(library, "lib.Trainer", TRAINER)).isEmpty();
    Path classes = directory.resolve("classes");
    assertThat(Sources.compile(classes, "app.App", APP, library)).isEmpty();
    assertThat(run(classes, library)).containsExactly("own", "library", "SUCCEEDED");

    // Each jar is of another day, and with another version of a library that neither is written in.
    String faster = TRAINER.replace("0.1", "0.2");
    assertThat(Sources.compile(library, "lib.Trainer", faster)).isEmpty();
    assertThat(run(classes, library)).containsExactly("library", "SUCCEEDED");

    String other = APP.replace("WORD", "OTHER");
    assertThat(Sources.compile(classes, "app.App", other, library)).isEmpty();
    assertThat(run(classes, library)).containsExactly("own", "SUCCEEDED");
  }

  private List<String> run(Path classes, Path library) throws Exception {
    runs++;
    Path jar = directory.resolve("the app.jar");
    build(classes, library).write(jar);
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-jar",
                jar.toString(),
                directory.resolve("store").toString(),
                "r" + runs)
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      List<String> lines = out.lines().toList();
      assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private BootJar build(Path classes, Path library) throws IOException {
    Path unrelated = Files.createDirectories(directory.resolve("unrelated"));
    Files.writeString(unrelated.resolve("version"), "1." + runs);
    BootJar jar =
        new BootJar("app.App", classes, TimeUnit.DAYS.toMillis(20_000 + runs))
            .with("trainer.jar", library)
            .with("unrelated.jar", unrelated);
    for (Class<?> used :
        List.of(
            Step.class,
            ObjectStores.class,
            Model.class,
            Logger.class,
            ObjectMapper.class,
            JsonParser.class,
            JsonInclude.class)) {
      jar.with(used);
    }
    return jar;
  }
}
