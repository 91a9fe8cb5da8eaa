package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever somebody sends: it is refused, and nothing is written, neither in the store nor beside
 * it.
 */
class BundleHostilityTest {
  @TempDir static Path shared;
  @TempDir Path root;
  private Set<String> before = new TreeSet<>();
  private static byte[] good;
  private static byte[] small;

  @BeforeAll
  static void export() throws IOException {
    try (ModelRegistry registry = ModelRegistry.open(shared.resolve("sender"))) {
      RegisteredModel<String, String> model = registry.model("delay", Models.LOADER);
      BundleTest.registered(model).export(shared.resolve("good.zip"));
      model.register(Models.constant("x"), Lineage.unknown()).export(shared.resolve("small.zip"));
    }
    good = Files.readAllBytes(shared.resolve("good.zip"));
    small = Files.readAllBytes(shared.resolve("small.zip"));
  }

  private void requireRefused(String what, byte[] bytes) throws IOException {
    Path file = Files.write(root.resolve("hostile.zip"), bytes);
    assertThatThrownBy(() -> Bundle.open(file))
        .as(what)
        .isInstanceOf(MlopsException.class)
        .hasMessageStartingWith("Bundle hostile.zip is refused: ")
        .hasMessageEndingWith(". Nothing was written. Export the version again.");
    Files.delete(file);
  }

  @BeforeEach
  void look() throws IOException {
    before = everything();
  }

  @AfterEach
  void nothingWasWrittenAnywhere() throws IOException {
    assertThat(everything()).isEqualTo(before);
  }

  private Set<String> everything() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path top : List.of(root, shared)) {
      try (Stream<Path> all = Files.walk(top)) {
        all.forEach(path -> names.add(path.toString()));
      }
    }
    return names;
  }

  @Test
  void open_theGoodOnes_isFine() throws IOException {
    Path file = Files.write(root.resolve("good.zip"), good);
    Bundle bundle = Bundle.open(file);
    Files.delete(file);
    assertThat(bundle.evaluations()).hasSize(2);
    assertThat(build(entries(good))).as("the test builds what the library builds").isEqualTo(good);
  }

  @Test
  void open_cutOffAfterAnyByte_isRefused() throws IOException {
    for (int length = 0; length < small.length; length++) {
      requireRefused("the first " + length, Arrays.copyOf(small, length));
    }
  }

  @Test
  void open_anyByteFlipped_isRefused() throws IOException {
    for (int i = 0; i < small.length; i++) {
      byte[] flipped = small.clone();
      flipped[i] ^= (byte) (1 << (i % 8));
      requireRefused("byte " + i, flipped);
    }
  }

  @Test
  void open_anythingBefore_between_orAfter_isRefused() throws IOException {
    requireRefused("a byte more", Arrays.copyOf(good, good.length + 1));
    byte[] before = new byte[good.length + 1];
    System.arraycopy(good, 0, before, 1, good.length);
    requireRefused("a byte before", before);
    requireRefused("twice", concat(good, good));
    requireRefused("another zip behind it", concat(good, small));
    requireRefused("a script before", concat("#!/bin/sh\n".getBytes(UTF_8), good));
    requireRefused("empty", new byte[0]);
    requireRefused("text", "not a zip".getBytes(UTF_8));
    requireRefused("an empty zip", zip(Map.of()));
    requireRefused("gzip", new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0});
    requireRefused("Java serialization", new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 0x73});
  }

  /** The same contents in zips that general tools read without complaint. */
  @Test
  void open_otherFormsOfZip_areRefused() throws IOException {
    Map<String, byte[]> entries = entries(good);
    requireRefused("compressed", zip(entries));
    Map<String, byte[]> bomb = new LinkedHashMap<>(entries);
    bomb.put("files/bomb.bin", new byte[64 << 20]);
    requireRefused("a bomb of 1:1000", zip(bomb));
    ByteArrayOutputStream nested = new ByteArrayOutputStream();
    nested.writeBytes(zip(bomb));
    Map<String, byte[]> matryoshka = new LinkedHashMap<>(entries);
    matryoshka.put("files/nested.zip", nested.toByteArray());
    requireRefused("a zip in a zip", zip(matryoshka));
    int central = indexOf(good, "PK\1\2");
    requireRefused("a comment at the end", edit(good, good.length - 2, 1, 0));
    requireRefused("encrypted", edit(good, 6, 1));
    requireRefused("a data descriptor", edit(good, 6, 8));
    requireRefused("strong encryption", edit(good, 6, 0x40));
    requireRefused("deflated", edit(good, 8, 8));
    requireRefused("another method", edit(good, 8, 99));
    requireRefused("a date", edit(good, 12, 0x22));
    requireRefused("an extra field", edit(good, 28, 4));
    requireRefused("made on unix", edit(good, central + 5, 3));
    requireRefused("a symbolic link", edit(good, central + 40, 0xff, 0xa1));
    requireRefused("a device", edit(good, central + 40, 0xff, 0x21));
    requireRefused("a directory", edit(good, central + 38, 0x10));
    requireRefused("two disks", edit(good, central + 34, 1));
    requireRefused("an entry elsewhere", edit(good, central + 42, 7));
    requireRefused("a size of 4 GiB - 1", edit(good, 22, 0xff, 0xff, 0xff, 0xff));
    requireRefused("an index of 2 GiB", edit(edit(good, 18, 0, 0, 0, 0x80), 22, 0, 0, 0, 0x80));
    requireRefused("a directory of another name", rename(good, central + 46, "bundlE.json"));
    requireRefused("no directory", Arrays.copyOf(good, central));
    requireRefused("65,535 entries", edit(good, good.length - 12, 0xff, 0xff));
  }

  /** Every entry is named so once, in the archive and in an index that fits it. */
  @Test
  void open_namesThatLeadElsewhere_areRefused() throws IOException {
    List<String> names =
        List.of(
            "../outside",
            "files/../../outside",
            "files/..",
            "files/.",
            "files/",
            "files",
            "/etc/passwd",
            "//server/share",
            "C:\\outside",
            "files/C:outside",
            "files/..\\outside",
            "files\\outside",
            "files/a/b",
            "files//a",
            "./files/a",
            "files/.hidden",
            "files/%2e%2e",
            "files/a\0b",
            "files/a\nb",
            "files/con\u202Etxt",
            "files/" + "x".repeat(129),
            "x".repeat(60_000),
            "",
            " ",
            "manifest.json/",
            "MANIFEST.JSON",
            "Files/a",
            "bundle.json",
            "META-INF/MANIFEST.MF",
            "evaluations/1.json",
            "evaluations/00001.json/../../../x",
            "evaluations/../files/model.txt",
            "encoding.json.exe",
            "blobs/sha256/aa/" + "a".repeat(64),
            "models/delay/log/0000000001.json",
            "ephemeral/fleet/x");
    assertThat(names).hasSizeGreaterThan(30);
    for (String name : names) {
      Map<String, byte[]> entries = entries(good);
      entries.put(name, "evil".getBytes(UTF_8));
      requireRefused("in archive and index: " + name, build(entries));
      requireRefused("in the archive only: " + name, buildUnlisted(entries(good), name));
    }
  }

  @Test
  void open_hostileIndexes_areRefused() throws IOException {
    for (UnaryOperator<String> change :
        List.<UnaryOperator<String>>of(
            json -> json.replace("\"bundle\":1", "\"bundle\":2"),
            json -> json.replace("\"bundle\":1", "\"bundle\":-1"),
            json -> json.replace("\"bundle\":1", "\"bundle\":\"1\""),
            json -> json.replace("\"bundle\":1", "\"bundle\":1e0"),
            json -> json.replace("\"model\":\"delay\"", "\"model\":\"../x\""),
            json -> json.replace("\"model\":\"delay\"", "\"model\":\"\""),
            json -> json.replace("\"model\":\"delay\"", "\"model\":7"),
            json -> json.replace("\"model\":\"delay\"", "\"model\":\"<script>\""),
            json -> json.replace("\"version\":1", "\"version\":-1"),
            json -> json.replace("\"version\":1", "\"version\":4294967297"),
            json -> json.replace("\"version\":1", "\"version\":2"),
            json -> json.replace("\"version\":1}", "\"version\":1,\"more\":1}"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":-1"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":9223372036854775807"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":92233720368547758070"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":4294967296"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":4294967295"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":1e999999"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":0.5"),
            json -> json.replaceFirst("\"bytes\":\\d+", "\"bytes\":null"),
            json -> json.replaceFirst("\"sha256\":\"[0-9a-f]+\"", "\"sha256\":\"\""),
            json -> json.replaceFirst("\"sha256\":\"[0-9a-f]+\"", "\"sha256\":\"md5:0\""),
            json -> json.replaceFirst("\"sha256\":\"[0-9a-f]", "\"sha256\":\"A"),
            json ->
                json.replaceFirst(
                    "\"sha256\":\"[0-9a-f]+\"", "\"sha256\":\"" + "0".repeat(64) + "\""),
            json ->
                json.replaceFirst(
                    "\"sha256\":\"[0-9a-f]+\"", "\"sha256\":\"../../" + "0".repeat(58) + "\""),
            json -> json.replaceFirst("\\{\"bytes[^}]*},", ""),
            json -> json.replaceFirst("(\\{\"bytes[^}]*},)", "$1$1"),
            json -> json.replaceFirst("\"entries\":\\[.*]", "\"entries\":[]"),
            json -> json.replaceFirst("\"entries\":\\[.*]", "\"entries\":{}"),
            json -> json.replaceFirst("\"entries\":\\[.*]", "\"entries\":null"),
            json -> json.replaceFirst("\"entries\":", "\"entries\":[],\"entries\":"),
            json -> json + " ",
            json -> json + json,
            json -> "\uFEFF" + json,
            json -> json.replace(",", ", "),
            json -> "[" + json + "]",
            json -> "",
            json -> "null",
            json -> "{}",
            json -> "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000),
            json -> json.replace("delay", "d\\u0065lay"))) {
      Map<String, byte[]> entries = parts(good);
      String index = new String(entries.get("bundle.json"), UTF_8);
      String changed = change.apply(index);
      assertThat(changed).as("the change changes").isNotEqualTo(index);
      entries.put("bundle.json", changed.getBytes(UTF_8));
      requireRefused(changed.substring(0, Math.min(120, changed.length())), raw(entries));
    }
    Map<String, byte[]> broken = parts(good);
    broken.put("bundle.json", new byte[] {'{', (byte) 0xc3, '}'});
    requireRefused("invalid UTF-8", raw(broken));
    broken.put("bundle.json", new byte[(8 << 20) + 1]);
    requireRefused("an index of 8 MiB and a byte", raw(broken));
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= 20_000; i++) {
      many.append(i == 0 ? "" : ",").append("{\"bytes\":0,\"name\":\"files/").append(i);
      many.append("\",\"sha256\":\"").append(Digests.sha256(new byte[0])).append("\"}");
    }
    broken.put(
        "bundle.json",
        ("{\"bundle\":1,\"entries\":[" + many + "],\"model\":\"delay\",\"version\":1}")
            .getBytes(UTF_8));
    requireRefused("20,001 entries", raw(broken));
  }

  /** The container is perfect and every digest right; what is in it is not. */
  @Test
  void open_hostileDocuments_areRefused() throws IOException {
    byte[] garbage = "garbage".getBytes(UTF_8);
    byte[] deep = ("{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000)).getBytes(UTF_8);
    for (String name : List.of("manifest.json", "encoding.json", "golden.json", "baseline.json")) {
      for (byte[] content : List.of(garbage, deep, "{}".getBytes(UTF_8), new byte[0])) {
        Map<String, byte[]> entries = entries(good);
        entries.put(name, content);
        fixManifest(entries, name);
        requireRefused(name + " of " + content.length, build(entries));
      }
      Map<String, byte[]> without = entries(good);
      without.remove(name);
      requireRefused("no " + name, build(without));
      Map<String, byte[]> twice = entries(good);
      requireRefused("two " + name, buildWithSecond(twice, name));
    }
    Map<String, byte[]> entries = entries(good);
    entries.put("evaluations/00001.json", garbage);
    requireRefused("a report that is none", build(entries));
    entries = entries(good);
    entries.put(
        "evaluations/00001.json",
        new String(entries.get("evaluations/00001.json"), UTF_8)
            .replace("delay:1", "delay:2")
            .getBytes(UTF_8));
    requireRefused("a report about another version", build(entries));
    entries = entries(good);
    entries.remove("files/model.txt");
    requireRefused("a file too few", build(entries));
    entries = entries(good);
    entries.put("files/more.txt", garbage);
    requireRefused("a file too many", build(entries));
    entries = entries(good);
    entries.put("files/model.txt", garbage);
    requireRefused("a file the manifest does not mean", build(entries));
    for (String[] change :
        new String[][] {
          {"\"v\":1", "\"v\":999"},
          {"\"CLEAN\"", "\"FILTHY\""},
          {"\"DIRTY\"", "\"FILTHY\""},
          {"\"createdAt\":\"", "\"createdAt\":\"x"},
          {"\"name\":\"model.txt\"", "\"name\":\"../model.txt\""},
          {"\"name\":\"model.txt\"", "\"name\":\"model.txt/x\""},
          {"\"value\":0.69", "\"value\":1e999"},
          {"\"rows\":2", "\"rows\":-2"},
          {"{\"model\":\"delay\",\"version\":3}", "{\"model\":\"..\",\"version\":3}"},
        }) {
      entries = entries(good);
      String manifest = new String(entries.get("manifest.json"), UTF_8);
      if (manifest.contains(change[0])) {
        entries.put("manifest.json", manifest.replace(change[0], change[1]).getBytes(UTF_8));
        requireRefused(change[1], build(entries));
      }
    }
  }

  // What hostile bundles are made with.

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] edit(byte[] bytes, int at, int... values) {
    byte[] copy = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      copy[at + i] = (byte) values[i];
    }
    return copy;
  }

  private static byte[] rename(byte[] bytes, int at, String name) {
    byte[] copy = bytes.clone();
    System.arraycopy(name.getBytes(UTF_8), 0, copy, at, name.length());
    return copy;
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, ISO_8859_1).indexOf(text);
  }

  /** All entries of a stored zip, the index included, in order. */
  static Map<String, byte[]> parts(byte[] zip) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ByteBuffer in = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; in.getInt(at) == 0x0403_4b50; ) {
      int length = in.getInt(at + 18);
      int name = in.getShort(at + 26);
      int begin = at + 30 + name;
      entries.put(
          new String(zip, at + 30, name, UTF_8), Arrays.copyOfRange(zip, begin, begin + length));
      at = begin + length;
    }
    return entries;
  }

  static Map<String, byte[]> entries(byte[] zip) {
    Map<String, byte[]> entries = parts(zip);
    entries.remove("bundle.json");
    return entries;
  }

  /** A bundle with an index that lists these entries as they are. */
  static byte[] build(Map<String, byte[]> entries) throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("bundle.json", index(entries));
    entries.forEach(all::putIfAbsent);
    return raw(all);
  }

  private static byte[] index(Map<String, byte[]> entries) {
    List<BundleIndex.Entry> list = new ArrayList<>();
    entries.forEach(
        (name, bytes) ->
            list.add(new BundleIndex.Entry(name, Digests.sha256(bytes), bytes.length)));
    return new BundleIndex(new io.mlops4j.core.ModelVersion("delay", 1), list).toJson();
  }

  private static byte[] buildUnlisted(Map<String, byte[]> entries, String name) throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("bundle.json", index(entries));
    all.putAll(entries);
    all.put(name.equals("bundle.json") ? "Bundle.json" : name, "evil".getBytes(UTF_8));
    return raw(all);
  }

  /** The archive has a second entry of that name, and the index lists both. */
  private static byte[] buildWithSecond(Map<String, byte[]> entries, String name)
      throws IOException {
    List<BundleIndex.Entry> list = new ArrayList<>();
    List<Map.Entry<String, byte[]>> all = new ArrayList<>(entries.entrySet());
    all.add(Map.entry(name, Objects.requireNonNull(entries.get(name))));
    all.forEach(
        e ->
            list.add(
                new BundleIndex.Entry(
                    e.getKey(), Digests.sha256(e.getValue()), e.getValue().length)));
    all.add(
        0,
        Map.entry(
            "bundle.json",
            new BundleIndex(new io.mlops4j.core.ModelVersion("delay", 1), list).toJson()));
    return raw(all);
  }

  static byte[] raw(Map<String, byte[]> entries) throws IOException {
    return raw(List.copyOf(entries.entrySet()));
  }

  private static byte[] raw(List<Map.Entry<String, byte[]>> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StoredZip zip = new StoredZip();
    for (Map.Entry<String, byte[]> entry : entries) {
      CRC32 crc = new CRC32();
      crc.update(entry.getValue());
      int length = entry.getValue().length;
      out.write(StoredZip.local(entry.getKey(), (int) crc.getValue(), length));
      out.write(entry.getValue());
      zip.add(entry.getKey(), (int) crc.getValue(), length);
    }
    out.write(zip.directory());
    return out.toByteArray();
  }

  /** As the JDK writes zips: compressed. */
  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream((OutputStream) bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** Lets the manifest mean a changed document, so that only its content is wrong. */
  private static void fixManifest(Map<String, byte[]> entries, String name) {
    String field =
        Map.of(
                "encoding.json",
                "encoding",
                "golden.json",
                "goldenRows",
                "baseline.json",
                "baseline")
            .get(name);
    if (field != null) {
      String manifest = new String(entries.get("manifest.json"), UTF_8);
      String digest = Digests.sha256(Objects.requireNonNull(entries.get(name)));
      entries.put(
          "manifest.json",
          manifest
              .replaceFirst(
                  "\"" + field + "\":\"[0-9a-f]{64}\"", "\"" + field + "\":\"" + digest + "\"")
              .getBytes(UTF_8));
    }
  }
}
