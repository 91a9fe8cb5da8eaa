package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The whole contract again where names are claimed by exclusive creation. */
class NoHardLinksTest extends DirectoryRegistryTest {
  private static final class NoLinks extends Disk {
    @Override
    void link(Path link, Path existing) throws IOException {
      throw new UnsupportedOperationException("no hard links");
    }
  }

  @Override
  int many() {
    return 50;
  }

  @Override
  Disk disk() {
    return new NoLinks();
  }

  @Test
  void get_claimThatIsNotFilled_isUnknownWhileYoungAndTornWhenOld() throws Exception {
    DirectoryObjectStore store = DirectoryObjectStore.open(root, new NoLinks(), Time.system());
    Path claim = Files.createFile(root.resolve("claim"));
    assertThatThrownBy(() -> store.get("claim"))
        .isInstanceOf(MlopsException.class)
        .isNotInstanceOf(IntegrityException.class)
        .hasMessageContaining("still being written");
    Files.setLastModifiedTime(claim, FileTime.from(Instant.now().minus(Duration.ofMinutes(2))));
    assertThatThrownBy(() -> store.get("claim")).isInstanceOf(IntegrityException.class);
  }

  @Test
  void putIfAbsent_manyThreads_oneWinsEachTime() throws Exception {
    DirectoryObjectStore store = DirectoryObjectStore.open(root, new NoLinks(), Time.system());
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int round = 0; round < 50; round++) {
      String key = "round/" + round;
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        byte[] value = ("t" + t).getBytes(UTF_8);
        tasks.add(() -> store.putIfAbsent(key, value));
      }
      int won = 0;
      for (Future<Boolean> result : threads.invokeAll(tasks)) {
        won += result.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
      assertThat(store.get(key)).isPresent();
    }
    threads.shutdown();
  }
}
