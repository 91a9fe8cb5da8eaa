package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.evaluation.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyBookTest {
  private static GatePolicy policy(int rows) {
    return GatePolicy.named("p").require(Gate.metric(Metric.AUC).atLeast(0.5)).withMinRows(rows);
  }

  @Test
  void publish_manyProcessesAtOnce_eachContentHasOneNumber(@TempDir Path root) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<List<PolicyVersion>>> all = new ArrayList<>();
    try (ModelRegistry one = ModelRegistry.open(root);
        ModelRegistry two = ModelRegistry.open(root)) {
      for (int t = 0; t < 4; t++) {
        ModelRegistry mine = t < 2 ? one : two;
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  return IntStream.rangeClosed(1, 5)
                      .mapToObj(rows -> mine.publish(policy(rows)))
                      .toList();
                }));
      }
      start.countDown();
      List<PolicyVersion> first = all.get(0).get();
      for (Future<List<PolicyVersion>> other : all) {
        assertThat(other.get()).isEqualTo(first);
      }
      assertThat(one.policies("p"))
          .extracting(PolicyVersion::number)
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 5).boxed().toList());
      assertThat(one.verify()).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  /** A record whose writer died keeps its number; the policy gets the next one. */
  @Test
  void publish_afterATornRecord_takesTheNextNumber() {
    ObjectStore store = ObjectStore.inMemory();
    ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults());
    registry.publish(policy(1));
    String first = store.list("policies").get(0);
    store.putIfAbsent(first.replace("000001", "000002"), new byte[] {'{'});
    assertThat(registry.publish(policy(2)).number()).isEqualTo(3);
    assertThat(registry.policies("p")).extracting(PolicyVersion::number).containsExactly(1, 3);
    assertThat(registry.verify())
        .singleElement()
        .asString()
        .contains("Record 2 is torn or damaged; it counts as not stored.");
  }
}
