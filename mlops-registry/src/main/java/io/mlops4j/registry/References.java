package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which blobs a store's objects refer to. A reference is the blob's digest, written in lower-case
 * hexadecimal anywhere in an object, or in a blob of text that is itself referred to. So nobody who
 * keeps something in a store has to be asked what it means; what happens to look like a digest
 * keeps a blob alive, and does no harm.
 */
final class References {
  private static final int DIGEST_LENGTH = 64;
  private static final int LOOKED_AT = 512;

  private final BlobStore store;
  private final Set<String> live = new HashSet<>();
  private final Deque<String> unread = new ArrayDeque<>();

  private References(BlobStore store) {
    this.store = store;
  }

  /** All references there are at some moment after this call began. Reads every object. */
  static Set<String> in(BlobStore store) {
    References references = new References(store);
    for (String key : store.list("")) {
      if (!key.startsWith(DirectoryObjectStore.BLOBS)) {
        // Gone means ephemeral. What is damaged is thrown: its references are not known.
        Optional<byte[]> object = store.get(key);
        Scanner scanner = new Scanner(references::found);
        byte[] name = (key + "\n").getBytes(US_ASCII);
        scanner.scan(name, name.length);
        object.ifPresent(bytes -> scanner.scan(bytes, bytes.length));
      }
    }
    for (String next = references.unread.poll(); next != null; next = references.unread.poll()) {
      references.read(next);
    }
    return references.live;
  }

  private void found(String digest) {
    if (live.add(digest)) {
      unread.add(digest);
    }
  }

  private void read(String digest) {
    Scanner scanner = new Scanner(this::found);
    boolean[] first = {true};
    store.eachPart(
        digest,
        (bytes, length) -> {
          if (first[0] && !isText(bytes, length)) {
            return false;
          }
          first[0] = false;
          scanner.scan(bytes, length);
          return true;
        });
  }

  private static boolean isText(byte[] bytes, int length) {
    for (int i = 0; i < Math.min(length, LOOKED_AT); i++) {
      if (bytes[i] >= 0 && bytes[i] < '\t') {
        return false;
      }
    }
    return true;
  }

  /** Finds every 64 hexadecimal digits in a row, across the borders of parts. */
  static final class Scanner {
    private final Consumer<String> found;
    private final StringBuilder digits = new StringBuilder();

    Scanner(Consumer<String> found) {
      this.found = found;
    }

    void scan(byte[] bytes, int length) {
      for (int i = 0; i < length; i++) {
        byte b = bytes[i];
        if ((b >= '0' && b <= '9') || (b >= 'a' && b <= 'f')) {
          digits.append((char) b);
          if (digits.length() >= DIGEST_LENGTH) {
            found.accept(digits.substring(digits.length() - DIGEST_LENGTH));
          }
        } else if (!digits.isEmpty()) {
          digits.setLength(0);
        }
        if (digits.length() > 1 << 16) {
          digits.delete(0, digits.length() - DIGEST_LENGTH);
        }
      }
    }
  }
}
