package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.Digests;
import io.mlops4j.registry.Environment.Artifact;
import io.mlops4j.registry.Environment.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
  @TempDir Path root;

  private Path jar(String name, Map<String, byte[]> entries, Map<String, String> attributes)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
    Path file = root.resolve(name);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue());
      }
    }
    return file;
  }

  private static byte[] pom(String group, String artifact, String version) {
    return ("groupId=" + group + "\nartifactId=" + artifact + "\nversion=" + version + "\n")
        .getBytes(UTF_8);
  }

  private static List<Artifact> read(Object... entries) {
    List<String> names = java.util.Arrays.stream(entries).map(Object::toString).toList();
    return ClassPath.read(String.join(File.pathSeparator, names), 1 << 20).artifacts();
  }

  @Test
  void capture_thisProcess_hasDigestsOfEveryJarAndDirectory() throws IOException {
    Environment here = Environment.capture();
    assertThat(here.jvm()).contains(System.getProperty("java.vm.version"));
    assertThat(here.dependencies()).anyMatch(name -> name.startsWith("slf4j-api-"));
    assertThat(here.artifacts())
        .allSatisfy(artifact -> assertThat(artifact.digest()).matches("[0-9a-f]{64}"))
        .anySatisfy(
            artifact -> assertThat(artifact.coordinates()).startsWith("org.slf4j:slf4j-api:"));
    assertThat(here.settings()).containsKeys("charset", "locale", "processors", "zone");
    assertThat(here.toString()).as("no path").doesNotContain(System.getProperty("user.dir"));
    Environment again = Environment.capture();
    assertThat(again).isEqualTo(here);
    assertThat(again.artifacts()).as("digested once").isSameAs(here.artifacts());
  }

  @Test
  void read_aJar_saysItsCoordinatesAndTheDigestOfItsBytes() throws IOException {
    Path jar =
        jar("x-1.jar", Map.of("META-INF/maven/g/a/pom.properties", pom("g", "a", "1")), Map.of());
    assertThat(read(jar))
        .containsExactly(new Artifact("x-1.jar", "g:a:1", Digests.sha256(Files.readAllBytes(jar))));
  }

  @Test
  void read_aShadedJar_belongsToNoneOfItsParts() throws IOException {
    Path jar =
        jar(
            "all.jar",
            Map.of(
                "META-INF/maven/g/a/pom.properties", pom("g", "a", "1"),
                "META-INF/maven/g/b/pom.properties", pom("g", "b", "2")),
            Map.of());
    assertThat(read(jar).get(0).coordinates()).isEqualTo("UNKNOWN");
  }

  @Test
  void read_aManifest_saysCoordinatesIfThereIsNoPom() throws IOException {
    Path jar =
        jar(
            "m.jar",
            Map.of(),
            Map.of("Bundle-SymbolicName", "org.example.m", "Bundle-Version", "2.1"));
    assertThat(read(jar).get(0).coordinates()).isEqualTo("org.example.m:2.1");
  }

  @Test
  void read_aManifestsClassPath_isFollowedOnce() throws IOException {
    Path second = jar("second.jar", Map.of(), Map.of("Class-Path", "first.jar http://x/y.jar :"));
    Path first = jar("first.jar", Map.of(), Map.of("Class-Path", second.toUri().toString()));
    assertThat(read(first)).extracting(Artifact::name).containsExactly("first.jar", "second.jar");
  }

  @Test
  void read_nestedJars_haveTheirOwnDigest() throws IOException {
    byte[] inner = "not even a jar".getBytes(UTF_8);
    Path app = jar("app.jar", Map.of("BOOT-INF/lib/inner-1.jar", inner), Map.of());
    assertThat(read(app))
        .contains(new Artifact("inner-1.jar", "UNKNOWN", Digests.sha256(inner)))
        .hasSize(2);
  }

  @Test
  void read_aDirectory_changesItsDigestWithNamesAndContents() throws IOException {
    Path classes = Files.createDirectories(root.resolve("classes/a"));
    Files.writeString(classes.resolve("A.class"), "1");
    String before = read(root.resolve("classes")).get(0).digest();
    assertThat(read(root.resolve("classes")).get(0))
        .isEqualTo(new Artifact("classes/", "UNKNOWN", before));
    Files.writeString(classes.resolve("A.class"), "2");
    assertThat(read(root.resolve("classes")).get(0).digest()).isNotEqualTo(before);
    Files.writeString(classes.resolve("A.class"), "1");
    Files.move(classes.resolve("A.class"), classes.resolve("B.class"));
    assertThat(read(root.resolve("classes")).get(0).digest()).isNotEqualTo(before);
  }

  @Test
  void read_whatIsNotThereOrBroken_isLeftOutOrUnknown() throws IOException {
    Path text = Files.writeString(root.resolve("text.jar"), "no jar");
    assertThat(read(root.resolve("none.jar"), "", "\0", text))
        .containsExactly(
            new Artifact("text.jar", "UNKNOWN", Digests.sha256("no jar".getBytes(UTF_8))));
  }

  @Test
  void read_moreThanTheLimit_isUnknownFromThereOn() throws IOException {
    Path big = Files.write(root.resolve("big.jar"), new byte[(1 << 20) + 1]);
    assertThat(read(big)).containsExactly(new Artifact("big.jar", "UNKNOWN", "UNKNOWN"));
  }

  @Test
  void natives_loadedUnderANameOfTheirOwn_areFoundInTheirJar() {
    // Lines as Linux writes them: address, rights, offset, device, inode, path.
    String maps =
        """
        7f0000000000-7f0000001000 r-xp 00000000 08:01 11   /tmp/onnxruntime-java1/libonnxruntime.so (deleted)
        7f0000002000-7f0000003000 r-xp 00000000 08:01 12   /tmp/libxgboost4j7712345.so
        7f0000004000-7f0000005000 r-xp 00000000 08:01 13   /usr/lib/x86_64-linux-gnu/libc.so.6
        7f0000004000-7f0000005000 rw-p 00000000 00:00 0
        7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0    [stack]
        """;
    Map<String, String> jars =
        Map.of(
            "libonnxruntime.so", "com.microsoft.onnxruntime:onnxruntime:1.28.0",
            "libxgboost4j.so", "xgboost4j_2.12-1.jar",
            "libonnxruntime4j_jni.so", "com.microsoft.onnxruntime:onnxruntime:1.28.0");
    assertThat(LoadedNatives.parse(maps))
        .containsExactly("libonnxruntime.so", "libxgboost4j7712345.so");
    assertThat(LoadedNatives.of(LoadedNatives.parse(maps), jars))
        .containsExactlyInAnyOrder(
            new NativeLibrary("libonnxruntime.so", "com.microsoft.onnxruntime:onnxruntime:1.28.0"),
            new NativeLibrary("libxgboost4j.so", "xgboost4j_2.12-1.jar"));
    assertThat(LoadedNatives.of(Set.of(), jars)).isEmpty();
  }

  @Test
  void jar_ofTrainingCode_saysItsCommit() throws IOException {
    String commit = "d".repeat(40);
    byte[] git = ("git.commit.id=" + commit + "\ngit.dirty=true\n").getBytes(UTF_8);
    Path jar =
        jar(
            "train.jar",
            Map.of("git.properties", git, "META-INF/maven/g/a/pom.properties", pom("g", "a", "1")),
            Map.of());
    try (JarFile file = new JarFile(jar.toFile())) {
      assertThat(JarFacts.code(file))
          .contains(
              new Lineage.Code(
                  commit, Lineage.WorkTree.DIRTY, java.util.Optional.empty(), "g:a:1"));
    }
    Path manifest = jar("m.jar", Map.of(), Map.of("SCM-Revision", commit));
    try (JarFile file = new JarFile(manifest.toFile())) {
      assertThat(JarFacts.code(file).orElseThrow().commit()).isEqualTo(commit);
    }
    Path silent = jar("s.jar", Map.of(), Map.of("SCM-Revision", "r123"));
    try (JarFile file = new JarFile(silent.toFile())) {
      assertThat(JarFacts.code(file)).isEmpty();
    }
  }

  @Test
  void code_ofALibraryClass_isItsJar() {
    Lineage.Code code = Lineage.here(org.slf4j.Logger.class).code();
    assertThat(code.artifact()).startsWith("org.slf4j:slf4j-api:");
  }

  @Test
  void code_ofTheCaller_isThisTestsAndNotTheRegistrys() {
    assertThat(CodeCapture.ofTheCaller()).isEqualTo(CodeCapture.of(EnvironmentTest.class));
    assertThat(Lineage.here().code()).isEqualTo(Lineage.here(EnvironmentTest.class).code());
    assertThat(Lineage.here(Object.class).code()).as("a class of the JDK").isNotNull();
  }
}
