package io.mlops4j.drift.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObjectPredictionLogTest extends PredictionLogContract {
  private final ObjectStore store = ObjectStore.inMemory();

  @Override
  PredictionLog open() {
    return PredictionLog.in(store, "trips");
  }

  @Test
  void open_crashBetweenCopyAndRemoval_readsEachOnce() {
    try (PredictionLog log = open()) {
      log.append(
          List.of(prediction("a", null, "alice", 1), prediction("b", null, "bob", 2)), List.of());
      String key = store.list("ephemeral").get(0);
      byte[] before = store.get(key).orElseThrow();
      log.forget("alice");
      // The crash: the old object is there again.
      assertThat(store.putIfAbsent(key, before)).isTrue();
    }
    try (PredictionLog log = open()) {
      List<LoggedPrediction> all = new ArrayList<>();
      log.scan(START, all::addAll);
      assertThat(all).containsExactly(prediction("b", null, "bob", 2));
      assertThat(store.list("ephemeral")).hasSize(1).first().asString().endsWith("-r1");
      for (String unit : List.of("x", "bob")) {
        log.forget(unit);
      }
      assertThat(store.list("ephemeral")).isEmpty();
    }
  }

  @Test
  void scan_whatOthersWrote_isSeen() {
    try (PredictionLog log = open();
        PredictionLog other = open()) {
      other.append(List.of(prediction("a", null, null, 1)), List.of());
      assertThat(log.predictions(Set.of("a"), Set.of())).isEmpty();
      List<LoggedPrediction> all = new ArrayList<>();
      log.scan(START, all::addAll);
      assertThat(all).hasSize(1);
      assertThat(log.predictions(Set.of("a"), Set.of())).hasSize(1);
    }
  }

  @Test
  void open_damagedObject_namesItAndQuotesNothing() {
    for (String content : List.of("{\"format\":2}", "{\"format\":1,\"labels\":[[\"secret\"]]}")) {
      ObjectStore damaged = ObjectStore.inMemory();
      damaged.putIfAbsent(
          "ephemeral/predictions/trips/x-r0", content.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> PredictionLog.in(damaged, "trips"))
          .isInstanceOf(MlopsException.class)
          .hasMessageContaining("ephemeral/predictions/trips/x-r0")
          .hasMessageNotContaining("secret");
    }
  }
}
