package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import io.mlops4j.registry.LossySource.Loss;
import java.io.ByteArrayInputStream;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are lost at every step, databases that are not as expected. */
class JdbcFaultsTest {
  private static final boolean PROOF = Boolean.getBoolean("mlops4j.proof");
  private static final String KEY = "names/delay";
  private static final String GONE = "ephemeral/fleet/delay/pod";
  private static final byte[] SMALL = "small".getBytes(UTF_8);
  private static final byte[] LONG = new byte[JdbcRows.CHUNK_BYTES + 77];

  static {
    new Random(1).nextBytes(LONG);
  }

  /** Each operation of a store, with what it answers if all is well. */
  enum Operation {
    PUT(store -> store.putIfAbsent(KEY, SMALL), true),
    PUT_LONG(store -> store.putIfAbsent(KEY, LONG), true),
    PUT_TAKEN(store -> store.putIfAbsent("taken", SMALL), false),
    BLOB(
        store -> new Blobs(store).put(SMALL, "x"),
        new Blobs.Stored(Digests.sha256(SMALL), SMALL.length)),
    GET(store -> store.get("taken").map(Digests::sha256).orElse(""), Digests.sha256(SMALL)),
    GET_LONG(store -> store.get("long").map(Digests::sha256).orElse(""), Digests.sha256(LONG)),
    DIGEST(
        store -> new Blobs(store).digestOf(Digests.sha256(LONG)).orElse(""), Digests.sha256(LONG)),
    LIST(store -> store.list("ephemeral"), List.of(GONE)),
    REMOVE(store -> store.remove(GONE), true),
    REMOVE_ABSENT(store -> store.remove(GONE + "2"), false);

    private final Function<ObjectStore, Object> work;
    private final Object answer;

    Operation(Function<ObjectStore, Object> work, Object answer) {
      this.work = work;
      this.answer = answer;
    }
  }

  private static ObjectStore open(DataSource source, String prefix) {
    return JdbcObjectStore.open(source, prefix, Time.system(), nanos -> {});
  }

  private static void fill(ObjectStore store) {
    store.putIfAbsent("taken", SMALL);
    store.putIfAbsent("long", LONG);
    store.putIfAbsent(GONE, SMALL);
    new Blobs(store).put(LONG, "x");
  }

  private static void undo(DataSource source, String prefix) {
    Databases.execute(source, "DELETE FROM " + prefix + "objects");
    Databases.execute(source, "DELETE FROM " + prefix + "chunks");
  }

  private static long orphans(DataSource source, String prefix) {
    return Databases.query(
        source,
        ("SELECT COUNT(*) FROM %schunks WHERE chunk_set NOT IN"
                + " (SELECT chunk_set FROM %sobjects WHERE chunk_set IS NOT NULL)")
            .formatted(prefix, prefix));
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void everyCall_connectionLostOnce_isAnsweredAsIfNothingHadHappened(Operation operation) {
    DataSource database = Databases.pooled(Databases.h2());
    LossySource lossy = LossySource.over(database);
    ObjectStore store = open(lossy.dataSource(), "t_");
    for (Loss loss : List.of(Loss.BEFORE, Loss.AFTER)) {
      int at = 1;
      for (boolean happened = true; happened; at++) {
        lossy.disarm();
        undo(database, "t_");
        fill(store);
        lossy.arm(loss, at);
        assertThat(operation.work.apply(store))
            .as("%s, lost %s call %d", operation, loss, at)
            .isEqualTo(operation.answer);
        happened = lossy.happened();
        assertThat(orphans(database, "t_")).isZero();
      }
      assertThat(at).isGreaterThan(8);
    }
    assertThat(lossy.commitLost()).as("otherwise nothing would be shown").isTrue();
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void everyCall_databaseGoneForGood_leavesTheStateBeforeOrAfter(Operation operation) {
    DataSource database = Databases.pooled(Databases.h2());
    LossySource lossy = LossySource.over(database);
    ObjectStore store = open(lossy.dataSource(), "t_");
    int at = 1;
    for (boolean happened = true; happened; at++) {
      lossy.disarm();
      undo(database, "t_");
      fill(store);
      lossy.arm(Loss.FOR_GOOD, at);
      try {
        assertThat(operation.work.apply(store)).isEqualTo(operation.answer);
      } catch (MlopsException e) {
        assertThat(e)
            .hasMessageStartingWith("Store tables t_*: ")
            .hasMessageContaining("connection")
            .hasMessageContaining("08006");
      }
      happened = lossy.happened();
      lossy.disarm();
      assertThat(orphans(database, "t_")).isZero();
      for (String key : store.list("")) {
        assertThat(store.get(key)).as(key).isPresent();
      }
      Object unused = operation.work.apply(store);
      assertThat(store.get("taken")).contains(SMALL);
    }
  }

  @Test
  void longStream_connectionLost_isThereWholeOrRefusedAndCanBeRepeated() {
    DataSource database = Databases.pooled(Databases.h2());
    LossySource lossy = LossySource.over(database);
    ObjectStore store = open(lossy.dataSource(), "t_");
    Blobs.Stored expected = new Blobs.Stored(Digests.sha256(LONG), LONG.length);
    int saved = 0;
    for (Loss loss : Loss.values()) {
      int at = 1;
      for (boolean happened = true; happened; at++) {
        lossy.disarm();
        undo(database, "t_");
        lossy.arm(loss, at);
        try {
          assertThat(new Blobs(store).put(new ByteArrayInputStream(LONG), LONG.length, "file f"))
              .isEqualTo(expected);
          saved += lossy.happened() ? 1 : 0;
        } catch (MlopsException e) {
          assertThat(e).hasMessageContaining("file f was not written");
        }
        happened = lossy.happened();
        lossy.disarm();
        assertThat(orphans(database, "t_")).isZero();
        assertThat(new Blobs(store).put(LONG, "again")).isEqualTo(expected);
        assertThat(new Blobs(store).digestOf(expected.digest())).contains(expected.digest());
      }
    }
    assertThat(saved).as("a lost commit was found to have taken effect").isPositive();
  }

  @Test
  void register_connectionLostAtAnyCall_makesExactlyOneVersion() {
    DataSource database = Databases.pooled(Databases.h2());
    LossySource lossy = LossySource.over(database);
    ObjectStore store = open(lossy.dataSource(), "t_");
    int versions = 0;
    for (Loss loss : List.of(Loss.BEFORE, Loss.AFTER)) {
      int at = 1;
      for (boolean happened = true; happened; at += PROOF ? 1 : 3) {
        lossy.disarm();
        try (ModelRegistry registry = ModelRegistry.on(store, RegistryOptions.withDefaults())) {
          RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
          lossy.arm(loss, at);
          int number = model.register(Models.constant("v" + at), Lineage.unknown()).number();
          happened = lossy.happened();
          lossy.disarm();
          assertThat(number).isEqualTo(++versions);
          assertThat(model.versions()).hasSize(versions);
        }
      }
      assertThat(at).isGreaterThan(60);
    }
    lossy.disarm();
    assertThat(ModelRegistry.on(store, RegistryOptions.withDefaults()).verify()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void putIfAbsent_fourWritersOnLossyConnections_haveOneWinnerEach(boolean postgres)
      throws Exception {
    DataSource database = postgres ? Databases.postgres() : Databases.pooled(Databases.h2());
    String prefix = Databases.prefix();
    ObjectStore sound = ObjectStores.jdbc(database, prefix);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Callable<List<Boolean>>> writers = new ArrayList<>();
    List<LossySource> sources = new ArrayList<>();
    List<ObjectStore> stores = new ArrayList<>();
    int keys = 400; // about ten lost commits are expected
    for (int t = 0; t < 4; t++) {
      byte[] value = {(byte) t};
      LossySource lossy = LossySource.randomly(database, 0.05, t);
      sources.add(lossy);
      ObjectStore store = openStubbornly(lossy, prefix);
      stores.add(store);
      writers.add(
          () -> {
            List<Boolean> won = new ArrayList<>();
            for (int k = 0; k < keys; k++) {
              won.add(store.putIfAbsent("key/" + k, value));
            }
            return won;
          });
    }
    List<List<Boolean>> outcomes = new ArrayList<>();
    for (Future<List<Boolean>> outcome : threads.invokeAll(writers)) {
      outcomes.add(outcome.get());
    }
    threads.shutdown();
    for (int k = 0; k < keys; k++) {
      List<Integer> winners = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        if (outcomes.get(t).get(k)) {
          winners.add(t);
        }
      }
      assertThat(winners).as("key %d", k).hasSize(1);
      assertThat(sound.get("key/" + k).orElseThrow()).containsExactly(winners.get(0));
    }
    // Chance may have spared every commit, if hardly ever: then one writer goes on alone.
    for (int k = 0; k < 10_000 && sources.stream().noneMatch(LossySource::commitLost); k++) {
      assertThat(stores.get(0).putIfAbsent("alone/" + k, new byte[1])).isTrue();
    }
    assertThat(sources).anyMatch(LossySource::commitLost);
  }

  private static ObjectStore openStubbornly(LossySource lossy, String prefix) {
    while (true) {
      try {
        return open(lossy.dataSource(), prefix);
      } catch (MlopsException e) {
        assertThat(e).hasMessageContaining("connection");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void open_eightAtOnce_makeTheTablesOnce(boolean postgres) throws Exception {
    for (int round = 0; round < 2; round++) {
      DataSource database = postgres ? Databases.postgres() : Databases.h2();
      String prefix = Databases.prefix();
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Callable<Boolean>> starts = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        byte[] value = {(byte) t};
        starts.add(() -> ObjectStores.jdbc(database, prefix).putIfAbsent("one", value));
      }
      int won = 0;
      for (Future<Boolean> start : threads.invokeAll(starts)) {
        won += start.get() ? 1 : 0;
      }
      threads.shutdown();
      assertThat(won).isEqualTo(1);
    }
  }

  /** What a pool says, such as HikariCP, when it has no connection to give. */
  @Test
  void everyOperation_poolExhausted_saysSoAndLosesNothingAndGoesOnAfterwards() {
    DataSource database = Databases.pooled(Databases.h2());
    boolean[] exhausted = {false};
    int[] asked = {0};
    DataSource pool =
        Databases.proxy(
            DataSource.class,
            (method, arguments) -> {
              asked[0]++;
              if (exhausted[0]) {
                throw new SQLTransientConnectionException(
                    "pool - Connection is not available, request timed out after 250ms");
              }
              return method.invoke(database, arguments);
            });
    ObjectStore store = open(pool, "t_");
    fill(store);
    for (Operation operation : Operation.values()) {
      exhausted[0] = true;
      asked[0] = 0;
      assertThatThrownBy(() -> operation.work.apply(store))
          .as("%s", operation)
          .isInstanceOf(MlopsException.class)
          .hasMessageStartingWith("Store tables t_*: ")
          .hasMessageContaining("Connection is not available, request timed out after 250ms");
      assertThat(asked[0]).as("attempts are bounded").isBetween(1, 20);
      exhausted[0] = false;
      undo(database, "t_");
      fill(store);
      assertThat(operation.work.apply(store)).as("%s", operation).isEqualTo(operation.answer);
    }
  }

  @Test
  void open_connectionLostAtAnyCall_makesTheTablesOrSaysWhy() {
    DataSource database = Databases.pooled(Databases.h2());
    for (Loss loss : Loss.values()) {
      int at = 1;
      for (boolean happened = true; happened; at++) {
        LossySource lossy = LossySource.over(database);
        lossy.arm(loss, at);
        String prefix = Databases.prefix();
        try {
          open(lossy.dataSource(), prefix);
        } catch (MlopsException e) {
          assertThat(loss).isEqualTo(Loss.FOR_GOOD);
          assertThat(e).hasMessageStartingWith("Store in tables " + prefix + "*: ");
        }
        happened = lossy.happened();
        assertThat(ObjectStores.jdbc(database, prefix).putIfAbsent("a", SMALL)).isTrue();
      }
    }
  }

  @Test
  void open_tablesHalfMadeOrOfANewerFormat_areCompletedOrRefused() {
    DataSource database = Databases.h2();
    Databases.execute(database, new JdbcTables("half_").definitions().get(0));
    Databases.execute(database, new JdbcTables("half_").definitions().get(2));
    assertThat(ObjectStores.jdbc(database, "half_").putIfAbsent("a", SMALL)).isTrue();
    Databases.execute(database, "INSERT INTO half_format (version) VALUES (2)");
    assertThatThrownBy(() -> ObjectStores.jdbc(database, "half_"))
        .isInstanceOf(MlopsException.class)
        .hasMessage(
            "Store in tables half_* has format 2; this library knows 1. Update the library.");
    assertThatThrownBy(() -> open(database, "nowhere.x_"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("cannot be made (docs/registry.md has the statements)");
    Databases.execute(database, "CREATE SCHEMA ml");
    assertThat(ObjectStores.jdbc(database, "ml.x_").putIfAbsent("a", SMALL)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "x;drop table y", "a.b.c", "x'", "ä_", ".x", "1x"})
  void open_hostilePrefix_isRefusedBeforeAnythingIsAsked(String prefix) {
    DataSource untouchable =
        Databases.proxy(
            DataSource.class,
            (method, arguments) -> {
              throw new AssertionError(method.getName());
            });
    assertThatThrownBy(() -> ObjectStores.jdbc(untouchable, prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("prefix: ");
  }

  @Test
  void toString_ofAStore_hasNoAddress() {
    assertThat(ObjectStores.jdbc(Databases.h2())).hasToString("tables mlops4j_*");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void promotion_inOneOfTwentyInstances_isFollowedByAllWithinOnePoll(boolean postgres) {
    DataSource database = postgres ? Databases.postgres() : Databases.h2();
    String prefix = Databases.prefix();
    VirtualTime time = VirtualTime.startingAt(Models.NOON);
    List<RegisteredModel<String, String>> fleet = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ObjectStore store = ObjectStores.jdbc(database, prefix);
      fleet.add(
          ModelRegistry.on(store, RegistryOptions.withDefaults().withTime(time))
              .model("delay", Models.LOADER));
    }
    Models.champion(fleet.get(7), "a", 0.7);
    time.advance(Duration.ofSeconds(1));
    assertThat(fleet)
        .allSatisfy(
            model -> assertThat(ModelRegistryContract.answer(model.production())).isEqualTo("a"));
  }
}
