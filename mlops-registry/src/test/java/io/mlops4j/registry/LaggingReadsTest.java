package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A store whose reads have fallen back to an earlier state, as of a replica that lags behind. */
class LaggingReadsTest {
  private final ObjectStore primary = ObjectStore.inMemory();
  private Set<String> hidden = Set.of();

  /** Reads what the replica has; writes meet what the primary has. */
  private final ObjectStore replica =
      new ObjectStore() {
        @Override
        public boolean putIfAbsent(String key, byte[] value) {
          return primary.putIfAbsent(key, value);
        }

        @Override
        public Optional<byte[]> get(String key) {
          return hidden.contains(key) ? Optional.empty() : primary.get(key);
        }

        @Override
        public List<String> list(String prefix) {
          return primary.list(prefix).stream().filter(key -> !hidden.contains(key)).toList();
        }
      };

  private RegisteredModel<String, String> model(ObjectStore store) {
    return ModelRegistry.on(store, RegistryOptions.withDefaults()).model("delay", Models.LOADER);
  }

  /** Everything that is written by {@code work} is hidden from the replica. */
  private void unseen(Runnable work) {
    Set<String> before = Set.copyOf(primary.list(""));
    work.run();
    hidden =
        primary.list("").stream()
            .filter(key -> !before.contains(key))
            .collect(java.util.stream.Collectors.toSet());
  }

  @Test
  void registry_thatHasSeenMore_keepsItsStateWhenReadsFallBack() {
    RegisteredModel<String, String> model = model(replica);
    Models.champion(model, "a", 0.7);
    unseen(() -> Models.champion(model, "b", 0.8));
    assertThat(model.champion().orElseThrow().number()).isEqualTo(2);
    assertThat(model.versions()).hasSize(2);
    assertThat(model.history()).hasSameSizeAs(model(primary).history());
  }

  @Test
  void write_throughReadsThatLag_neverForksTheLogAndSaysWhy() {
    Models.champion(model(primary), "a", 0.7);
    unseen(() -> Models.champion(model(primary), "b", 0.8));
    RegisteredModel<String, String> behind = model(replica);
    int before = model(primary).history().size();
    assertThat(behind.champion().orElseThrow().number()).as("the control: it lags").isEqualTo(1);
    assertThatThrownBy(() -> behind.register(Models.constant("c"), Lineage.unknown()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("races for the log's end")
        .hasMessageContaining("replica");
    assertThat(model(primary).history()).hasSize(before);
    assertThat(ModelRegistry.on(primary, RegistryOptions.withDefaults()).verify()).isEmpty();
    hidden = Set.of();
    assertThat(behind.register(Models.constant("c"), Lineage.unknown()).number()).isEqualTo(3);
  }
}
