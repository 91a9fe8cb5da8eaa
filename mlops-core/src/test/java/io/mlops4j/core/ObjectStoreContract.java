package io.mlops4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ObjectStore} does. */
public abstract class ObjectStoreContract {
  private ObjectStore store;

  /** Returns a new empty store. */
  protected abstract ObjectStore create() throws Exception;

  @BeforeEach
  void open() throws Exception {
    store = create();
  }

  @Test
  void putIfAbsent_takenKey_isFalseAndChangesNothing() {
    assertThat(store.putIfAbsent("a/b", new byte[] {1})).isTrue();
    assertThat(store.putIfAbsent("a/b", new byte[] {2})).isFalse();
    assertThat(store.putIfAbsent("a/b", new byte[] {1})).as("equal content").isFalse();
    assertThat(store.get("a/b")).hasValueSatisfying(v -> assertThat(v).containsExactly(1));
  }

  @Test
  void get_absentKey_isEmpty() {
    assertThat(store.get("nothing/here")).isEmpty();
    store.putIfAbsent("nothing/here/below", new byte[0]);
    assertThat(store.get("nothing/here")).isEmpty();
    assertThat(store.get("nothing/here/below")).hasValueSatisfying(v -> assertThat(v).isEmpty());
  }

  @Test
  void bytes_areCopiedInAndOut() {
    byte[] mine = {1, 2};
    store.putIfAbsent("k", mine);
    mine[0] = 9;
    store.get("k").orElseThrow()[1] = 9;
    assertThat(store.get("k")).hasValueSatisfying(v -> assertThat(v).containsExactly(1, 2));
  }

  @Test
  void put_oneMebibyte_comesBack() {
    byte[] large = new byte[1 << 20];
    new java.util.Random(1).nextBytes(large);
    store.putIfAbsent("large", large);
    assertThat(store.get("large")).hasValueSatisfying(v -> assertThat(v).isEqualTo(large));
  }

  @Test
  void list_prefix_isWholePartsInOrder() {
    for (String key : List.of("b/2", "b/10", "b.x", "bb/1", "b/2x/deep/er", "b-1", "b0", "a/1")) {
      store.putIfAbsent(key, new byte[0]);
    }
    assertThat(store.list("b")).containsExactly("b/10", "b/2", "b/2x/deep/er");
    assertThat(store.list("b/2x")).containsExactly("b/2x/deep/er");
    assertThat(store.list("b/2")).isEmpty();
    assertThat(store.list("c")).isEmpty();
    assertThat(store.list(""))
        .containsExactly("a/1", "b-1", "b.x", "b/10", "b/2", "b/2x/deep/er", "b0", "bb/1");
  }

  @Test
  void list_isASnapshot() {
    store.putIfAbsent("a/1", new byte[0]);
    List<String> before = store.list("a");
    store.putIfAbsent("a/2", new byte[0]);
    assertThat(before).containsExactly("a/1");
  }

  @Test
  void remove_ephemeralObject_isGoneAndItsKeyIsFree() {
    String key = ObjectStore.EPHEMERAL + "/fleet/a";
    store.putIfAbsent(key, new byte[] {1});
    store.putIfAbsent(ObjectStore.EPHEMERAL + "/fleet/b", new byte[] {2});
    List<String> before = store.list(ObjectStore.EPHEMERAL);
    assertThat(store.remove(key)).isTrue();
    assertThat(store.remove(key)).as("a second time").isFalse();
    assertThat(store.get(key)).isEmpty();
    assertThat(store.list(ObjectStore.EPHEMERAL)).containsExactly("ephemeral/fleet/b");
    assertThat(before).as("a snapshot").hasSize(2);
    assertThat(store.putIfAbsent(key, new byte[] {3})).isTrue();
    assertThat(store.get(key)).hasValueSatisfying(v -> assertThat(v).containsExactly(3));
  }

  @Test
  void remove_absentKeyOrPrefix_isFalseAndRemovesNothing() {
    store.putIfAbsent("ephemeral/fleet/a", new byte[0]);
    assertThat(store.remove("ephemeral/fleet/b")).isFalse();
    assertThat(store.remove("ephemeral/fleet")).as("objects are below it").isFalse();
    assertThat(store.list("ephemeral")).containsExactly("ephemeral/fleet/a");
  }

  @Test
  void remove_anythingElse_isRefusedAndStays() {
    for (String key :
        List.of("a", "models/delay/log/1", "ephemeral", "ephemeralx/a", "x/ephemeral/a")) {
      store.putIfAbsent(key + "/kept", new byte[0]);
      assertThatThrownBy(() -> store.remove(key.equals("ephemeral") ? key : key + "/kept"))
          .as(key)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("below ephemeral/");
    }
    assertThatThrownBy(() -> store.remove("ephemeral/../models"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store.list("")).hasSize(5);
  }

  @Test
  void list_whileOthersPutAndRemove_alwaysShowsWhatStays() throws Exception {
    store.putIfAbsent("ephemeral/fleet/m", new byte[0]);
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        String mine = "ephemeral/fleet/" + (t == 0 ? "a" : "z");
        writers.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    store.putIfAbsent(mine + i, new byte[0]);
                    store.remove(mine + i);
                  }
                }));
      }
      boolean running = true;
      while (running) {
        running = writers.stream().anyMatch(writer -> !writer.isDone());
        List<String> keys = store.list("ephemeral");
        assertThat(keys).contains("ephemeral/fleet/m").isSorted();
        keys.forEach(key -> store.get(key));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(store.list("ephemeral")).containsExactly("ephemeral/fleet/m");
  }

  @Test
  void keys_malformed_areRefusedByEveryMethod() {
    for (String key :
        List.of(
            "/a",
            "a/",
            "a//b",
            "..",
            "a/../b",
            ".a",
            "a/.b",
            "a b",
            "a\\b",
            "é",
            "a\n",
            "a:b",
            "x".repeat(129),
            "a/".repeat(16) + "a")) {
      assertThatThrownBy(() -> store.putIfAbsent(key, new byte[0]))
          .as(key)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("key: ");
      assertThatThrownBy(() -> store.get(key)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store.list(key)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> store.get("")).isInstanceOf(IllegalArgumentException.class);
    assertThat(store.putIfAbsent("a/".repeat(15) + "x".repeat(60), new byte[0])).isTrue();
    assertThat(store.list("")).hasSize(1);
  }

  @Test
  void putIfAbsent_manyThreadsOneKey_exactlyOneWinsAndItsBytesStay() throws Exception {
    int threads = 8;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 50; round++) {
        String key = "race/" + round;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Boolean>> outcomes = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          byte[] value = {(byte) t};
          outcomes.add(
              pool.submit(
                  () -> {
                    start.await();
                    return store.putIfAbsent(key, value);
                  }));
        }
        start.countDown();
        List<Byte> winners = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          if (outcomes.get(t).get()) {
            winners.add((byte) t);
          }
        }
        assertThat(winners).hasSize(1);
        assertThat(store.get(key).orElseThrow()).containsExactly(winners.get(0));
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
