package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library that knows neither checkpoints nor requests, and this one, on one store. */
class TwoLibrariesTest {
  private static final int PER_CHECKPOINT = 4;

  /**
   * What the library before this one did with a log, written down independently: lists its records,
   * checks number and chain, takes the fields it knows, appends without a request.
   */
  private static final class Before {
    private final ObjectStore store;
    private final List<String> versions = new ArrayList<>();
    private String head = "0".repeat(64);
    private long next = 1;

    Before(ObjectStore store) {
      this.store = store;
      for (String key : store.list("models/delay/log")) {
        byte[] json = store.get(key).orElseThrow();
        ObjectNode record = Json.parse(json, key);
        assertThat(key).isEqualTo(key(next));
        assertThat(record.path("v").asInt()).isLessThanOrEqualTo(2);
        assertThat(record.path("seq").asLong()).isEqualTo(next);
        assertThat(record.path("prev").asText()).isEqualTo(head);
        if (record.path("kind").asText().equals("REGISTER")) {
          versions.add(record.path("version").asInt() + " " + record.path("digest").asText());
        }
        head = Digests.sha256(json);
        next++;
      }
    }

    private static String key(long sequence) {
      return "models/delay/log/%010d.json".formatted(sequence);
    }

    boolean register(String manifest) {
      String text =
          ("{\"at\":\"2026-06-01T12:00:00Z\",\"by\":\"old\",\"digest\":\"%s\",\"id\":\"old-%d\","
                  + "\"kind\":\"REGISTER\",\"model\":\"delay\",\"prev\":\"%s\",\"reason\":\"\","
                  + "\"seq\":%d,\"stage\":\"NONE\",\"v\":1,\"version\":%d}")
              .formatted(manifest, next, head, next, versions.size() + 1);
      return store.putIfAbsent(key(next), text.getBytes(UTF_8));
    }
  }

  @Test
  void bothWrite_inTurns_seeTheSameVersions(@TempDir Path root) {
    ObjectStore store = ObjectStores.directory(root);
    RegisteredModel<String, String> now =
        ModelRegistry.on(store, RegistryOptions.withDefaults(), PER_CHECKPOINT)
            .model("delay", Models.LOADER);
    for (int i = 0; i < 6; i++) {
      String manifest =
          now.register(Models.constant("v" + i), Lineage.unknown(), "request-" + i)
              .lineage()
              .createdBy();
      assertThat(manifest).isNotEmpty();
      HistoryEntry newest = now.history().get(now.history().size() - 1);
      Before before = new Before(store);
      assertThat(before.versions).hasSize(2 * i + 1);
      assertThat(before.register(newest.digest().orElseThrow())).isTrue();
      assertThat(now.versions()).hasSize(2 * i + 2);
    }
    assertThat(store.list("models/delay/checkpoints")).isNotEmpty();
    ModelRegistry fresh = ModelRegistry.on(store, RegistryOptions.withDefaults(), PER_CHECKPOINT);
    assertThat(fresh.verify()).isEmpty();
    RegisteredModel<String, String> read = fresh.model("delay", Models.LOADER);
    assertThat(read.history()).isEqualTo(now.history());
    assertThat(read.register(Models.constant("v3"), Lineage.unknown(), "request-3").number())
        .isEqualTo(7);
    assertThat(new Before(store).versions).hasSize(12);
  }

  @Test
  void everyFile_ofAStore_saysItsFormat(@TempDir Path root) throws Exception {
    ObjectStore store = ObjectStores.directory(root);
    ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults(), 3);
    Models.champion(registry.model("delay", Models.LOADER), "a", 0.7);
    for (String key : store.list("")) {
      Optional<byte[]> content = store.get(key);
      if (key.startsWith("blobs/")) {
        String text = new String(content.orElseThrow(), UTF_8);
        assertThat(text.equals("a") || text.contains("\"v\":") || text.contains("\"format\":"))
            .as(text)
            .isTrue();
      } else {
        assertThat(java.nio.file.Files.readString(root.resolve(key)))
            .as(key)
            .contains("\n#mlops4j:1 ");
      }
    }
  }
}
