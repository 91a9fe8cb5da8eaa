package io.mlops4j.cli;

import static io.mlops4j.cli.Shell.CREDIT_HELD_OUT;
import static io.mlops4j.cli.Shell.HELD_OUT;
import static io.mlops4j.cli.Shell.LINEAR;
import static io.mlops4j.cli.Shell.MODEL;
import static io.mlops4j.cli.Shell.XGBOOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.core.ModelExport;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.serving.OnnxModel;
import io.mlops4j.serving.Predictor;
import io.mlops4j.serving.SwapStep;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line in a JVM of its own, beside a service that follows the registry. */
class ProcessTest {
  private static final Map<String, ?> FLIGHT =
      Map.of(
          "origin", "ORD", "destination", "LGA", "distance", 733.0, "hour", 17.0, "dayOfWeek", 5.0);

  @TempDir Path directory;

  @Test
  void promote_inAnotherProcess_aRunningServiceSwaps() throws Exception {
    Shell shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
    Path policy = directory.resolve("policy.json");
    Files.writeString(
        policy,
        "{\"format\": 1, \"name\": \"p\", \"gates\": [{\"metric\": \"auc\", \"atLeast\": 0.6}]}");
    evaluate(shell, "1");
    assertThat(shell.tell("promote", MODEL, "1", "--policy", policy.toString()).exit()).isZero();
    shell.register(MODEL, XGBOOST);
    evaluate(shell, "2");

    var options = RegistryOptions.withDefaults().withPollInterval(Duration.ofMillis(50));
    CompletableFuture<Integer> swapped = new CompletableFuture<>();
    try (ModelRegistry registry = ModelRegistry.open(shell.registry(), options)) {
      RegisteredModel<Map<String, ?>, Double> delay =
          registry.model(MODEL, OnnxModel.probability(ModelExport.read(LINEAR).schema()));
      try (var predictor =
          Predictor.from(delay.production())
              .swapListener(
                  step -> {
                    if (step.version().number() == 2
                        && step.kind() == SwapStep.Kind.PUBLISH
                        && step.state() == SwapStep.State.DONE) {
                      swapped.complete(2);
                    }
                  })
              .build()) {
        double before = predictor.predict(FLIGHT);

        int exit =
            run(
                path -> true,
                "promote",
                MODEL,
                "2",
                "--policy",
                policy.toString(),
                "--registry",
                shell.registry().toString(),
                "--as",
                "ci");

        assertThat(exit).isZero();
        assertThat(swapped.get(20, TimeUnit.SECONDS)).isEqualTo(2);
        var after = predictor.predictDetailed(FLIGHT);
        assertThat(after.version().number()).isEqualTo(2);
        assertThat(after.output()).isNotCloseTo(before, within(1e-6));
      }
    }
  }

  private static void evaluate(Shell shell, String version) {
    var said =
        shell.tell("evaluate", MODEL, version, "--rows", HELD_OUT.toString(), "--label", "late");
    assertThat(said.exit()).as(said.err()).isZero();
  }

  @Test
  void decide_gateFails_theProcessExitsWithTen() throws Exception {
    Shell shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, LINEAR);
    evaluate(shell, "1");
    Path policy = directory.resolve("policy.json");
    Files.writeString(
        policy,
        "{\"format\": 1, \"name\": \"p\", \"gates\": [{\"metric\": \"auc\", \"above\": 0.9}]}");

    int exit =
        run(
            path -> true,
            "decide",
            MODEL,
            "1",
            "--policy",
            policy.toString(),
            "--registry",
            shell.registry().toString());

    assertThat(exit).isEqualTo(10);
    assertThat(output()).contains("not promoted", "0.614443");
  }

  @Test
  void evaluate_withoutTribuoOnTheClassPath_saysWhatToAdd() throws Exception {
    Shell shell = new Shell(directory.resolve("registry"));
    shell.tell(
        "register",
        "loans",
        "--file",
        CREDIT_HELD_OUT.toString(),
        "--model-format",
        "tribuo",
        "--encoding",
        LINEAR.resolve("encoding.json").toString(),
        "--create");

    int exit =
        run(
            path -> !path.contains("tribuo"),
            "evaluate",
            "loans",
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--label",
            "late",
            "--registry",
            shell.registry().toString(),
            "--as",
            "ci");

    assertThat(exit).isEqualTo(21);
    assertThat(output()).contains("loans:1 is of format tribuo", "mlops-tribuo is not on");
  }

  @Test
  void evaluate_withoutOnnxRuntimeOnTheClassPath_isNoGatesVerdict() throws Exception {
    Shell shell = new Shell(directory.resolve("registry"));
    shell.register(MODEL, XGBOOST);

    int exit =
        run(
            path -> !path.contains("onnxruntime"),
            "evaluate",
            MODEL,
            "1",
            "--rows",
            HELD_OUT.toString(),
            "--label",
            "late",
            "--registry",
            shell.registry().toString(),
            "--as",
            "ci");

    assertThat(exit).isEqualTo(70);
    assertThat(output()).contains("onnxruntime");
  }

  private int run(Predicate<String> on, String... args) throws IOException, InterruptedException {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(on)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            path));
    command.add(Mlops.class.getName());
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("it ended: %s", output()).isTrue();
    return process.exitValue();
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("out"));
  }
}
