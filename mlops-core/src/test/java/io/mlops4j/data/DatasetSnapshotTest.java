package io.mlops4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetSnapshotTest {
  @TempDir Path root;
  private final ObjectStore store = ObjectStore.inMemory();

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = root.resolve("data").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static Map<String, String> read(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        files.put(
            directory.relativize(file).toString(), new String(Files.readAllBytes(file), UTF_8));
      }
    }
    return files;
  }

  @Test
  void checkout_ofADirectory_bringsEveryByteBack() throws IOException {
    write("2026/01.csv", "a,b\n1,2\n".getBytes(UTF_8));
    write("2026/02 März.csv", "a,b\r\n3,4".getBytes(UTF_8));
    write("empty", new byte[0]);
    DatasetSnapshot snapshot = DatasetSnapshot.byContent(store, "months", root.resolve("data"));
    assertThat(snapshot.files().keySet())
        .containsExactly("2026/01.csv", "2026/02 März.csv", "empty");
    assertThat(snapshot.bytes()).isEqualTo(16);
    DatasetSnapshot loaded = DatasetSnapshot.load(store, snapshot.digest());
    assertThat(loaded.name()).isEqualTo("months");
    assertThat(loaded.kind()).isEqualTo(DatasetSnapshot.Kind.CONTENT);
    Path out = loaded.checkout(root.resolve("out"));
    assertThat(read(out)).isEqualTo(read(root.resolve("data")));
    assertThat(read(loaded.checkout(out))).as("again").isEqualTo(read(out));
    assertThat(DatasetSnapshot.list(store)).containsExactly(snapshot.digest());
  }

  /** Twelve months of random rows, and one more: about one month is new. */
  @Test
  void byContent_oneMonthMore_storesAboutThatMonth() throws IOException {
    int month = 1 << 20;
    byte[] year = ChunkerTest.random(1, 12 * month);
    byte[] longer = java.util.Arrays.copyOf(year, 13 * month);
    System.arraycopy(ChunkerTest.random(2, month), 0, longer, 12 * month, month);
    DatasetSnapshot first = DatasetSnapshot.byContent(store, "year", write("all.csv", year));
    assertThat(first.newBytes()).isEqualTo(12L * month);
    DatasetSnapshot second = DatasetSnapshot.byContent(store, "year", write("all.csv", longer));
    assertThat(second.bytes()).isEqualTo(13L * month);
    assertThat(second.newBytes()).isBetween((long) month, (long) month + Chunker.MOST);
    assertThat(DatasetSnapshot.byContent(store, "year", root.resolve("data/all.csv")).newBytes())
        .as("nothing new")
        .isZero();
    // Negative control: chunks of fixed length after one more byte at the beginning share nothing.
    byte[] shifted = new byte[year.length + 1];
    System.arraycopy(year, 0, shifted, 1, year.length);
    assertThat(DatasetSnapshot.byContent(store, "year", write("all.csv", shifted)).newBytes())
        .as("a header line grew by a byte")
        .isLessThanOrEqualTo(2L * Chunker.MOST);
    Path out = DatasetSnapshot.load(store, first.digest()).checkout(root.resolve("out"));
    assertThat(out.resolve("all.csv")).hasBinaryContent(year);
  }

  @Test
  void digest_isTheContents() throws IOException {
    Path file = write("a.csv", "1".getBytes(UTF_8));
    DatasetSnapshot first = DatasetSnapshot.byContent(store, "x", file);
    DatasetSnapshot other = DatasetSnapshot.byReference(store, "y", "warehouse", file);
    assertThat(other.digest()).isEqualTo(first.digest());
    assertThat(DatasetSnapshot.byContent(store, "x", write("b.csv", "1".getBytes(UTF_8))).digest())
        .isNotEqualTo(first.digest());
    assertThat(DatasetSnapshot.byContent(store, "x", write("a.csv", "2".getBytes(UTF_8))).digest())
        .isNotEqualTo(first.digest());
  }

  @Test
  void byReference_storesNoByte() throws IOException {
    Path file = write("patients.csv", "name\nCANARY-7f3a\n".getBytes(UTF_8));
    DatasetSnapshot.byReference(store, "patients", "ward database", file);
    for (String key : store.list("")) {
      assertThat(new String(store.get(key).orElseThrow(), UTF_8)).doesNotContain("CANARY");
    }
  }

  @Test
  void checkout_ofAReference_copiesFromWhereItIsNow() throws IOException {
    Path file = write("patients.csv", "name\nx\n".getBytes(UTF_8));
    DatasetSnapshot snapshot =
        DatasetSnapshot.byReference(store, "patients", "ward database", root.resolve("data"));
    assertThatThrownBy(() -> snapshot.checkout(root.resolve("out")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is a reference: its bytes are not in the store")
        .hasMessageContaining("ward database");
    assertThat(read(snapshot.checkout(root.resolve("out"), root.resolve("data"))))
        .containsEntry("patients.csv", "name\nx\n");
    assertThat(read(snapshot.checkout(root.resolve("one"), file))).hasSize(1);
  }

  @Test
  void checkout_ofAnErasedReference_saysThatItWasErased() throws IOException {
    Path file = write("patients.csv", "name\nx\n".getBytes(UTF_8));
    DatasetSnapshot snapshot =
        DatasetSnapshot.byReference(store, "patients", "ward", root.resolve("data"));
    Files.writeString(file, "name\ny\n");
    assertThatThrownBy(() -> snapshot.checkout(root.resolve("out"), root.resolve("data")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("patients.csv is not what it was");
    Files.delete(file);
    assertThatThrownBy(() -> snapshot.checkout(root.resolve("out"), root.resolve("data")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("patients.csv is not there any more. It was erased or moved")
        .hasMessageContaining("cannot be trained again");
    assertThat(read(root.resolve("out"))).isEmpty();
  }

  @Test
  void checkout_damagedOrMissingChunk_namesIt() throws IOException {
    Map<String, byte[]> objects = new HashMap<>();
    ObjectStore open =
        new ObjectStore() {
          @Override
          public boolean putIfAbsent(String key, byte[] value) {
            return objects.putIfAbsent(key, value.clone()) == null;
          }

          @Override
          public Optional<byte[]> get(String key) {
            return Optional.ofNullable(objects.get(key)).map(byte[]::clone);
          }

          @Override
          public List<String> list(String prefix) {
            return objects.keySet().stream().filter(k -> k.startsWith(prefix)).sorted().toList();
          }
        };
    Path file = write("a.csv", ChunkerTest.random(5, 3 << 20));
    DatasetSnapshot snapshot = DatasetSnapshot.byContent(open, "x", file);
    snapshot.verify();
    String chunk = open.list("datasets/chunks").get(0);
    String digest = chunk.substring(chunk.lastIndexOf('/') + 1);
    byte[] bytes = objects.get(chunk);
    bytes[bytes.length / 2] ^= 1;
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> snapshot.checkout(root.resolve("out")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("a.csv: chunk ")
          .hasMessageContaining("(" + digest + ") is " + (i == 0 ? "damaged" : "missing"));
      assertThatThrownBy(snapshot::verify).hasMessageContaining(digest);
      assertThat(read(root.resolve("out"))).as("no half file").isEmpty();
      if (i == 0) {
        assertThatThrownBy(() -> DatasetSnapshot.byContent(open, "x", file))
            .as("a new snapshot does not build on it")
            .hasMessageContaining(digest);
      }
      objects.remove(chunk);
    }
    String document = open.list("datasets/snapshots").get(0);
    objects.put(
        document,
        new String(objects.get(document), UTF_8).replace("a.csv", "b.csv").getBytes(UTF_8));
    assertThatThrownBy(() -> DatasetSnapshot.load(open, snapshot.digest()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("was changed");
  }

  @Test
  void checkout_overAnotherFile_refuses() throws IOException {
    DatasetSnapshot snapshot =
        DatasetSnapshot.byContent(store, "x", write("a.csv", "1".getBytes(UTF_8)));
    Files.createDirectories(root.resolve("out"));
    Files.writeString(root.resolve("out/a.csv"), "mine");
    assertThatThrownBy(() -> snapshot.checkout(root.resolve("out")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another a.csv is in");
    assertThat(root.resolve("out/a.csv")).hasContent("mine");
  }

  @Test
  void checkout_throughALinkOutOfTheDirectory_refuses() throws IOException {
    DatasetSnapshot snapshot =
        DatasetSnapshot.byContent(
            store, "x", write("sub/a.csv", "1".getBytes(UTF_8)).getParent().getParent());
    Path outside = Files.createDirectories(root.resolve("outside"));
    Files.createDirectories(root.resolve("out"));
    Files.createSymbolicLink(root.resolve("out/sub"), outside);
    assertThatThrownBy(() -> snapshot.checkout(root.resolve("out")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a link leads out of it");
    assertThat(read(outside)).isEmpty();
  }

  @Test
  void byContent_hostileNames_areRefused() {
    for (String name :
        List.of(
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            ".hidden",
            "a\\b",
            "C:a",
            "a\0b",
            "a\nb",
            "con",
            "NUL.csv",
            "a/COM1",
            "trailing.",
            "trailing ",
            "a\u202Eb",
            "x".repeat(201))) {
      Map<String, Supplier<InputStream>> files = Map.of(name, InputStream::nullInputStream);
      assertThatThrownBy(() -> DatasetSnapshot.byContent(store, "x", files))
          .as(name)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("Rename it");
    }
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void byContent_linksAndNamesThatDifferByCaseOnly_areRefused() throws IOException {
    Path data = write("a.csv", new byte[] {1}).getParent();
    assertThatThrownBy(() -> DatasetSnapshot.byContent(store, "x", root.resolve("none")))
        .isInstanceOf(DataException.class);
    Files.createSymbolicLink(data.resolve("link"), root.resolve("elsewhere"));
    assertThatThrownBy(() -> DatasetSnapshot.byContent(store, "x", data))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("link is a link");
    Files.delete(data.resolve("link"));
    write("A.csv", new byte[] {2});
    assertThatThrownBy(() -> DatasetSnapshot.byContent(store, "x", data))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("by case only");
  }

  @Test
  void load_whatIsNotThere_saysSo() {
    assertThatThrownBy(() -> DatasetSnapshot.load(store, "../../etc"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DatasetSnapshot.load(store, "a".repeat(64)))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("There is no snapshot aaaa");
  }

  @Property(tries = 60)
  void checkout_ofAnyFiles_isWhatWasPut(@ForAll("files") Map<String, byte[]> files)
      throws IOException {
    Path out = Files.createTempDirectory("checkout");
    Map<String, Supplier<InputStream>> openers = new TreeMap<>();
    files.forEach((name, bytes) -> openers.put(name, () -> new ByteArrayInputStream(bytes)));
    DatasetSnapshot snapshot = DatasetSnapshot.byContent(ObjectStore.inMemory(), "any", openers);
    snapshot.checkout(out);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(out.resolve(file.getKey())).hasBinaryContent(file.getValue());
      Files.delete(out.resolve(file.getKey()));
    }
    assertThat(read(out)).isEmpty();
  }

  @Provide
  Arbitrary<Map<String, byte[]>> files() {
    Arbitrary<String> names = Arbitraries.strings().withCharRange('a', 'e').ofLength(3);
    // Lengths around the limits of a chunk, and repeated content.
    Arbitrary<byte[]> contents =
        Arbitraries.oneOf(
            Arbitraries.bytes().array(byte[].class).ofMaxSize(64),
            Arbitraries.of(Chunker.LEAST - 1, Chunker.LEAST, Chunker.MOST, Chunker.MOST + 1)
                .map(byte[]::new),
            Arbitraries.longs()
                .between(1, 20)
                .map(seed -> ChunkerTest.random(seed, (int) (seed << 17))));
    return Arbitraries.maps(names, contents).ofMinSize(1).ofMaxSize(4);
  }
}
