package io.mlops4j.registry;

import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.BundleIndex.Entry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32;

/** Writes a version into one file, each part verified on its way. */
final class BundleExport {
  private final Blobs blobs;
  private final ModelVersion version;
  private final String manifestDigest;
  private final Manifest manifest;
  private final List<String> evaluations;
  private final List<String> evidence;

  BundleExport(
      Blobs blobs,
      ModelVersion version,
      String manifestDigest,
      Manifest manifest,
      List<String> evaluations,
      List<String> evidence) {
    this.blobs = blobs;
    this.version = version;
    this.manifestDigest = manifestDigest;
    this.manifest = manifest;
    this.evaluations = evaluations;
    this.evidence = evidence;
  }

  Bundle write(Path file) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling(".export-" + UUID.randomUUID());
    try {
      if (Files.exists(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW), 1 << 16)) {
        write(out);
      }
      Files.move(temporary, target);
      return Bundle.open(file);
    } catch (IOException e) {
      throw new MlopsException(version + " was not exported to " + file + ": " + e + ".", e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is hidden and says by its name what it was.
      return;
    }
  }

  private void write(OutputStream out) throws IOException {
    BundleIndex index = new BundleIndex(version, entries());
    long bytes = index.entries().stream().mapToLong(e -> e.bytes() + 200).sum();
    if (bytes > StoredZip.MOST_BYTES || index.entries().size() > StoredZip.MOST_ENTRIES) {
      throw new MlopsException(
          version
              + " has "
              + bytes
              + " bytes in "
              + index.entries().size()
              + " parts (a bundle has at most 4 GiB in 65,534).");
    }
    if (BundleReader.documentBytes(index) > BundleReader.MOST_DOCUMENT_BYTES) {
      throw new MlopsException(
          version
              + " has "
              + BundleReader.documentBytes(index)
              + " bytes of evaluation reports and other documents (a bundle takes at most "
              + BundleReader.MOST_DOCUMENT_BYTES
              + ").");
    }
    StoredZip zip = new StoredZip();
    put(out, zip, BundleIndex.NAME, index.toJson());
    for (Entry entry : index.entries()) {
      put(out, zip, entry.name(), blobs.get(entry.digest(), version + " " + entry.name()));
    }
    out.write(zip.directory());
  }

  private static void put(OutputStream out, StoredZip zip, String name, byte[] bytes)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    out.write(StoredZip.local(name, (int) crc.getValue(), bytes.length));
    out.write(bytes);
    zip.add(name, (int) crc.getValue(), bytes.length);
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    add(entries, BundleIndex.MANIFEST, manifestDigest);
    manifest.encoding().ifPresent(digest -> add(entries, "encoding.json", digest));
    manifest.goldenRows().ifPresent(digest -> add(entries, "golden.json", digest));
    manifest.baseline().ifPresent(digest -> add(entries, "baseline.json", digest));
    manifest
        .files()
        .forEach(
            (name, stored) ->
                entries.add(new Entry(BundleIndex.FILES + name, stored.digest(), stored.bytes())));
    addAll(entries, BundleIndex.EVALUATIONS, evaluations);
    addAll(entries, BundleIndex.EVIDENCE, evidence);
    return entries;
  }

  private void addAll(List<Entry> entries, String folder, List<String> digests) {
    for (int i = 0; i < digests.size(); i++) {
      add(entries, String.format(Locale.ROOT, "%s%05d.json", folder, i + 1), digests.get(i));
    }
  }

  private void add(List<Entry> entries, String name, String digest) {
    entries.add(new Entry(name, digest, blobs.get(digest, version + " " + name).length));
  }
}
