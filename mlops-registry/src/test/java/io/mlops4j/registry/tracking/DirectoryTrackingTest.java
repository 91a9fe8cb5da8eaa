package io.mlops4j.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Progress;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ObjectStores;
import io.mlops4j.registry.Problem;
import io.mlops4j.registry.RegistryOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTrackingTest extends TrackingContract {
  @TempDir Path root;

  @Override
  ObjectStore openStore() {
    return ObjectStores.directory(root);
  }

  private List<Path> chunks() throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("tracking/runs"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Run threeChunks() {
    Run run = flights.start("trial");
    run.metric("loss", 1);
    run.flush();
    run.metric("loss", 2);
    run.close();
    return run;
  }

  @Test
  void verify_chunkDamagedInTheMiddle_isNamedAndTheRunRefused() throws IOException {
    Run run = threeChunks();
    Files.write(chunks().get(1), new byte[] {1, 2, 3});
    assertThat(reopened().verify(Progress.silent()))
        .extracting(Problem::what)
        .singleElement()
        .asString()
        .contains("chunk 3 of run flights/" + run.id(), "torn or damaged");
    assertThatExceptionOfType(IntegrityException.class)
        .isThrownBy(() -> reopened().experiment("flights").series(run.id(), "loss"));
  }

  @Test
  void find_lastChunkTorn_wasNeverCommittedAndTheNextGoesAfterIt() throws IOException {
    Run run = threeChunks();
    Files.write(chunks().get(2), new byte[0]);
    assertThat(summary(seenElsewhere(run), "loss").points()).isEqualTo(1);
    try (Run again = reopened().experiment("flights").resume(run.id())) {
      again.metric("loss", 3);
    }
    assertThat(flights.series(run.id(), "loss").values()).containsExactly(1, 3);
    assertThat(chunks()).hasSizeGreaterThan(3);
  }

  @Test
  void verify_chunkDeleted_isNamed() throws IOException {
    Run run = threeChunks();
    Files.delete(chunks().get(0));
    assertThat(reopened().verify(Progress.silent()))
        .extracting(Problem::where)
        .contains("run flights/" + run.id());
  }

  @Test
  void collectGarbage_afterDays_keepsWhatRunsReferTo() {
    Run run = flights.start("trial");
    run.artifact("model.bin", new byte[] {1, 2, 3});
    run.close();
    ObjectStore store = ObjectStores.directory(root);
    byte[] nobodys = {9, 9, 9};
    String digest = Digests.sha256(nobodys);
    store.putIfAbsent("blobs/sha256/" + digest.substring(0, 2) + "/" + digest, nobodys);
    VirtualTime later = VirtualTime.startingAt(Instant.now().plus(Duration.ofDays(3)));
    try (ModelRegistry registry =
        ModelRegistry.on(store, RegistryOptions.withDefaults().withTime(later))) {
      registry.collectGarbage(Duration.ofDays(1));
      later.advance(Duration.ofDays(3));
      registry.collectGarbage(Duration.ofDays(1));
    }
    assertThat(flights.artifact(run.id(), "model.bin")).containsExactly(1, 2, 3);
    assertThat(store.list("blobs")).noneMatch(key -> key.endsWith(digest));
    assertThat(reopened().verify(Progress.silent())).isEmpty();
  }

  @Test
  void artifact_damaged_isRefusedAndNamed() throws IOException {
    Run run = flights.start("trial");
    run.artifact("model.bin", new byte[] {1, 2, 3});
    run.close();
    String digest = seenElsewhere(run).artifacts().values().iterator().next().digest();
    Path blob = root.resolve("blobs/sha256/" + digest.substring(0, 2) + "/" + digest);
    Files.write(blob, new byte[] {1, 2, 4});
    assertThatExceptionOfType(IntegrityException.class)
        .isThrownBy(() -> flights.artifact(run.id(), "model.bin"));
    assertThat(reopened().verify(Progress.silent())).hasSize(1);
  }

  @Test
  void run_plainDirectoryCopied_isTheSameElsewhere(@TempDir Path elsewhere) throws IOException {
    Run run = threeChunks();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted().toList()) {
        Path target = elsewhere.resolve(root.relativize(file).toString());
        if (!Files.exists(target)) {
          Files.copy(file, target);
        }
      }
    }
    RunRecord copy = Tracking.open(elsewhere).experiment("flights").find(run.id()).orElseThrow();
    assertThat(copy).isEqualTo(seenElsewhere(run));
  }

  @Test
  void chunk_ofAnotherFormat_isNamed() {
    Run run = threeChunks();
    String day = run.id().substring(0, 8);
    String next = "tracking/runs/flights/" + day + "/" + run.id() + "/0000000004.json";
    store.putIfAbsent(next, "{\"v\":2}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatExceptionOfType(MlopsException.class)
        .isThrownBy(() -> reopened().experiment("flights").find(run.id()))
        .withMessageContaining("format 2");
  }
}
