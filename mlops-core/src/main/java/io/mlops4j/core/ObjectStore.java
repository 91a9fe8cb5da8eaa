package io.mlops4j.core;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Immutable objects under names, written once: the one durable primitive everything else is built
 * on. There is no overwrite and no lock; whoever creates a name first has won. Objects stay, except
 * that those below {@link #EPHEMERAL}, which tell of the moment, can be removed.
 *
 * <p>Keys are 1 to 16 parts joined by {@code /}, each 1 to 128 of {@code A-Z a-z 0-9 . _ -} and not
 * starting with a dot. Thread-safe; durable implementations are safe for several processes.
 */
public interface ObjectStore {
  /** The first part of the keys whose objects can be removed. */
  String EPHEMERAL = "ephemeral";

  /** What one part of a key looks like. */
  Pattern KEY_PART = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

  /**
   * Creates an object if its key is free. When this returns, the outcome is durable, as far as the
   * store is.
   *
   * @param key the name
   * @param value the content, at most 2 GiB; copied or written before this returns
   * @return true if this call created it, false if the key was taken (its content is unchanged)
   * @throws MlopsException if the store cannot say which of the two happened, or is read-only
   */
  boolean putIfAbsent(String key, byte[] value);

  /**
   * Returns an object's content.
   *
   * @param key the name
   * @return a copy of its bytes, or empty if there is none
   * @throws MlopsException if the object exists and is damaged; names the key
   */
  Optional<byte[]> get(String key);

  /**
   * Returns the keys below a prefix that ends at a {@code /} boundary, at any depth.
   *
   * @param prefix parts without a trailing {@code /}; empty for all
   * @return full keys in ascending order of their characters
   */
  List<String> list(String prefix);

  /**
   * Removes an object that told of the moment. What is read and listed afterwards is without it; a
   * reading or listing that runs meanwhile sees it or does not. A power failure may bring it back.
   *
   * @param key a name below {@link #EPHEMERAL}
   * @return true if it was there and this call removed it
   * @throws IllegalArgumentException if the key is not below {@link #EPHEMERAL}: everything else is
   *     kept for ever
   * @throws MlopsException if it is there and could not be removed
   * @throws UnsupportedOperationException if this store never removes anything, which is the
   *     default
   */
  default boolean remove(String key) {
    throw new UnsupportedOperationException(
        "Store " + this + " cannot remove " + requireEphemeral(key) + ": it keeps everything.");
  }

  /**
   * Returns a store that lives in this process's memory. For tests and notebooks.
   *
   * @return a new empty store
   */
  static ObjectStore inMemory() {
    return new InMemoryObjectStore();
  }

  /**
   * Returns the key if it is well formed. Implementations call this first.
   *
   * @param key the candidate
   * @return the same string
   * @throws IllegalArgumentException naming the part that is wrong
   */
  static String requireKey(String key) {
    Objects.requireNonNull(key, "key");
    String[] parts = key.split("/", -1);
    if (parts.length > 16) {
      throw new IllegalArgumentException(
          "key: " + parts.length + " parts (expected: 1 to 16): " + Text.printable(key, 64));
    }
    for (String part : parts) {
      if (!KEY_PART.matcher(part).matches()) {
        throw new IllegalArgumentException(
            "key: \""
                + Text.printable(key, 64)
                + "\", part \""
                + Text.printable(part, 64)
                + "\" (expected: 1 to 128 of A-Z a-z 0-9 . _ -, not starting with a dot)");
      }
    }
    return key;
  }

  /**
   * Returns the key if its object can be removed. Implementations of {@link #remove} call this
   * first.
   *
   * @param key the candidate
   * @return the same string
   * @throws IllegalArgumentException if it is malformed or not below {@link #EPHEMERAL}
   */
  static String requireEphemeral(String key) {
    if (!requireKey(key).startsWith(EPHEMERAL + "/")) {
      throw new IllegalArgumentException(
          "key: \""
              + Text.printable(key, 64)
              + "\" (expected: below "
              + EPHEMERAL
              + "/; other objects are never removed)");
    }
    return key;
  }
}
