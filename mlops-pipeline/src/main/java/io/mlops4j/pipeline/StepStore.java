package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What steps made, by digest, and which digest a key stands for. The first result of a key is the
 * key's for ever; one that differs is written beside it, never in its place.
 */
final class StepStore {
  // What is damaged cannot be overwritten, so it is written again beside it.
  private static final int COPIES = 4;
  private final ObjectStore store;
  private final String prefix;

  StepStore(ObjectStore store, String prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  /** What a key stands for. */
  record Kept(String digest, String run) {}

  /** What a key stands for, if its bytes are there and undamaged. */
  Optional<Kept> find(String key) {
    return kept(key).filter(kept -> read(kept.digest()) != null);
  }

  private Optional<Kept> kept(String key) {
    String object = prefix + "/keys/" + key;
    return store
        .get(object)
        .map(
            bytes -> {
              ObjectNode node = Json.parse(bytes, "Result " + object);
              try {
                if (Fields.number(node, "format") != EventLog.FORMAT) {
                  throw new PipelineException(
                      "Result "
                          + object
                          + " has format "
                          + node.path("format")
                          + " (known: 1). Upgrade this instance.");
                }
                return new Kept(Fields.text(node, "digest"), Fields.text(node, "run"));
              } catch (IllegalArgumentException e) {
                throw new PipelineException(
                    "Result " + object + " cannot be read: " + e.getMessage() + ".", e);
              }
            });
  }

  /** Keeps bytes. */
  String put(byte[] bytes) {
    String digest = Digests.sha256(bytes);
    for (int copy = 0; copy < COPIES; copy++) {
      String object = object(digest, copy);
      if (store.putIfAbsent(object, bytes) || intact(object, digest) != null) {
        return digest;
      }
    }
    throw new PipelineException(
        "All " + COPIES + " copies of " + object(digest, 0) + " are damaged. Repair the store.");
  }

  /** Says that a key stands for a digest, unless it stands for another already. */
  Kept bind(String key, String digest, String step, String run, Instant now) {
    ObjectNode node =
        Json.object()
            .put("format", EventLog.FORMAT)
            .put("digest", digest)
            .put("step", step)
            .put("run", run)
            .put("at", now.toString());
    if (store.putIfAbsent(prefix + "/keys/" + key, Json.canonical(node))) {
      return new Kept(digest, run);
    }
    Kept first = kept(key).orElseThrow(() -> new PipelineException("Result " + key + " is gone."));
    if (!first.digest().equals(digest)) {
      store.putIfAbsent(prefix + "/differing/" + key + "/" + digest, Json.canonical(node));
      if (read(first.digest()) == null) {
        throw new PipelineException(
            "The result of step '"
                + step
                + "' under key "
                + key
                + " is damaged or gone, and the step now makes another one (not deterministic): "
                + digest.substring(0, 12)
                + " in place of "
                + first.digest().substring(0, 12)
                + ". Restore "
                + object(first.digest(), 0)
                + ", or change the step's code version.");
      }
    }
    return first;
  }

  /** The bytes of a digest. */
  byte[] bytes(String digest) {
    byte[] bytes = read(digest);
    if (bytes == null) {
      throw new PipelineException(
          "What a step made is gone or damaged: "
              + object(digest, 0)
              + ". Cancel the run, and run the interval again.");
    }
    return bytes;
  }

  private byte @Nullable [] read(String digest) {
    for (int copy = 0; copy < COPIES; copy++) {
      byte[] bytes = intact(object(digest, copy), digest);
      if (bytes != null) {
        return bytes;
      }
    }
    return null;
  }

  private byte @Nullable [] intact(String object, String digest) {
    try {
      return store.get(object).filter(bytes -> Digests.sha256(bytes).equals(digest)).orElse(null);
    } catch (MlopsException damaged) {
      return null;
    }
  }

  private String object(String digest, int copy) {
    String object = prefix + "/results/" + digest;
    return copy == 0 ? object : object + "." + copy;
  }
}
