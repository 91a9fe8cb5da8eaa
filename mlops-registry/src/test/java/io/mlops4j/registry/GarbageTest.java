package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelFiles;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import io.mlops4j.core.VirtualTime;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GarbageTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  @TempDir static Path root;

  private final VirtualTime time = VirtualTime.startingAt(Instant.now());
  private final RegistryOptions options =
      RegistryOptions.withDefaults().withTime(time).withPollInterval(Duration.ofDays(10_000));

  enum Kind {
    DIRECTORY,
    NO_LINKS,
    H2,
    POSTGRES;

    BlobStore open() {
      return switch (this) {
        case DIRECTORY -> directory(new Unforced());
        case NO_LINKS ->
            directory(
                new Unforced() {
                  @Override
                  void link(Path link, Path existing) throws IOException {
                    throw new UnsupportedOperationException("no hard links");
                  }
                });
        case H2 -> (BlobStore) ObjectStores.jdbc(Databases.h2());
        case POSTGRES -> (BlobStore) ObjectStores.jdbc(Databases.postgres(), Databases.prefix());
      };
    }
  }

  /** Forcing would only take time here. */
  private static class Unforced extends Disk {
    @Override
    void sync(FileOutputStream out) {}

    @Override
    void syncDirectory(Path directory) {}
  }

  private static BlobStore directory(Disk disk) {
    return DirectoryObjectStore.open(
        root.resolve("store" + NUMBER.incrementAndGet()), disk, Time.system());
  }

  private static String put(BlobStore store, String content) {
    return new Blobs(store).put(content.getBytes(UTF_8), content).digest();
  }

  private static String read(BlobStore store, String digest) {
    return new String(new Blobs(store).get(digest, "blob"), UTF_8);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void collect_unreferencedBlobs_areFreedInTwoStepsAndNothingElse(Kind kind) {
    BlobStore store = kind.open();
    ModelRegistry registry = ModelRegistry.on(store, options);
    RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
    Models.champion(model, "a", 0.7);
    String lost = put(store, "lost");
    assertThat(registry.collectGarbage(DAY))
        .as("young")
        .isEqualTo(new Garbage(false, new java.util.TreeMap<>(), new java.util.TreeMap<>(), 0, 0));
    time.advance(DAY.multipliedBy(2));
    assertThat(registry.collectGarbage(Duration.ofSeconds(Long.MAX_VALUE)).setAside())
        .as("nothing is as old as that")
        .isEmpty();
    Garbage planned = registry.garbage(DAY);
    assertThat(planned.setAside()).containsExactly(Map.entry(lost, 4L));
    assertThat(planned.dryRun()).isTrue();
    assertThat(store.aside()).as("a dry run").isEmpty();
    assertThat(registry.collectGarbage(DAY).setAside()).containsOnlyKeys(lost);
    assertThat(read(store, lost)).as("still readable").isEqualTo("lost");
    assertThat(registry.collectGarbage(DAY).waiting()).isEqualTo(1);
    time.advance(DAY);
    assertThat(registry.garbage(DAY).freed()).containsOnlyKeys(lost);
    assertThat(registry.garbage(DAY))
        .hasToString(
            "Would free 1 blobs (4 bytes) and set aside 0 (0 bytes);"
                + " 0 set aside before are not due yet, 0 are referred to again");
    Garbage done = registry.collectGarbage(DAY);
    assertThat(done.freed()).containsExactly(Map.entry(lost, 4L));
    assertThat(done.freedBytes()).isEqualTo(4);
    assertThat(store.blobDigest(lost)).isEmpty();
    assertThat(registry.garbage(DAY).freed()).isEmpty();
    assertThat(registry.verify()).isEmpty();
    assertThat(ModelRegistryContract.answer(model.production())).isEqualTo("a");
    assertThat(model.version(1).evaluations()).hasSize(1);
    assertThat(model.history().stream().filter(e -> e.kind() == HistoryEntry.Kind.PROMOTE))
        .allSatisfy(e -> assertThat(model.decision(e.digest().orElseThrow())).isNotNull());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void collect_blobStoredAgainAfterItWasSetAside_staysForWhoStoredIt(Kind kind) {
    BlobStore store = kind.open();
    ModelRegistry registry = ModelRegistry.on(store, options);
    String digest = put(store, "a");
    time.advance(DAY.multipliedBy(2));
    registry.collectGarbage(DAY);
    RegisteredVersion<String, String> version =
        registry.model("delay", Models.LOADER).register(Models.constant("a"), Lineage.unknown());
    time.advance(DAY);
    assertThat(registry.collectGarbage(DAY).freed()).isEmpty();
    assertThat(version.digests()).containsValue(digest);
    assertThat(ModelRegistryContract.answer(version.source())).isEqualTo("a");
    assertThat(store.aside()).isEmpty();
    assertThat(registry.verify()).isEmpty();
  }

  /** The race: found just before it is set aside, referred to just after. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void collect_blobFoundBeforeAndReferredToAfterwards_isTakenBack(Kind kind) {
    BlobStore store = kind.open();
    ModelRegistry registry = ModelRegistry.on(store, options);
    put(store, "weights");
    time.advance(DAY.multipliedBy(2));
    String digest = put(store, "weights");
    assertThat(registry.collectGarbage(DAY).setAside()).containsKey(digest);
    store.putIfAbsent("runs/1", ("{\"artifact\":\"" + digest + "\"}").getBytes(UTF_8));
    assertThat(read(store, digest)).isEqualTo("weights");
    time.advance(DAY);
    assertThat(registry.collectGarbage(DAY).takenBack()).isEqualTo(1);
    assertThat(read(store, digest)).isEqualTo("weights");
    assertThat(store.aside()).isEmpty();
    assertThat(store.blobs()).extracting(BlobStore.Held::digest).contains(digest);
    assertThat(registry.verify()).isEmpty();
  }

  /** What the two steps are there for. */
  @Test
  void freeing_inOneStep_losesWhatAWriterHasFound() {
    BlobStore store = Kind.DIRECTORY.open();
    String digest = put(store, "weights");
    assertThat(References.in(store)).isEmpty();
    put(store, "weights");
    store.setAside(digest, time.now());
    store.discard(digest);
    store.putIfAbsent("runs/1", digest.getBytes(UTF_8));
    assertThat(store.readBlob(digest)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"DIRECTORY", "NO_LINKS", "H2"})
  void collect_besideThreeWritersOfTheSameContents_losesNothingReferredTo(Kind kind)
      throws Exception {
    BlobStore store = kind.open();
    ModelRegistry registry = ModelRegistry.on(store, options);
    ReadWriteLock clock = new ReentrantReadWriteLock();
    AtomicInteger referred = new AtomicInteger();
    int seen = 0;
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<Integer>> writers = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      Random random = new Random(t);
      String name = "runs/w" + t + "-";
      writers.add(threads.submit(writer(store, name, random, clock, referred)));
    }
    int freed = 0;
    // And thrice more: what quick writers have left unreferenced is due by then.
    for (int rest = 3; rest > 0; ) {
      freed += registry.collectGarbage(PutWindow.LONGEST).freed().size();
      // A clock that goes on without the writers would let none of them refer to anything.
      boolean over = writers.stream().allMatch(Future::isDone);
      if (referred.get() == seen && !over) {
        continue;
      }
      rest -= over ? 1 : 0;
      seen = referred.get();
      // Time jumps, but not between a writer's look at the clock and its next step.
      clock.writeLock().lock();
      try {
        time.advance(PutWindow.LONGEST);
      } finally {
        clock.writeLock().unlock();
      }
    }
    int written = 0;
    for (Future<Integer> writer : writers) {
      written += writer.get();
    }
    threads.shutdown();
    assertThat(written).isPositive();
    assertThat(freed).as("otherwise nothing would be shown").isPositive();
    for (String key : store.list("runs")) {
      String digest = new String(store.get(key).orElseThrow(), UTF_8);
      assertThat(Digests.sha256(new Blobs(store).get(digest, key))).isEqualTo(digest);
    }
    assertThat(registry.verify()).isEmpty();
  }

  /** Stores one of few contents, waits, and refers to it if it may still rely on it. */
  private Callable<Integer> writer(
      BlobStore store, String name, Random random, ReadWriteLock clock, AtomicInteger referred) {
    return () -> {
      int written = 0;
      for (int i = 0; i < 150; i++) {
        PutWindow window = new PutWindow(time);
        String digest = put(store, "content " + i / 10 + " " + random.nextInt(4));
        for (int spin = random.nextInt(2000); spin > 0; spin--) {
          Thread.onSpinWait();
        }
        clock.readLock().lock();
        try {
          if (!window.isOver() && random.nextInt(4) == 0) {
            store.putIfAbsent(name + i, digest.getBytes(UTF_8));
            written++;
            referred.incrementAndGet();
          }
        } finally {
          clock.readLock().unlock();
        }
      }
      return written;
    };
  }

  @Test
  void collect_crashAtAnyOperation_losesNothingAndTheNextOneGoesOn() {
    Random random = new Random(5);
    int at = 1;
    for (boolean happened = true; happened; at++) {
      Path directory = root.resolve("crash" + at);
      BlobStore store = open(directory, new TestDisk(TestDisk.Fault.NONE, Integer.MAX_VALUE));
      ModelRegistry registry = ModelRegistry.on(store, options);
      registry.model("delay", Models.LOADER).register(Models.constant("a"), Lineage.unknown());
      String back = put(store, "back");
      String due = put(store, "due");
      store.setAside(back, time.now());
      store.setAside(due, time.now());
      String old = put(store, "old");
      store.putIfAbsent("runs/1", back.getBytes(UTF_8));
      time.advance(DAY.multipliedBy(2));
      TestDisk disk = new TestDisk(TestDisk.Fault.CRASH, at);
      try {
        ModelRegistry.on(open(directory, disk), options).collectGarbage(DAY);
      } catch (TestDisk.Crash e) {
        disk.losePower(0.5, random);
      }
      happened = disk.happened();
      BlobStore after = open(directory, new TestDisk(TestDisk.Fault.NONE, Integer.MAX_VALUE));
      ModelRegistry again = ModelRegistry.on(after, options);
      assertThat(again.verify()).as("crash at %d", at).isEmpty();
      assertThat(read(after, back)).isEqualTo("back");
      // Once more than without a crash: a blob may look younger than it is.
      for (int i = 0; i < 3; i++) {
        again.collectGarbage(DAY);
        time.advance(DAY.multipliedBy(2));
      }
      assertThat(after.readBlob(old)).isEmpty();
      assertThat(after.readBlob(due)).isEmpty();
      assertThat(read(after, back)).isEqualTo("back");
      assertThat(again.verify()).isEmpty();
    }
    assertThat(at).isGreaterThan(8);
  }

  private static BlobStore open(Path directory, Disk disk) {
    return DirectoryObjectStore.open(directory, disk, Time.system());
  }

  @Test
  void collect_objectThatCannotBeRead_freesNothing() {
    BlobStore store = (BlobStore) ObjectStores.jdbc(Databases.h2(), "t_");
    ModelRegistry registry = ModelRegistry.on(store, options);
    put(store, "lost");
    time.advance(DAY.multipliedBy(2));
    BlobStore damaged = Kind.DIRECTORY.open();
    put(damaged, "lost");
    damaged.putIfAbsent("runs/1", new byte[10]);
    Path file = Path.of(damaged.toString()).resolve("runs/1");
    assertThat(file).exists();
    try {
      java.nio.file.Files.write(file, new byte[3]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThatThrownBy(() -> ModelRegistry.on(damaged, options).collectGarbage(DAY))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Nothing was freed")
        .hasMessageContaining("runs/1");
    assertThat(damaged.aside()).isEmpty();
    assertThat(registry.collectGarbage(DAY).setAside()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT59M", "PT0S", "-PT1H"})
  void collect_graceThatIsTooShort_isRefused(String grace) {
    ModelRegistry registry = ModelRegistry.on(Kind.DIRECTORY.open(), options);
    assertThatThrownBy(() -> registry.collectGarbage(Duration.parse(grace)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: PT1H or more");
  }

  @Test
  void collect_storeOfOthers_isRefused() {
    assertThatThrownBy(() -> ModelRegistry.inMemory().garbage(DAY))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** The blob of a decision may be gone by the time the log is to name it. */
  @Test
  void promote_thatTakesLongerThanBlobsAreKept_isRefusedAndPromotesNothing() {
    ObjectStore sound = ObjectStore.inMemory();
    boolean[] slow = {false};
    ObjectStore store =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            if (slow[0] && key.startsWith("blobs/")) {
              time.advance(Duration.ofMinutes(61));
            }
            return sound.putIfAbsent(key, value);
          }

          @Override
          public Optional<byte[]> get(String key) {
            return sound.get(key);
          }

          @Override
          public List<String> list(String prefix) {
            return sound.list(prefix);
          }
        };
    RegisteredModel<String, String> model =
        ModelRegistry.on(store, options).model("delay", Models.LOADER);
    Models.champion(model, "a", 0.7);
    Models.validated(model, "b", 0.8);
    int before = model.history().size();
    slow[0] = true;
    assertThatThrownBy(() -> model.promote(2, Models.lenient()))
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Deciding about delay:2 took longer than 60 minutes");
    assertThat(model.history()).hasSize(before);
    slow[0] = false;
    assertThat(model.promote(2, Models.lenient()).promoted()).isTrue();
  }

  @Test
  void register_thatTakesLongerThanBlobsAreKept_isRefusedAndLeavesNoVersion() {
    ModelRegistry registry = ModelRegistry.on(Kind.DIRECTORY.open(), options);
    RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
    ModelFiles slow = ModelFiles.of("constant", Map.of("model.txt", "a".getBytes(UTF_8)));
    var artifact =
        new ForwardingArtifact(slow) {
          @Override
          public InputStream open(String file) {
            time.advance(Duration.ofMinutes(61));
            return super.open(file);
          }
        };
    assertThatThrownBy(() -> model.register(artifact, Lineage.unknown()))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("took longer than 60 minutes")
        .hasMessageContaining("Start it again");
    assertThat(model.versions()).isEmpty();
  }

  @Test
  void references_inObjectsAndTexts_areFoundAcrossPartsAndInRows() {
    BlobStore store = (BlobStore) ObjectStores.jdbc(Databases.h2());
    String inner = put(store, "inner");
    String second = put(store, "second");
    String text = put(store, "x".repeat(JdbcRows.CHUNK_BYTES - 30) + inner + second);
    String hidden = put(store, "hidden");
    String binary = put(store, "\0" + hidden);
    store.putIfAbsent("runs/1", ("a" + text + "-" + binary).getBytes(UTF_8));
    assertThat(References.in(store))
        .contains(inner, second, text, binary)
        .as("nobody looks for references in weights")
        .doesNotContain(hidden);
  }
}
