package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  private static final int RECORDS = 8;
  private static final String FIRST = "models/delay/checkpoints/0000000001-0000000008";
  @TempDir Path root;

  private ObjectStore store() {
    return DirectoryObjectStore.open(
        root, new TestDisk(TestDisk.Fault.NONE, Integer.MAX_VALUE), Time.system());
  }

  private static RegisteredModel<String, String> open(ObjectStore store) {
    return ModelRegistry.on(store, RegistryOptions.withDefaults(), RECORDS)
        .model("delay", Models.LOADER);
  }

  private RegisteredModel<String, String> filled(int versions) {
    RegisteredModel<String, String> model = open(store());
    for (int i = 1; i <= versions; i++) {
      model.register(Models.constant("v" + i), Lineage.unknown(), "request-" + i);
    }
    return model;
  }

  private Path log(int sequence) {
    return root.resolve("models/delay/log/%010d.json".formatted(sequence));
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("models/delay/checkpoints"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static List<Problem> verify(ObjectStore store) {
    return ModelRegistry.on(store, RegistryOptions.withDefaults()).verify();
  }

  /** Counts what is read, by the part of the key that says what it is. */
  private static class Counting implements ObjectStore {
    private final ObjectStore store;
    private final AtomicInteger records = new AtomicInteger();

    Counting(ObjectStore store) {
      this.store = store;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] value) {
      return store.putIfAbsent(key, value);
    }

    @Override
    public Optional<byte[]> get(String key) {
      if (key.contains("/log/")) {
        records.incrementAndGet();
      }
      return store.get(key);
    }

    @Override
    public List<String> list(String prefix) {
      return store.list(prefix);
    }
  }

  @Test
  void open_longLog_readsCheckpointsAndOneRecordOfEach() {
    ObjectStore memory = ObjectStore.inMemory();
    RegistryOptions options = RegistryOptions.withDefaults();
    RegisteredModel<String, String> model =
        ModelRegistry.on(memory, options).model("delay", Models.LOADER);
    int versions = 2 * LogCheckpoints.RECORDS + 10;
    for (int i = 0; i < versions; i++) {
      model.register(Models.constant("same"), Lineage.unknown());
    }
    Counting counting = new Counting(memory);
    RegisteredModel<String, String> read =
        ModelRegistry.on(counting, options).model("delay", Models.LOADER);
    assertThat(counting.records).hasValueLessThan(20);
    assertThat(read.history()).isEqualTo(model.history());
    assertThat(read.head()).isEqualTo(model.head());
    Counting without = new Counting(memory);
    ModelRegistry.on(without, options, 0).model("delay");
    assertThat(without.records)
        .as("otherwise nothing would be shown")
        .hasValueGreaterThanOrEqualTo(versions);
  }

  @Test
  void append_everyEighthRecord_writesACheckpointThatIsTheLog() throws Exception {
    RegisteredModel<String, String> model = filled(20);
    assertThat(checkpoints()).containsExactly("0000000001-0000000008", "0000000009-0000000016");
    RegisteredModel<String, String> read = open(store());
    assertThat(read.history()).isEqualTo(model.history());
    assertThat(read.head()).isEqualTo(model.head());
    assertThat(read.register(Models.constant("v3"), Lineage.unknown(), "request-3").number())
        .as("requests are in it, too")
        .isEqualTo(3);
    assertThat(read.register(Models.constant("next"), Lineage.unknown()).number()).isEqualTo(21);
    assertThat(verify(store())).isEmpty();
  }

  @Test
  void open_checkpointWithAnyByteChanged_isPassedOverAndNamedByVerify() throws Exception {
    List<HistoryEntry> history = filled(10).history();
    Path file = root.resolve(FIRST);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i += 11) {
      byte[] bad = good.clone();
      bad[i] ^= 4;
      Files.write(file, bad);
      assertThat(open(store()).history()).isEqualTo(history);
      assertThat(verify(store())).extracting(Problem::where).containsExactly(FIRST);
    }
    Files.write(file, Seal.seal("{}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    assertThat(open(store()).history()).isEqualTo(history);
    assertThat(verify(store())).extracting(Problem::where).containsExactly(FIRST);
    Files.delete(file);
    assertThat(open(store()).history()).isEqualTo(history);
    assertThat(verify(store())).isEmpty();
  }

  @Test
  void open_checkpointOfAnotherHistory_isPassedOverAndNamedByVerify() throws Exception {
    List<HistoryEntry> history = filled(10).history();
    ObjectStore other = ObjectStore.inMemory();
    RegisteredModel<String, String> theirs = open(other);
    for (int i = 0; i < 9; i++) {
      theirs.register(Models.constant("other"), Lineage.unknown());
    }
    Files.write(root.resolve(FIRST), Seal.seal(other.get(FIRST).orElseThrow()));
    assertThat(open(store()).history()).isEqualTo(history);
    assertThat(verify(store()))
        .hasSize(RECORDS)
        .allSatisfy(problem -> assertThat(problem.what()).contains("another one than in " + FIRST));
  }

  @Test
  void open_lastRecordsDeleted_isNoticedAsACut() throws Exception {
    filled(8);
    open(store());
    Files.delete(log(8));
    Files.delete(log(7));
    RegisteredModel<String, String> cut = open(store());
    assertThat(ModelRegistryContract.answer(cut.production()))
        .contains("It was cut: its last record is 6, but " + FIRST + " has records up to 8.");
    assertThatThrownBy(() -> cut.register(Models.constant("x"), Lineage.unknown()))
        .isInstanceOf(IntegrityException.class);
    assertThat(verify(store()))
        .extracting(Problem::where)
        .containsExactly("log record 7 of delay", "log record 8 of delay");
  }

  @Test
  void open_recordWithinACheckpointDamaged_goesOnAndVerifyNamesIt() throws Exception {
    List<HistoryEntry> history = filled(10).history();
    byte[] bytes = Files.readAllBytes(log(4));
    bytes[20] ^= 1;
    Files.write(log(4), bytes);
    assertThat(open(store()).history()).isEqualTo(history);
    assertThat(verify(store()))
        .extracting(Problem::where)
        .contains("log record 4 of delay", "log of delay");
  }

  @Test
  void append_longLogWithoutCheckpoints_makesThemBitByBit() throws Exception {
    RegisteredModel<String, String> old =
        ModelRegistry.on(store(), RegistryOptions.withDefaults(), 0).model("delay", Models.LOADER);
    for (int i = 0; i < 40; i++) {
      old.register(Models.constant("same"), Lineage.unknown());
    }
    assertThat(root.resolve("models/delay/checkpoints")).doesNotExist();
    RegisteredModel<String, String> model = open(store());
    model.register(Models.constant("same"), Lineage.unknown());
    assertThat(checkpoints()).hasSize(2);
    for (int i = 0; i < 4; i++) {
      model.register(Models.constant("same"), Lineage.unknown());
    }
    assertThat(checkpoints()).hasSize(5);
    assertThat(open(store()).history()).isEqualTo(model.history());
    assertThat(verify(store())).isEmpty();
  }

  @Test
  void append_rangeWithATornRecord_hasNoCheckpointAndTheNextOneIsUsed() throws Exception {
    filled(5);
    Files.write(log(5), new byte[10]);
    RegisteredModel<String, String> model = open(store());
    for (int i = 0; i < 14; i++) {
      model.register(Models.constant("same"), Lineage.unknown());
    }
    assertThat(checkpoints()).containsExactly("0000000009-0000000016");
    Counting counting = new Counting(store());
    assertThat(open(counting).history()).isEqualTo(model.history());
    assertThat(counting.records).hasValueLessThan(16);
  }

  @Test
  void append_checkpointCannotBeWritten_isAcknowledged() {
    ObjectStore failing =
        new Counting(ObjectStore.inMemory()) {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            if (key.contains("/checkpoints/")) {
              throw new MlopsException("disk full");
            }
            return super.putIfAbsent(key, value);
          }
        };
    RegisteredModel<String, String> model = open(failing);
    for (int i = 1; i <= 20; i++) {
      assertThat(model.register(Models.constant("same"), Lineage.unknown()).number()).isEqualTo(i);
    }
    assertThat(failing.list("models/delay/checkpoints")).isEmpty();
    assertThat(open(failing).versions()).hasSize(20);
  }
}
