package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Content-addressed bytes in any store; without a copy on the heap in those of ours. */
final class Blobs {
  private final ObjectStore store;

  Blobs(ObjectStore store) {
    this.store = store;
  }

  /** What a stream turned out to be. */
  record Stored(String digest, long bytes) {}

  Stored put(byte[] content, String what) {
    return put(new ByteArrayInputStream(content), Long.MAX_VALUE, what);
  }

  Stored put(InputStream content, long maxBytes, String what) {
    if (store instanceof BlobStore durable) {
      return durable.putBlob(content, maxBytes, what);
    }
    byte[] bytes = readAll(content, maxBytes, what);
    String digest = Digests.sha256(bytes);
    String key = DirectoryObjectStore.blobKey(digest);
    if (!store.putIfAbsent(key, bytes) && !digestOf(digest).equals(Optional.of(digest))) {
      throw new IntegrityException(
          what + " was not stored: " + key + " exists with other content than its name says.");
    }
    return new Stored(digest, bytes.length);
  }

  private static byte[] readAll(InputStream content, long maxBytes, String what) {
    try {
      int limit = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16) + 1;
      byte[] bytes = content.readNBytes(limit);
      requireAtMost(bytes.length, maxBytes, what);
      return bytes;
    } catch (IOException e) {
      throw new MlopsException(what + " cannot be read: " + e.getMessage(), e);
    }
  }

  static void requireAtMost(long length, long maxBytes, String what) {
    if (length > maxBytes) {
      throw new MlopsException(
          what + " is larger than " + maxBytes + " bytes. Raise maxFileBytes if it must be.");
    }
  }

  /** The bytes as they are stored, verified by nobody. */
  Optional<byte[]> raw(String digest) {
    return store instanceof BlobStore durable
        ? durable.readBlob(digest)
        : store.get(DirectoryObjectStore.blobKey(digest));
  }

  /** The digest of what is stored, or empty if nothing is. */
  Optional<String> digestOf(String digest) {
    return store instanceof BlobStore durable
        ? durable.blobDigest(digest)
        : raw(digest).map(Digests::sha256);
  }

  /** The bytes, verified. */
  byte[] get(String digest, String what) {
    byte[] bytes =
        raw(digest)
            .orElseThrow(
                () -> new IntegrityException(what + " is missing (digest " + digest + ")."));
    String actual = Digests.sha256(bytes);
    if (!actual.equals(digest)) {
      throw damaged(what, digest, actual);
    }
    return bytes;
  }

  static IntegrityException damaged(String what, String registered, String actual) {
    return new IntegrityException(
        what + " is damaged: its digest is " + actual + ", registered is " + registered + ".");
  }
}
