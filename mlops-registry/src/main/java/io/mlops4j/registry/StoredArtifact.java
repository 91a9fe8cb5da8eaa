package io.mlops4j.registry;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.core.Text;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** A stored version's files. The bytes that are handed out are the bytes that were hashed. */
final class StoredArtifact implements ModelArtifact {
  private final StoredModel<?, ?> model;
  private final ModelVersion version;
  private final Manifest manifest;
  private final Set<String> read = ConcurrentHashMap.newKeySet();

  StoredArtifact(StoredModel<?, ?> model, ModelVersion version, Manifest manifest) {
    this.model = model;
    this.version = version;
    this.manifest = manifest;
  }

  @Override
  public String format() {
    return manifest.format();
  }

  @Override
  public SortedSet<String> files() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(manifest.files().keySet()));
  }

  @Override
  public byte[] bytes(String file) {
    Blobs.Stored stored = manifest.files().get(file);
    if (stored == null) {
      throw new MlopsException(
          version
              + " has no file "
              + Text.printable(file, 64)
              + ". Files: "
              + String.join(", ", manifest.files().keySet())
              + ".");
    }
    byte[] bytes = verified(stored.digest(), what("file " + file));
    read.add(file);
    return bytes;
  }

  /** Verifies the files no one has asked for, without keeping them. */
  void verifyUnread() {
    manifest
        .files()
        .forEach(
            (name, stored) -> {
              if (!read.contains(name)) {
                Optional<String> actual = model.blobs().digestOf(stored.digest());
                if (!actual.equals(Optional.of(stored.digest()))) {
                  bytes(name);
                }
              }
            });
  }

  private byte[] verified(String digest, String what) {
    Optional<byte[]> bytes = model.blobs().raw(digest);
    if (bytes.isPresent() && Digests.sha256(bytes.get()).equals(digest)) {
      return bytes.get();
    }
    try {
      // Read once more before giving up on the version for ever: the fault may be the reading's.
      return model.blobs().get(digest, what);
    } catch (IntegrityException e) {
      throw model.quarantine(version.number(), e);
    }
  }

  private String what(String part) {
    return version + " " + part;
  }

  @Override
  public Optional<String> signature() {
    return manifest.signature();
  }

  @Override
  public Optional<InputEncoding> encoding() {
    return manifest
        .encoding()
        .map(digest -> InputEncoding.fromJson(verified(digest, what("encoding"))));
  }

  @Override
  public Optional<GoldenRows> goldenRows() {
    return manifest
        .goldenRows()
        .map(digest -> GoldenRows.fromJson(verified(digest, what("golden rows"))));
  }

  @Override
  public Optional<Baseline> baseline() {
    return manifest.baseline().map(digest -> Baseline.fromJson(verified(digest, what("baseline"))));
  }

  /** Returns the version, the format and the files' names. */
  @Override
  public String toString() {
    return version + " " + format() + files();
  }
}
