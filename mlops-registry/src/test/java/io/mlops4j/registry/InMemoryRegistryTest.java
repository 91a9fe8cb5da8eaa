package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.core.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class InMemoryRegistryTest extends ModelRegistryContract {
  private final Damageable store = new Damageable();

  @Override
  int many() {
    return 2_000;
  }

  @Override
  ObjectStore openStore() {
    return store;
  }

  @Override
  void damage(String key) {
    store.damaged.add(key);
  }

  @Test
  void inMemory_twoOfThem_shareNothing() {
    try (ModelRegistry first = ModelRegistry.inMemory();
        ModelRegistry second = ModelRegistry.inMemory()) {
      first.model("delay").register(Models.constant("a"), Lineage.unknown());
      assertThat(second.models()).isEmpty();
    }
  }

  @Test
  void as_anotherActor_isWrittenIntoTheSameLog() {
    try (ModelRegistry registry = ModelRegistry.inMemory()) {
      RegisteredModel<String, String> delay = registry.model("delay", Models.LOADER);
      Models.champion(delay, "a", 0.6);
      Models.champion(delay, "b", 0.7);
      try (ModelRegistry theirs = registry.as("alice")) {
        theirs.model("delay").rollback("late");
      }
      assertThat(delay.champion().orElseThrow().number()).isEqualTo(1);
      assertThat(delay.history())
          .last()
          .satisfies(entry -> assertThat(entry.by()).isEqualTo("alice"));
      assertThat(delay.history()).first().satisfies(e -> assertThat(e.by()).isEqualTo("UNKNOWN"));
    }
  }

  /** Memory that flips the last bit of some objects. */
  private static final class Damageable implements ObjectStore {
    private final ObjectStore memory = ObjectStore.inMemory();
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return memory.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      Optional<byte[]> value = memory.get(key);
      if (damaged.contains(key)) {
        value.ifPresent(bytes -> bytes[bytes.length - 1] ^= 1);
      }
      return value;
    }

    @Override
    public List<String> list(String prefix) {
      return memory.list(prefix);
    }
  }
}
