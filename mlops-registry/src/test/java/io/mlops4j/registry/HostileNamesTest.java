package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and manifests made to lead out of a store, or to be taken for something else. */
class HostileNamesTest {
  @TempDir Path root;

  /** Every way out we know of, alone, in front of a name, behind it and around it. */
  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    List<String> evil =
        List.of(
            "",
            " ",
            ".",
            "..",
            "...",
            "/",
            "//",
            "\\",
            "\\\\",
            "../",
            "..\\",
            "./",
            ".\\",
            "~/",
            "%2e%2e",
            "%2e%2e%2f",
            "%2f",
            "%5c",
            "%00",
            "..%2f",
            "..%c0%af",
            "..;/",
            "file:",
            "file:///",
            "http://",
            "jar:file:",
            "C:",
            "C:\\",
            "\\\\?\\",
            "\\\\server\\share",
            "//server/share",
            "\0",
            "a\0b",
            "\n",
            "\r",
            "\r\n",
            "\t",
            "\u001b[31m",
            "\u007f",
            "\u0085",
            "\u00a0",
            "\u202e",
            "\u200b",
            "\u2028",
            "\ufeff",
            "\uff0e\uff0e",
            "\u2024\u2024",
            "\u2215",
            "\u29f8",
            "\u0430",
            "\u0131",
            "\u00e9",
            "e\u0301",
            "\ud83d\ude00",
            "\ud800",
            "*",
            "?",
            "<",
            ">",
            "|",
            "\"",
            "'",
            "`",
            "$",
            "${jndi:x}",
            "$(id)",
            ";",
            "&",
            "#",
            "@",
            "=",
            "+",
            ",",
            "!",
            "^",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ":",
            "::$DATA",
            "x:stream",
            ".git",
            ".htaccess",
            ".tmp",
            ".aside",
            "-/..",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            "/a",
            "/etc/passwd",
            "a\\b");
    for (String part : evil) {
      names.add(part);
      names.add(part + "model");
      names.add("model" + part);
      names.add("a" + part + "b");
    }
    names.add("x".repeat(129));
    names.add("x".repeat(10_000));
    names.removeIf(name -> ObjectStore.KEY_PART.matcher(name).matches());
    return names;
  }

  private List<Path> everything() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.sorted().toList();
    }
  }

  @Test
  void everyEntrance_hostileName_isRefusedAndNothingIsWritten() throws Exception {
    Path inside = root.resolve("deep/store");
    ObjectStore store = ObjectStores.directory(inside);
    ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults());
    RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
    model.register(Models.constant("a"), Lineage.unknown());
    Set<String> names = names();
    assertThat(names).hasSizeGreaterThan(200);
    List<Path> before = everything();
    for (String name : names) {
      List<Runnable> entrances = new ArrayList<>();
      entrances.add(() -> registry.model(name, Models.LOADER));
      entrances.add(() -> model.register(named(name), Lineage.unknown()));
      entrances.add(() -> model.register(Models.constant("a"), Lineage.unknown(), name));
      entrances.add(() -> store.putIfAbsent("runs/" + name + "/../x", new byte[0]));
      entrances.add(() -> store.putIfAbsent("runs/" + name, new byte[0]));
      entrances.add(() -> store.get("runs/" + name));
      entrances.add(() -> store.remove("ephemeral/" + name));
      entrances.add(() -> store.list("runs/" + name));
      for (int i = 0; i < entrances.size(); i++) {
        Runnable entrance = entrances.get(i);
        // A slash between two good parts is a key, not an attack.
        if (i >= 4 && Stream.of(("runs/" + name).split("/", -1)).allMatch(HostileNamesTest::good)) {
          continue;
        }
        assertThatThrownBy(entrance::run)
            .as("entrance %d, name \"%s\"", i, io.mlops4j.core.Text.printable(name, 64))
            .isInstanceOfAny(IllegalArgumentException.class, MlopsException.class)
            .message()
            .doesNotContain("\n", "\u001b", "\u202e")
            .hasSizeLessThan(1_000);
      }
    }
    assertThat(everything()).isEqualTo(before);
    assertThat(model.versions()).hasSize(1);
  }

  private static boolean good(String part) {
    return ObjectStore.KEY_PART.matcher(part).matches();
  }

  private static ModelArtifact named(String file) {
    return new ForwardingArtifact(Models.constant("a")) {
      @Override
      public SortedSet<String> files() {
        return new TreeSet<>(Set.of(file));
      }
    };
  }

  /** What a manifest could say to make a reader open, allocate or believe something. */
  static List<String> manifests() {
    String digest = "a".repeat(64);
    List<String> manifests = new ArrayList<>();
    for (String name : names()) {
      if (Stream.of(name.split("/", -1)).allMatch(HostileNamesTest::good)) {
        continue;
      }
      manifests.add(
          "{\"v\":1,\"format\":\"constant\",\"files\":[{\"name\":"
              + io.mlops4j.core.Json.object().textNode(name)
              + ",\"bytes\":1,\"sha256\":\""
              + digest
              + "\"}],\"lineage\":{}}");
    }
    manifests.addAll(
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{}{}",
            "\u00ff",
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"v\":99}",
            "{\"v\":1,\"v\":1}",
            "{\"v\":1e999999}",
            "{\"v\":NaN}",
            "{\"v\":1,\"files\":\"x\"} trailing",
            "\ufeff\ufeff{}"));
    return manifests;
  }

  @Test
  void load_hostileManifest_isRefusedAndReadsNothingElse() throws Exception {
    Path inside = root.resolve("deep/store");
    ObjectStore store = ObjectStores.directory(inside);
    Files.writeString(root.resolve("secret"), "a");
    ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults());
    RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
    model.register(Models.constant("a"), Lineage.unknown());
    int refused = 0;
    List<String> manifests = manifests();
    for (int i = 0; i < manifests.size(); i++) {
      byte[] manifest = manifests.get(i).getBytes(UTF_8);
      String digest = Digests.sha256(manifest);
      if (i % 7 == 0) {
        store.putIfAbsent(DirectoryObjectStore.blobKey(digest), manifest);
      }
      assertThatThrownBy(() -> Manifest.fromJson(manifest, "manifest " + digest).files().size())
          .as("manifest %d", i)
          .isInstanceOf(MlopsException.class)
          .message()
          .hasSizeLessThan(1_000)
          .doesNotContain("\u001b", "\u202e");
      refused++;
    }
    assertThat(refused).isGreaterThan(200);
    assertThat(ModelRegistryContract.answer(model.version(1).source())).isEqualTo("a");
    assertThat(registry.verify()).isEmpty();
  }
}
