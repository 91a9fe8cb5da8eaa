package io.mlops4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ClosedThing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything of this module that can be closed: what each public method does after that. */
class ClosedThingsTest {
  private static final byte[] STATE = "state".getBytes(StandardCharsets.UTF_8);

  private static OnlineStore jdbc() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:closed;DB_CLOSE_DELAY=-1");
    return OnlineStore.jdbc(database, "entities", FeatureSamples.time());
  }

  private static OnlineStore memory() {
    return OnlineStore.inMemory(1 << 20, FeatureSamples.time());
  }

  private static ClosedThing<OnlineStore> calls(ClosedThing<OnlineStore> store) {
    return store
        .refuses("get", s -> s.get("t", "k"))
        .refuses("replace", s -> s.replace("t", "k", null, STATE, null))
        .refuses("replace", s -> s.replace("t", "k", null, STATE, Clicks.START))
        .refuses("clear", s -> s.clear("t"));
  }

  private static List<ClosedThing<?>> things() {
    return List.of(
        calls(
            new ClosedThing<>(
                OnlineStore.class, "Online store in memory", ClosedThingsTest::memory)),
        calls(
            new ClosedThing<>(
                OnlineStore.class, "Online store 'entities'", ClosedThingsTest::jdbc)));
  }

  static Stream<ClosedThing.Call<?>> calls() {
    return things().stream().flatMap(ClosedThing::calls);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void everyMethod_afterClose_isRefusedByTheStoresName(ClosedThing.Call<?> call) throws Exception {
    assertThat(call.whileOpen()).isNull();
    for (int times = 1; times <= 2; times++) {
      assertThat(call.afterClose(times))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(call.name())
          .hasMessageContaining("is closed");
    }
  }

  @Test
  void calls_ofThisModule_areAll() throws Exception {
    assertThat(ClosedThing.called(things())).isEqualTo(ClosedThing.methods(FeatureView.class));
  }

  @Test
  void views_ofAClosedStore_sayThatItIsClosed() {
    OnlineStore store = memory();
    OnlineView<Clicks.Click, String> view =
        OnlineView.of(Clicks.view(null), store, FeatureSamples.time());
    view.read("u1");
    store.close();
    assertThatThrownBy(() -> view.read("u1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> view.write(Clicks.events(1, 30)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void replace_whileAnotherCloses_isStoredOrRefused() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      OnlineStore store = jdbc();
      CountDownLatch some = new CountDownLatch(20);
      List<Future<Integer>> writers =
          IntStream.range(0, 4)
              .mapToObj(i -> threads.submit(() -> writeUntilClosed(store, i, some)))
              .toList();
      some.await();
      store.close();
      try (OnlineStore again = jdbc()) {
        for (int i = 0; i < writers.size(); i++) {
          int stored = writers.get(i).get();
          for (int n = 0; n <= stored; n++) {
            assertThat(again.get("race", i + "-" + n).isPresent()).isEqualTo(n < stored);
          }
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static int writeUntilClosed(OnlineStore store, int writer, CountDownLatch some) {
    for (int n = 0; n < 100_000; n++) {
      try {
        assertThat(store.replace("race", writer + "-" + n, null, STATE, null)).isTrue();
        some.countDown();
      } catch (IllegalStateException e) {
        return n;
      }
    }
    throw new AssertionError("never closed");
  }
}
