package io.mlops4j.data;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Snapshots in an object store: {@code datasets/chunks/ab/<digest>} and {@code
 * datasets/snapshots/<digest>/content.json} or {@code reference.json}. Not among a registry's
 * blobs: no garbage collection of those reaches them.
 */
final class SnapshotStore {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final String SNAPSHOTS = "datasets/snapshots";
  private static final int BUFFER_BYTES = 1 << 16;

  private final ObjectStore store;
  private long newBytes;

  SnapshotStore(ObjectStore store) {
    this.store = store;
  }

  static List<String> list(ObjectStore store) {
    return store.list(SNAPSHOTS).stream()
        .map(key -> key.substring(SNAPSHOTS.length() + 1).split("/", -1)[0])
        .filter(digest -> DIGEST.matcher(digest).matches())
        .distinct()
        .toList();
  }

  long newBytes() {
    return newBytes;
  }

  /** Stores a stream in chunks. */
  SnapshotDocument.Entry put(InputStream in) throws IOException {
    Chunker chunker = new Chunker(in);
    MessageDigest whole = Digests.sha256();
    List<String> chunks = new ArrayList<>();
    long bytes = 0;
    for (byte[] chunk = chunker.next(); chunk.length > 0; chunk = chunker.next()) {
      String digest = Digests.sha256(chunk);
      whole.update(chunk);
      bytes += chunk.length;
      if (store.putIfAbsent(key(digest), chunk)) {
        newBytes += chunk.length;
      } else {
        chunk(digest, "A chunk that is there already"); // Not to build on a damaged one.
      }
      chunks.add(digest);
    }
    return new SnapshotDocument.Entry(
        new DatasetSnapshot.File(bytes, Digests.hex(whole.digest())), chunks);
  }

  /** Length and digest of a stream, which is stored nowhere. */
  static SnapshotDocument.Entry measure(InputStream in) throws IOException {
    MessageDigest whole = Digests.sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      whole.update(buffer, 0, n);
      bytes += n;
    }
    return new SnapshotDocument.Entry(
        new DatasetSnapshot.File(bytes, Digests.hex(whole.digest())), List.of());
  }

  void put(SnapshotDocument document) {
    byte[] json = document.toJson();
    if (json.length > Json.MAX_DOCUMENT_BYTES) {
      throw new DataException(
          "Snapshot "
              + document.name()
              + ": the list of its chunks has "
              + json.length
              + " bytes (at most "
              + Json.MAX_DOCUMENT_BYTES
              + ", enough for about 100 GB). Take several snapshots.");
    }
    store.putIfAbsent(key(document.digest(), document.kind()), json);
  }

  SnapshotDocument document(String digest) {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "digest: \"" + Text.printable(digest, 70) + "\" (expected: 64 hexadecimal digits)");
    }
    byte[] json =
        store
            .get(key(digest, DatasetSnapshot.Kind.CONTENT))
            .or(() -> store.get(key(digest, DatasetSnapshot.Kind.REFERENCE)))
            .orElseThrow(
                () ->
                    new DataException(
                        "There is no snapshot "
                            + digest
                            + " in "
                            + store
                            + "; it has "
                            + list(store).size()
                            + "."));
    return SnapshotDocument.fromJson(json, digest);
  }

  /** Writes a stored file's bytes. */
  void copy(SnapshotDocument.Entry entry, OutputStream out) throws IOException {
    int i = 0;
    for (String digest : entry.chunks()) {
      i++;
      out.write(chunk(digest, "chunk " + i + " of " + entry.chunks().size()));
    }
  }

  private byte[] chunk(String digest, String what) {
    Optional<byte[]> bytes;
    try {
      bytes = store.get(key(digest));
    } catch (MlopsException e) {
      throw new DataException(what + " (" + digest + ") is damaged: " + e.getMessage(), e);
    }
    byte[] found =
        bytes.orElseThrow(() -> new DataException(what + " (" + digest + ") is missing."));
    String actual = Digests.sha256(found);
    if (!actual.equals(digest)) {
      throw new DataException(what + " (" + digest + ") is damaged: its digest is " + actual + ".");
    }
    return found;
  }

  private static String key(String chunk) {
    return "datasets/chunks/" + chunk.substring(0, Math.min(2, chunk.length())) + "/" + chunk;
  }

  private static String key(String digest, DatasetSnapshot.Kind kind) {
    return SNAPSHOTS
        + "/"
        + digest
        + (kind == DatasetSnapshot.Kind.CONTENT ? "/content.json" : "/reference.json");
  }
}
