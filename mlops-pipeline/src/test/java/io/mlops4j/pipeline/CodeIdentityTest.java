package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The step cache goes by content: when code changes, steps run again. */
class CodeIdentityTest {
  private final List<String> did = new ArrayList<>();

  private Pipeline pipeline(Step.Builder train) {
    Step<String> load = Step.named("load").source(Codec.text(), step -> "rows");
    return Pipeline.named("p")
        .steps(
            train.map(
                load,
                Codec.text(),
                (rows, step) -> {
                  did.add("train");
                  return "model";
                }))
        .build();
  }

  @Test
  void map_otherCodeVersion_runsAgainAndTheSameDoesNot() {
    try (Bench bench = new Bench()) {
      int run = 0;
      for (String version : List.of("1", "1", "2", "1")) {
        try (PipelineRunner runner =
            bench.runner(pipeline(Step.named("train").code(version))).start()) {
          runner.run("r" + run++, "");
        }
      }
      assertThat(did).as("versions 1 and 2, once each").hasSize(2);
    }
  }

  @Test
  void map_codeOfAnotherClass_runsAgain() {
    try (Bench bench = new Bench()) {
      int run = 0;
      // Of the tests' directory, of a class in it, and of the library's.
      for (Class<?> written :
          List.of(CodeIdentityTest.class, CodeIdentityTest.class, Box.class, Pipeline.class)) {
        try (PipelineRunner runner =
            bench.runner(pipeline(Step.named("train").code(written))).start()) {
          runner.run("r" + run++, "");
        }
      }
      assertThat(did).hasSize(3);
    }
  }

  @Test
  void digest_anyChangeOfAnyClass_isAnother(@TempDir Path directory) throws Exception {
    Path classes = Files.createDirectories(directory.resolve("io/flights"));
    Path trainer = Files.write(classes.resolve("Trainer.class"), new byte[] {1, 2, 3});
    Files.write(classes.resolve("Features.class"), new byte[] {4});
    Set<String> seen = new HashSet<>();
    String first = CodeIdentity.digest(directory);
    seen.add(first);

    Files.writeString(classes.resolve("notes.txt"), "no code");
    assertThat(CodeIdentity.digest(directory)).isEqualTo(first);
    Files.write(trainer, new byte[] {1, 2, 4});
    seen.add(CodeIdentity.digest(directory));
    Files.write(classes.resolve("Added.class"), new byte[0]);
    seen.add(CodeIdentity.digest(directory));
    Files.move(trainer, classes.resolve("Renamed.class"));
    seen.add(CodeIdentity.digest(directory));
    // What moves from one file to the next is not the same either.
    Files.write(classes.resolve("Added.class"), new byte[] {4});
    Files.write(classes.resolve("Features.class"), new byte[0]);
    seen.add(CodeIdentity.digest(directory));
    assertThat(seen).hasSize(5);

    Path jar = Files.write(directory.resolve("code.jar"), new byte[] {1});
    String before = CodeIdentity.digest(jar);
    Files.write(jar, new byte[] {2});
    assertThat(CodeIdentity.digest(jar)).isNotEqualTo(before);
  }

  @Test
  void place_jarInAJar_isTheOuterFile() {
    Path app = Path.of("/srv/the app.jar");
    for (String location :
        List.of(
            "file:/srv/the%20app.jar",
            "jar:file:/srv/the%20app.jar!/",
            "jar:file:/srv/the%20app.jar!/BOOT-INF/lib/mlops-pipeline.jar!/",
            "jar:nested:/srv/the%20app.jar/!BOOT-INF/classes/!/",
            "jar:nested:/srv/the%20app.jar/!BOOT-INF/lib/mlops-pipeline.jar!/")) {
      assertThat(CodeIdentity.place(URI.create(location))).as(location).isEqualTo(app);
    }
    assertThatThrownBy(() -> CodeIdentity.place(URI.create("jar:memory:x!/")))
        .isInstanceOfAny(IllegalArgumentException.class, FileSystemNotFoundException.class);
  }
}
