package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.ObjectStore;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A durable store of ours: blobs of any length pass through it without being held in memory. */
interface BlobStore extends ObjectStore {
  /** Copies a stream into a content-addressed blob. */
  Blobs.Stored putBlob(InputStream content, long maxBytes, String what);

  /** A blob's bytes as they are stored, verified by nobody. */
  Optional<byte[]> readBlob(String digest);

  /** Takes a part of a blob, and says whether it wants the next. */
  interface PartVisitor {
    boolean visit(byte[] bytes, int length);
  }

  /** Shows a blob part by part; false if there is none. */
  boolean eachPart(String digest, PartVisitor visitor);

  /** The digest of a blob's bytes as they are stored, or empty if there is none. */
  default Optional<String> blobDigest(String digest) {
    MessageDigest sha256 = Digests.sha256();
    boolean there =
        eachPart(
            digest,
            (bytes, length) -> {
              sha256.update(bytes, 0, length);
              return true;
            });
    return there ? Optional.of(Digests.hex(sha256.digest())) : Optional.empty();
  }

  /** A blob, and since when it is what it is: written, or set aside. */
  record Held(String digest, long bytes, Instant since) {}

  /** All blobs but those that are set aside. */
  List<Held> blobs();

  /** The blobs that are set aside. They can still be read. */
  List<Held> aside();

  /** From now on nobody who stores the same content takes this copy for theirs. */
  void setAside(String digest, Instant now);

  /** Undoes setting aside. */
  void takeBack(String digest);

  /** Removes a blob that is set aside. */
  void discard(String digest);

  /** What lies in the store and is not of it. */
  List<String> strangers();
}
