package io.mlops4j.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An append-only log in an object store: event n is the object {@code prefix/n}, created by whoever
 * is first. All order comes from these numbers, none from a clock. Events carry a nonce, so whoever
 * does not know whether its write went through finds out by reading. Not thread-safe.
 */
final class EventLog {
  static final int FORMAT = 1;
  private final ObjectStore store;
  private final String prefix;
  private final String writer;
  private final Consumer<ObjectNode> fold;
  private long next;
  private long nonce;

  /** The fold is called with every event once, in order. */
  EventLog(ObjectStore store, String prefix, String writer, Consumer<ObjectNode> fold) {
    this.store = store;
    this.prefix = prefix;
    this.writer = writer;
    this.fold = fold;
  }

  /** Reads what others have added. */
  void sync() {
    for (Optional<byte[]> event = store.get(key()); event.isPresent(); event = store.get(key())) {
      accept(event.get());
    }
  }

  /**
   * Adds an event, unless another was added first: then that one and all after it are read, and the
   * caller has to decide again.
   */
  boolean append(ObjectNode event) {
    byte[] bytes =
        Json.canonical(event.put("format", FORMAT).put("by", writer).put("nonce", nonce++));
    if (store.putIfAbsent(key(), bytes)) {
      accept(bytes);
      return true;
    }
    // The store may have failed after it had written.
    boolean ours = store.get(key()).filter(there -> Arrays.equals(there, bytes)).isPresent();
    sync();
    return ours;
  }

  long size() {
    return next;
  }

  private void accept(byte[] bytes) {
    try {
      ObjectNode event = Json.parse(bytes, "Event " + key());
      int format = event.path("format").asInt();
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "it has format "
                + format
                + " (known: 1); a newer version of this library wrote it, upgrade this instance");
      }
      fold.accept(event);
    } catch (MlopsException | IllegalArgumentException | DateTimeException e) {
      throw new DamagedLogException("Event " + key() + " cannot be read: " + e.getMessage(), e);
    }
    next++;
  }

  private String key() {
    return prefix + "/" + number(next);
  }

  /** Ten digits, so that keys sort as numbers do. */
  static String number(long number) {
    String digits = Long.toString(number);
    return "0000000000".substring(Math.min(10, digits.length())) + digits;
  }
}
