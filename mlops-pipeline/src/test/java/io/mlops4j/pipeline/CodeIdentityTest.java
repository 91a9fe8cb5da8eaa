package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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

  private static String digest(Path file) {
    return CodeIdentity.digest(new CodeIdentity.Place(file, ""));
  }

  @Test
  void digest_anyChangeOfAnyClass_isAnother(@TempDir Path directory) throws Exception {
    Path classes = Files.createDirectories(directory.resolve("io/flights"));
    Path trainer = Files.write(classes.resolve("Trainer.class"), new byte[] {1, 2, 3});
    Files.write(classes.resolve("Features.class"), new byte[] {4});
    Set<String> seen = new HashSet<>();
    String first = digest(directory);
    seen.add(first);

    Files.writeString(classes.resolve("notes.txt"), "no code");
    assertThat(digest(directory)).isEqualTo(first);
    Files.write(trainer, new byte[] {1, 2, 4});
    seen.add(digest(directory));
    Files.write(classes.resolve("Added.class"), new byte[0]);
    seen.add(digest(directory));
    Files.move(trainer, classes.resolve("Renamed.class"));
    seen.add(digest(directory));
    // What moves from one file to the next is not the same either.
    Files.write(classes.resolve("Added.class"), new byte[] {4});
    Files.write(classes.resolve("Features.class"), new byte[0]);
    seen.add(digest(directory));
    assertThat(seen).hasSize(5);

    Path jar = Files.write(directory.resolve("code.jar"), new byte[] {1});
    String before = digest(jar);
    Files.write(jar, new byte[] {2});
    assertThat(digest(jar)).isNotEqualTo(before);
  }

  @Test
  void digest_partOfAJar_isThatOfThePartAlone(@TempDir Path directory) throws Exception {
    Path jar = directory.resolve("app.jar");
    Set<String> ofClasses = new HashSet<>();
    Set<String> ofLibrary = new HashSet<>();
    Set<String> ofNothing = new HashSet<>();
    for (String[] content :
        new String[][] {{"a", "x", "1"}, {"a", "x", "2"}, {"b", "x", "2"}, {"b", "y", "2"}}) {
      try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
        String[] names = {"BOOT-INF/classes/A.class", "BOOT-INF/lib/l.jar", "BOOT-INF/lib/m.jar"};
        for (int i = 0; i < names.length; i++) {
          out.putNextEntry(new ZipEntry(names[i]));
          out.write(content[i].getBytes(US_ASCII));
        }
      }
      ofClasses.add(CodeIdentity.digest(new CodeIdentity.Place(jar, "BOOT-INF/classes")));
      ofLibrary.add(CodeIdentity.digest(new CodeIdentity.Place(jar, "BOOT-INF/lib/l.jar")));
      // Where the part is not found, too much is better than nothing.
      ofNothing.add(CodeIdentity.digest(new CodeIdentity.Place(jar, "BOOT-INF/lib/n.jar")));
    }
    assertThat(ofClasses).hasSize(2);
    assertThat(ofLibrary).hasSize(2);
    assertThat(ofNothing).hasSize(4);
  }

  @Test
  void place_jarInAJar_isTheOuterFileAndThePart() {
    Path app = Path.of("/srv/the app.jar");
    Map.of(
            "file:/srv/the%20app.jar", "",
            "jar:file:/srv/the%20app.jar!/", "",
            "jar:file:/srv/the%20app.jar!/BOOT-INF/classes!/", "BOOT-INF/classes",
            "jar:file:/srv/the%20app.jar!/BOOT-INF/lib/l.jar!/", "BOOT-INF/lib/l.jar",
            "jar:nested:/srv/the%20app.jar/!BOOT-INF/classes/!/", "BOOT-INF/classes",
            "jar:nested:/srv/the%20app.jar/!BOOT-INF/lib/l.jar!/", "BOOT-INF/lib/l.jar")
        .forEach(
            (location, part) ->
                assertThat(CodeIdentity.Place.of(URI.create(location)))
                    .as(location)
                    .isEqualTo(new CodeIdentity.Place(app, part)));
    assertThatThrownBy(() -> CodeIdentity.Place.of(URI.create("jar:memory:x!/")))
        .isInstanceOfAny(IllegalArgumentException.class, FileSystemNotFoundException.class);
  }
}
