package io.mlops4j.registry;

import io.mlops4j.core.ObjectStore;
import java.io.InputStream;
import java.util.Optional;

/** A durable store of ours: blobs of any length pass through it without being held in memory. */
interface BlobStore extends ObjectStore {
  /** Copies a stream into a content-addressed blob. */
  Blobs.Stored putBlob(InputStream content, long maxBytes, String what);

  /** A blob's bytes as they are stored, verified by nobody. */
  Optional<byte[]> readBlob(String digest);

  /** The digest of a blob's bytes as they are stored, or empty if there is none. */
  Optional<String> blobDigest(String digest);
}
