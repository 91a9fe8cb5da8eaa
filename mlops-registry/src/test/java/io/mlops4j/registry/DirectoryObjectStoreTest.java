package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryObjectStoreTest {
  @TempDir Path temp;
  private Path root;
  private ObjectStore store;

  @BeforeEach
  void open() {
    root = temp.resolve("deep/below/store");
    store = ObjectStores.directory(root);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void get_fileWhereADirectoryShouldBe_isAnErrorAndNotAbsence() throws IOException {
    // Files.notExists calls this absent on JDK 25, and does not on 17.
    store.putIfAbsent("models/delay/log/1", new byte[1]);
    Path models = root.resolve("models");
    Files.move(models.resolve("delay"), root.resolve("elsewhere"));
    Files.write(models.resolve("delay"), new byte[0]);
    assertThatThrownBy(() -> store.get("models/delay/log/1"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("models/delay/log/1");
    assertThat(store.get("models/other/log/1")).isEmpty();
  }

  @Test
  void putIfAbsent_twice_keepsTheFirst() {
    assertThat(store.putIfAbsent("a/b", bytes("first"))).isTrue();
    assertThat(store.putIfAbsent("a/b", bytes("second"))).isFalse();
    assertThat(ObjectStores.directory(root).get("a/b").map(b -> new String(b, UTF_8)))
        .contains("first");
    assertThat(store.get("a/c")).isEmpty();
    assertThat(store.get("a")).isEmpty();
    assertThat(store.putIfAbsent("empty", new byte[0])).isTrue();
    assertThat(store.get("empty")).hasValueSatisfying(b -> assertThat(b).isEmpty());
  }

  @Test
  void list_ofAPrefix_isWhatTheMemoryStoreLists() {
    ObjectStore memory = ObjectStore.inMemory();
    for (String key : List.of("a/b", "a/b2", "a/B", "ab", "b/c/d", "b/c.d", "NUL", "z.")) {
      store.putIfAbsent(key, bytes(key));
      memory.putIfAbsent(key, bytes(key));
    }
    for (String prefix : List.of("", "a", "b", "b/c", "nothing")) {
      assertThat(store.list(prefix)).isEqualTo(memory.list(prefix));
    }
  }

  @Test
  void list_filesOfOthers_areIgnored() throws Exception {
    store.putIfAbsent("a/b", bytes("x"));
    for (String name : List.of(".DS_Store", "b~", "#b#", "Thumbs.db", "b (copy)")) {
      Files.writeString(root.resolve("a").resolve(name), "x");
    }
    Files.createDirectory(root.resolve("lost+found"));
    assertThat(store.list("")).containsExactly("a/b");
  }

  @Test
  void putIfAbsent_belowAnObjectOrOnADirectory_saysSo() {
    store.putIfAbsent("a", bytes("x"));
    assertThatThrownBy(() -> store.putIfAbsent("a/b", bytes("y")))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("is an object, not a directory");
    store.putIfAbsent("c/d", bytes("x"));
    assertThatThrownBy(() -> store.putIfAbsent("c", bytes("y")))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("objects below it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".tmp/a", "a\\b", "a\0", "ä"})
  void everyMethod_hostileKey_refuses(String key) {
    assertThatThrownBy(() -> store.putIfAbsent(key, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.get(key)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void remove_ephemeralObject_isWhatTheMemoryStoreDoes() {
    ObjectStore other = ObjectStores.directory(root);
    String key = "ephemeral/fleet/Delay/pod.1";
    assertThat(store.remove(key)).isFalse();
    store.putIfAbsent(key, bytes("first"));
    store.putIfAbsent("ephemeral/fleet/Delay/pod.2", bytes("second"));
    assertThat(store.remove("ephemeral/fleet")).as("objects are below it").isFalse();
    assertThat(other.remove(key)).isTrue();
    assertThat(store.remove(key)).isFalse();
    assertThat(store.get(key)).isEmpty();
    assertThat(store.list("ephemeral")).containsExactly("ephemeral/fleet/Delay/pod.2");
    assertThat(store.remove("ephemeral/fleet/Delay/pod.2")).isTrue();
    assertThat(store.remove("ephemeral/fleet/Delay")).as("an empty directory stays").isFalse();
    assertThat(store.putIfAbsent(key, bytes("again"))).as("the directory stays").isTrue();
    assertThat(other.get(key).map(b -> new String(b, UTF_8))).contains("again");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "models/delay/log/0000000001.json",
        "blobs/sha256/ab/ab",
        "names/delay",
        "ephemeral",
        "Ephemeral/a",
        "ephemeralx/a",
        "ephemeral/../names/delay",
        "ephemeral/.tmp"
      })
  void remove_anythingElse_isRefusedBeforeTheDiskIsTouched(String key) throws Exception {
    ObjectStore untouchable =
        DirectoryObjectStore.open(
            root,
            new Disk() {
              @Override
              boolean delete(Path file) throws IOException {
                if (file.toString().contains(".tmp")) {
                  return super.delete(file);
                }
                throw new AssertionError("deletes " + file);
              }
            },
            Time.system());
    untouchable.putIfAbsent("names/delay", bytes("x"));
    assertThatThrownBy(() -> untouchable.remove(key)).isInstanceOf(IllegalArgumentException.class);
    assertThat(store.get("names/delay")).isPresent();
  }

  @Test
  void remove_diskRefuses_saysSoAndGoesOn() {
    ObjectStore unlucky =
        DirectoryObjectStore.open(
            root,
            new Disk() {
              @Override
              boolean delete(Path file) throws IOException {
                if (file.toString().contains("ephemeral")) {
                  throw new IOException("read-only file system");
                }
                return super.delete(file);
              }
            },
            Time.system());
    unlucky.putIfAbsent("ephemeral/a", bytes("x"));
    assertThatThrownBy(() -> unlucky.remove("ephemeral/a"))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("ephemeral/a was not removed: read-only file system");
    assertThat(unlucky.get("ephemeral/a")).isPresent();
    assertThat(unlucky.putIfAbsent("a", bytes("y"))).isTrue();
  }

  @Test
  void get_everySingleByteChanged_isDetected() throws Exception {
    store.putIfAbsent("a", bytes("{\"some\":\"record\"}"));
    Path file = root.resolve("a");
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x20;
      Files.write(file, bad);
      assertThatThrownBy(() -> store.get("a"))
          .isInstanceOf(IntegrityException.class)
          .hasMessageContaining(": a is torn or damaged");
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(() -> store.get("a")).isInstanceOf(IntegrityException.class);
      Files.write(
          file, java.util.Arrays.copyOf(java.util.Arrays.copyOf(good, length), good.length));
      assertThatThrownBy(() -> store.get("a")).isInstanceOf(IntegrityException.class);
    }
  }

  @Test
  void blobs_areRawVerifiedAndRepairedByTheSameContent() throws Exception {
    byte[] content = bytes("weights");
    String key = DirectoryObjectStore.blobKey(Digests.sha256(content));
    assertThat(store.putIfAbsent(key, content)).isTrue();
    assertThat(store.putIfAbsent(key, content)).isFalse();
    assertThat(root.resolve(key)).hasBinaryContent(content);
    Files.writeString(root.resolve(key), "wrong");
    assertThatThrownBy(() -> store.get(key))
        .isInstanceOf(IntegrityException.class)
        .hasMessageContaining(Digests.sha256(bytes("wrong")));
    store.putIfAbsent(key, content);
    assertThat(store.get(key)).contains(content);
    assertThatThrownBy(() -> store.putIfAbsent(key, bytes("other")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void putBlob_largeStream_isNotHeldInMemory() {
    long length = 300L << 20;
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    InputStream zeros =
        new InputStream() {
          private long left = length;

          @Override
          public int read() {
            return left-- > 0 ? 0 : -1;
          }

          @Override
          public int read(byte[] buffer, int from, int count) {
            if (left <= 0) {
              return -1;
            }
            int n = (int) Math.min(count, left);
            left -= n;
            return n;
          }
        };
    long before = threads.getCurrentThreadAllocatedBytes();
    Blobs.Stored stored = new Blobs(store).put(zeros, length, "zeros");
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(stored.bytes()).isEqualTo(length);
    // A copy on the heap would have to be allocated.
    assertThat(allocated).isPositive().isLessThan(length / 10);
  }

  @Test
  void putBlob_sourceFails_leavesNothing() throws Exception {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() {
            throw new IllegalStateException("gone");
          }

          @Override
          public int read(byte[] buffer, int from, int count) {
            throw new IllegalStateException("gone");
          }
        };
    assertThatThrownBy(() -> new Blobs(store).put(broken, 100, "x"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.list("")).isEmpty();
    try (Stream<Path> files = Files.list(root.resolve(".tmp"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void sync_fails_isNeverAcknowledgedAndTheStoreIsReadOnlyUntilReopened() {
    Disk disk =
        new Disk() {
          private int syncs;

          @Override
          void sync(FileOutputStream out) throws IOException {
            if (++syncs == 2) {
              throw new IOException("Input/output error");
            }
            super.sync(out);
          }
        };
    DirectoryObjectStore failing = DirectoryObjectStore.open(root, disk, Time.system());
    assertThat(failing.putIfAbsent("a", bytes("x"))).isTrue();
    assertThatThrownBy(() -> failing.putIfAbsent("b", bytes("x")))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("b was not written")
        .hasMessageContaining("Input/output error")
        .hasMessageContaining("bytes free");
    assertThatThrownBy(() -> failing.putIfAbsent("c", bytes("x")))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("read-only")
        .hasMessageContaining("Reopen");
    assertThat(failing.get("a")).isPresent();
    assertThat(ObjectStores.directory(root).list("")).containsExactly("a");
    assertThat(ObjectStores.directory(root).putIfAbsent("c", bytes("x"))).isTrue();
  }

  @Test
  void everyMethod_interruptedThread_worksAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    try {
      assertThat(store.putIfAbsent("a/b/c", bytes("x"))).isTrue();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      assertThat(store.get("a/b/c")).isPresent();
      assertThat(store.list("")).containsExactly("a/b/c");
      assertThat(ObjectStores.directory(root).get("a/b/c")).isPresent();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(store.putIfAbsent("d", bytes("x"))).isTrue();
  }

  @Test
  void open_fileOrDanglingLinkOrForeignTemp_isOneClearError() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "x");
    assertThatThrownBy(() -> ObjectStores.directory(file))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("it is a file, not a directory");
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("nowhere"));
    assertThatThrownBy(() -> ObjectStores.directory(link))
        .isInstanceOf(MlopsException.class)
        .hasMessageContaining("a link to something that does not exist");
    Path broken = Files.createDirectory(temp.resolve("broken"));
    Files.writeString(broken.resolve(".tmp"), "x");
    assertThatThrownBy(() -> ObjectStores.directory(broken)).isInstanceOf(MlopsException.class);
    Path target = Files.createDirectory(temp.resolve("target"));
    Path good = Files.createSymbolicLink(temp.resolve("good"), target);
    assertThat(ObjectStores.directory(good).putIfAbsent("a", bytes("x"))).isTrue();
  }

  @Test
  void open_temporaryFiles_collectsOldOnesOnly() throws Exception {
    Path old = Files.writeString(root.resolve(".tmp/old"), "x");
    Path young = Files.writeString(root.resolve(".tmp/young"), "x");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    ObjectStores.directory(root);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void logTail_tornOrZeroed_countsAsNotCommittedAndItsNumberIsNotUsedAgain() throws Exception {
    for (boolean zeroed : List.of(true, false)) {
      Path directory = temp.resolve("tail" + zeroed);
      RegisteredModel<String, String> model =
          ModelRegistry.open(directory).model("delay", Models.LOADER);
      model.register(Models.constant("a"), Lineage.unknown());
      model.register(Models.constant("b"), Lineage.unknown());
      Path tail = directory.resolve("models/delay/log/0000000002.json");
      int length = (int) Files.size(tail);
      Files.write(tail, zeroed ? new byte[length] : new byte[length / 3]);
      try (ModelRegistry reopened = ModelRegistry.open(directory)) {
        RegisteredModel<String, String> read = reopened.model("delay", Models.LOADER);
        assertThat(read.versions()).extracting(v -> v.number()).containsExactly(1);
        assertThat(read.register(Models.constant("c"), Lineage.unknown()).number()).isEqualTo(3);
        assertThat(reopened.verify())
            .extracting(Problem::where)
            .containsExactly("log record 2 of delay");
      }
      try (ModelRegistry again = ModelRegistry.open(directory)) {
        assertThat(again.model("delay", Models.LOADER).versions())
            .extracting(RegisteredVersion::number)
            .containsExactly(1, 3);
      }
    }
  }

  @Test
  void logRecord_deletedInTheMiddle_isCorruptionByName() throws Exception {
    RegisteredModel<String, String> model = ModelRegistry.open(root).model("delay", Models.LOADER);
    for (int i = 0; i < 3; i++) {
      model.register(Models.constant("a"), Lineage.unknown());
    }
    Files.delete(root.resolve("models/delay/log/0000000002.json"));
    assertThat(ModelRegistry.open(root).verify())
        .hasSize(1)
        .allSatisfy(
            problem -> assertThat(problem.what()).contains("record 2 was damaged or deleted"));
  }

  /** The names that Linux, macOS and Windows give to file systems. */
  @ParameterizedTest
  @CsvSource({
    "nfs, true",
    "nfs4, true",
    "cifs, true",
    "smb3, true",
    "smbfs, true",
    "ceph, true",
    "fuse.sshfs, true",
    "LUSTRE, true",
    "ext4, false",
    "xfs, false",
    "overlay, false",
    "tmpfs, false",
    "apfs, false",
    "NTFS, false",
    "fuseblk, false",
    "btrfs, false"
  })
  void isShared_typeOfAFileSystem_saysWhetherOtherMachinesMayWrite(String type, boolean shared) {
    assertThat(DirectoryOpening.isShared(type)).isEqualTo(shared);
  }
}
