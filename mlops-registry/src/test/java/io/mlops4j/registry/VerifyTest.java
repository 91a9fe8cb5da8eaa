package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
  /** Every byte under -Pproof, else every 17th, beginning elsewhere in each file. */
  private static final int STEP = Boolean.getBoolean("mlops4j.proof") ? 1 : 17;

  @TempDir Path root;

  private ObjectStore store() {
    return DirectoryObjectStore.open(
        root, new TestDisk(TestDisk.Fault.NONE, Integer.MAX_VALUE), Time.system());
  }

  private ModelRegistry registry() {
    return ModelRegistry.on(store(), RegistryOptions.withDefaults(), 3);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** A store with everything there is: two models, a promotion, checkpoints, a run, a leftover. */
  private void fill() {
    ModelRegistry registry = registry();
    RegisteredModel<String, String> model = registry.model("Delay", Models.LOADER);
    Models.champion(model, "a", 0.7);
    model.recordCheck(1, Models.passing("mine", model.version(1)));
    model.recordLatency(1, Models.latency(model.version(1), 1000));
    model.freezePromotions("release");
    registry.model("b", Models.LOADER).register(Models.constant("b"), Lineage.unknown());
    store().putIfAbsent("runs/1", "{\"v\":1}".getBytes(UTF_8));
    store().putIfAbsent("ephemeral/fleet/Delay/pod", "{\"v\":1}".getBytes(UTF_8));
    new Blobs(store()).put("unreferenced".getBytes(UTF_8), "x");
  }

  @Test
  void verify_everyByteOfEveryFileChanged_isFoundAndTheObjectNamed() throws Exception {
    fill();
    assertThat(registry().verify()).isEmpty();
    List<Path> files = files(root);
    assertThat(files).hasSizeGreaterThan(20);
    int changed = 0;
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      String name = String.valueOf(file.getFileName());
      for (int i = files.indexOf(file) % STEP; i < good.length; i += STEP) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) (1 << (i % 8));
        Files.write(file, bad);
        assertThat(registry().verify().toString())
            .as("byte %d of %s", i, root.relativize(file))
            .contains(naming(file, name));
        changed++;
      }
      Files.write(file, good);
    }
    assertThat(changed).isGreaterThan(5_000 / STEP);
    assertThat(registry().verify()).isEmpty();
  }

  @Test
  void verify_aliasWhoseRecordWasDeletedOrRedirected_isNamed() throws Exception {
    fill();
    RegisteredModel<String, String> model = registry().model("Delay", Models.LOADER);
    model.select().point("shadow", 1, "first");
    model.select().point("shadow", 1, "second");
    model.select().point("canary", 1, "first");
    assertThat(registry().verify()).isEmpty();
    store()
        .putIfAbsent(
            "aliases/Delay/bad/000001.json", "{\"alias\":\"bad\",\"version\":7}".getBytes(UTF_8));
    store()
        .putIfAbsent(
            "aliases/Delay/canary/000002.json",
            "{\"alias\":\"shadow\",\"version\":1}".getBytes(UTF_8));
    assertThat(registry().verify())
        .extracting(Problem::toString)
        .satisfiesExactlyInAnyOrder(
            bad -> assertThat(bad).contains("aliases/Delay/bad", "version 7; there are 1"),
            moved -> assertThat(moved).contains("canary/000002", "\"shadow\""));
    for (Path file : files(root)) {
      if (file.toString().contains("shadow") && file.toString().contains("000001")) {
        Files.delete(file);
      }
    }
    assertThat(registry().verify().toString()).contains("shadow/000001.json", "was deleted");
  }

  @Test
  void verify_progress_comesToItsEndInModelsAndInObjects() {
    fill();
    List<String> told = new java.util.ArrayList<>();
    registry()
        .verify(java.util.Map.of(), (what, done, total) -> told.add(what + done + "/" + total));
    int objects = store().list("").size();
    assertThat(told)
        .startsWith("models1/2", "models2/2", "objects1/" + objects)
        .endsWith("objects" + objects + "/" + objects)
        .hasSize(2 + objects);
  }

  /** What a problem about a file says, at least. */
  private static String naming(Path file, String name) {
    if (file.toString().contains("/log/")) {
      return (file.toString().contains("delay=1") ? "Delay" : "log record 1 of b");
    }
    if (file.toString().contains("/policies/")) {
      return "policy ";
    }
    return name.length() == 64 ? name : name.equals("delay=1") ? "names/Delay" : name;
  }
}
