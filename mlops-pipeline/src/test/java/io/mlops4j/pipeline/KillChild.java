package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.registry.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process that works runs off until it is killed: a directory, and how many runs. */
final class KillChild {
  private KillChild() {}

  static Pipeline pipeline(Path effects) {
    Step<String> load =
        Step.named("load").code("1").source(Codec.text(), step -> "rows of " + step.run());
    Step<String> train =
        Step.named("train").code("1").map(load, Codec.text(), (rows, step) -> "model of " + rows);
    Step<String> register =
        Step.named("register")
            .code("1")
            .everyRun()
            .map(
                train,
                Codec.text(),
                (model, step) -> {
                  note(effects, step.request());
                  return "version of " + model;
                });
    Step<String> promote =
        Step.named("promote")
            .code("1")
            .everyRun()
            .map(
                register,
                Codec.text(),
                (version, step) -> {
                  note(effects, step.request());
                  return "promoted " + version;
                });
    return Pipeline.named("kill").steps(promote).build();
  }

  private static void note(Path effects, String request) throws IOException {
    Files.writeString(
        effects, request + "\n", UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    ObjectStore store = ObjectStores.directory(root.resolve("store"));
    try (PipelineRunner runner =
        PipelineRunner.of(pipeline(root.resolve("effects")), store, "pod-1")
            .every(Duration.ofMillis(20))
            .lease(Duration.ofSeconds(20))
            .maxActiveRuns(2)
            .build()
            .start()) {
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        String id = runner.run("r" + i, "child").run();
        runner.whenOver(id).get(60, TimeUnit.SECONDS);
        System.out.println(id);
      }
    }
    System.out.println("all");
  }
}
