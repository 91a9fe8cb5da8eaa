package io.mlops4j.registry;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.BundleIndex.Entry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads a bundle from its first byte to its last, once. Nothing is looked up, extracted or
 * interpreted: the index says what must come, and what comes is compared with it.
 */
final class BundleReader {
  /** All documents are in memory at once while a bundle is opened. */
  static final long MOST_DOCUMENT_BYTES = 256L << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path path;

  BundleReader(Path path) {
    this.path = path;
  }

  /** Takes an entry's bytes; called with the stream at their beginning. */
  @FunctionalInterface
  interface Sink {
    /** Reads all of the stream. */
    void take(Entry entry, InputStream bytes) throws IOException;
  }

  Bundle verify() {
    Map<String, byte[]> documents = new HashMap<>();
    BundleIndex index =
        read(
            (entry, bytes) -> {
              if (entry.isFile()) {
                bytes.transferTo(java.io.OutputStream.nullOutputStream());
              } else {
                documents.put(entry.name(), bytes.readAllBytes());
              }
            });
    try {
      return bundle(index, documents);
    } catch (MlopsException | IllegalArgumentException | DateTimeException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  static long documentBytes(BundleIndex index) {
    return index.entries().stream().filter(e -> !e.isFile()).mapToLong(Entry::bytes).sum();
  }

  /** Hands every entry but the index to a sink, in order, and verifies all of the file. */
  BundleIndex read(Sink sink) {
    if (!Files.isRegularFile(path)) {
      throw refused("there is no such file", null);
    }
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES)) {
      StoredZip zip = new StoredZip();
      BundleIndex index = BundleIndex.fromJson(index(file, zip));
      if (index.entries().stream().mapToLong(Entry::bytes).sum() > Files.size(path)) {
        throw new MlopsException("it is shorter than its index says");
      }
      if (documentBytes(index) > MOST_DOCUMENT_BYTES) {
        throw new MlopsException(
            "its documents have more than " + MOST_DOCUMENT_BYTES + " bytes together");
      }
      for (Entry entry : index.entries()) {
        entry(file, zip, entry, sink);
      }
      byte[] expected = zip.directory();
      byte[] found = file.readNBytes(expected.length + 1);
      if (!Arrays.equals(found, expected)) {
        throw new MlopsException("after its last entry comes something else than its directory");
      }
      return index;
    } catch (IOException e) {
      throw refused(e.toString(), e);
    } catch (SinkFailure e) {
      throw e.failure;
    } catch (MlopsException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  /** The sink's own failure, such as a full disk: not the bundle's fault. */
  private static final class SinkFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient MlopsException failure;

    SinkFailure(MlopsException failure) {
      super(null, failure, false, false);
      this.failure = failure;
    }
  }

  private static byte[] index(InputStream file, StoredZip zip) throws IOException {
    byte[] header = file.readNBytes(StoredZip.LOCAL_BYTES + BundleIndex.NAME.length());
    byte[] known = StoredZip.local(BundleIndex.NAME, 0, 0);
    if (header.length != known.length) {
      throw new MlopsException("it does not begin as a bundle does");
    }
    long bytes = StoredZip.bytes(header);
    int crc = StoredZip.crc(header);
    if (!Arrays.equals(header, StoredZip.local(BundleIndex.NAME, crc, bytes))) {
      throw new MlopsException("it does not begin as a bundle does");
    }
    if (bytes > BundleIndex.MOST_BYTES) {
      throw new MlopsException(
          "its index has " + bytes + " bytes (at most " + BundleIndex.MOST_BYTES + ")");
    }
    byte[] json = file.readNBytes((int) bytes);
    CRC32 actual = new CRC32();
    actual.update(json);
    if (json.length != bytes || (int) actual.getValue() != crc) {
      throw new MlopsException("its index is cut off or changed");
    }
    zip.add(BundleIndex.NAME, crc, bytes);
    return json;
  }

  private static void entry(InputStream file, StoredZip zip, Entry entry, Sink sink)
      throws IOException {
    byte[] header = file.readNBytes(StoredZip.LOCAL_BYTES + entry.name().length());
    if (header.length < StoredZip.LOCAL_BYTES
        || !Arrays.equals(
            header, StoredZip.local(entry.name(), StoredZip.crc(header), entry.bytes()))) {
      throw new MlopsException(
          "instead of " + entry.name() + ", which its index lists, comes something else");
    }
    if (!entry.isFile() && entry.bytes() > Json.MAX_DOCUMENT_BYTES) {
      throw new MlopsException(
          entry.name()
              + " has "
              + entry.bytes()
              + " bytes (at most "
              + Json.MAX_DOCUMENT_BYTES
              + ")");
    }
    Counted bytes = new Counted(file, entry.bytes());
    try {
      sink.take(entry, bytes);
    } catch (MlopsException e) {
      throw new SinkFailure(e);
    }
    if (bytes.left != 0 || bytes.ended) {
      throw new MlopsException(entry.name() + " is cut off");
    }
    if ((int) bytes.crc.getValue() != StoredZip.crc(header)
        || !Digests.hex(bytes.digest.digest()).equals(entry.digest())) {
      throw new MlopsException(entry.name() + " is not what the index says: it was changed");
    }
    zip.add(entry.name(), StoredZip.crc(header), entry.bytes());
  }

  /** The next so many bytes of the file, digested. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private final MessageDigest digest = Digests.sha256();
    private final CRC32 crc = new CRC32();
    private long left;
    private boolean ended;

    Counted(InputStream in, long bytes) {
      this.in = in;
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(into, from, (int) Math.min(length, left));
      if (n < 0) {
        ended = true;
        return -1;
      }
      digest.update(into, from, n);
      crc.update(into, from, n);
      left -= n;
      return n;
    }
  }

  private Bundle bundle(BundleIndex index, Map<String, byte[]> documents) {
    byte[] json = content(documents, BundleIndex.MANIFEST);
    Manifest manifest = Manifest.fromJson(json, "its manifest");
    Map<String, Entry> files = new HashMap<>();
    index.entries().stream().filter(Entry::isFile).forEach(e -> files.put(e.file(), e));
    boolean same = manifest.files().size() == files.size() && !files.isEmpty();
    for (Map.Entry<String, Blobs.Stored> file : manifest.files().entrySet()) {
      Entry entry = files.get(file.getKey());
      same =
          same
              && entry != null
              && entry.digest().equals(file.getValue().digest())
              && entry.bytes() == file.getValue().bytes();
    }
    same = same && same(index, "encoding.json", manifest.encoding());
    same = same && same(index, "golden.json", manifest.goldenRows());
    same = same && same(index, "baseline.json", manifest.baseline());
    if (!same) {
      throw new MlopsException("its manifest lists other contents than its index");
    }
    requireReadable(documents);
    List<EvaluationReport> reports = new ArrayList<>();
    StoredEvidence evidence = StoredEvidence.NONE;
    for (Entry entry : index.entries()) {
      byte[] content = content(documents, entry.name());
      if (entry.isEvaluation()) {
        EvaluationReport report = EvaluationReport.fromJson(content);
        requireAbout(index, entry, List.of(report.modelVersion()));
        reports.add(report);
      } else if (entry.isEvidence()) {
        StoredEvidence one = StoredEvidence.NONE.and(content, entry.name());
        if (one.equals(StoredEvidence.NONE)) {
          throw new MlopsException(entry.name() + " is of a kind that this library does not know");
        }
        requireAbout(index, entry, one.subjects());
        evidence = evidence.and(one);
      }
    }
    return new Bundle(path, index, manifest, reports, evidence);
  }

  private static void requireAbout(BundleIndex index, Entry entry, List<String> subjects) {
    if (!subjects.stream().allMatch(index.version().toString()::equals)) {
      throw new MlopsException(entry.name() + " is about another version");
    }
  }

  private static byte[] content(Map<String, byte[]> documents, String name) {
    return documents.getOrDefault(name, new byte[0]);
  }

  private static boolean same(BundleIndex index, String name, Optional<String> digest) {
    return index.entries().stream()
        .filter(entry -> entry.name().equals(name))
        .map(Entry::digest)
        .findFirst()
        .equals(digest);
  }

  /** A document that cannot be read would be noticed when the version is loaded: too late. */
  private static void requireReadable(Map<String, byte[]> documents) {
    byte[] encoding = documents.get("encoding.json");
    if (encoding != null) {
      InputEncoding.fromJson(encoding);
    }
    byte[] golden = documents.get("golden.json");
    if (golden != null) {
      GoldenRows.fromJson(golden);
    }
    byte[] baseline = documents.get("baseline.json");
    if (baseline != null) {
      Baseline.fromJson(baseline);
    }
  }

  private MlopsException refused(String why, @Nullable Exception cause) {
    String reason = why.endsWith(".") ? why.substring(0, why.length() - 1) : why;
    return new MlopsException(
        "Bundle "
            + path.getFileName()
            + " is refused: "
            + reason
            + ". Nothing was written. Export the version again.",
        cause);
  }
}
