package io.mlops4j.examples.flightdelay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.tribuo.TribuoModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each step in a JVM of its own: everything it needs was left on disk by the one before. */
class TwoProcessesTest {
  @TempDir Path directory;

  @Test
  void steps_eachInItsOwnProcess_buildOnWhatTheOneBeforeLeft() throws Exception {
    assertThat(step("train")).contains("flight-delay:1 is in production");
    assertThat(step("challenge")).contains("flight-delay:2 against flight-delay:1");
    assertThat(step("serve"))
        .contains("90 % of the routes get flight-delay:2")
        .containsPattern("Failed requests +0\\n");

    try (ModelRegistry registry = ModelRegistry.open(directory.resolve("registry"))) {
      RegisteredModel<Flight, Double> delay =
          registry.model(
              "flight-delay",
              OnnxModel.probability(FlightData.FLIGHT),
              TribuoModel.probability(FlightData.FLIGHT));
      assertThat(delay.champion()).isPresent();
      assertThat(delay.versions()).hasSizeGreaterThanOrEqualTo(2);
      assertThat(registry.verify()).isEmpty();
    }
  }

  @Test
  void serve_nothingLeftByAnEarlierProcess_saysSo() throws Exception {
    assertThat(step("serve")).contains("Nothing is in production");
  }

  private String step(String name) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xmx600m");
    command.add("-Djava.util.logging.config.file=" + System.getProperty(LOGGING));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(FlightDelayDemo.class.getName());
    command.addAll(List.of(directory.toString(), name, "every=20"));
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    process.destroyForcibly();
    String output = java.nio.file.Files.readString(log, StandardCharsets.UTF_8);
    assertThat(ended).as("step %s ended: %s", name, output).isTrue();
    assertThat(process.exitValue()).as("step %s: %s", name, output).isZero();
    return output;
  }

  private static final String LOGGING = "java.util.logging.config.file";
}
