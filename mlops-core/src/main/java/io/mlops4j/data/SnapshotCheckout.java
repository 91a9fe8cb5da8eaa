package io.mlops4j.data;

import io.mlops4j.core.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.util.UUID;

/** Writes a snapshot's files below one directory, each verified before it has its name. */
final class SnapshotCheckout {
  private final String who;
  private final Path directory;

  SnapshotCheckout(String who, Path directory) {
    this.who = who;
    this.directory = directory.toAbsolutePath().normalize();
  }

  /** Where a file's bytes come from. */
  @FunctionalInterface
  interface Bytes {
    void writeTo(SnapshotDocument.Entry entry, OutputStream out) throws IOException;
  }

  void write(String file, SnapshotDocument.Entry entry, Bytes bytes) {
    try {
      Path target = directory.resolve(file).normalize();
      Path parent = target.getParent();
      if (parent == null || !target.startsWith(directory) || target.equals(directory)) {
        throw new DataException(who + ": " + file + " would not be in " + directory + ".");
      }
      Files.createDirectories(parent);
      if (!parent.toRealPath().startsWith(directory.toRealPath())) {
        throw new DataException(
            who + ": " + file + " would not be in " + directory + ": a link leads out of it.");
      }
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        requireSame(file, target, entry);
        return;
      }
      Path temporary = parent.resolve(".checkout-" + UUID.randomUUID());
      try {
        String digest = copy(file, temporary, entry, bytes);
        requireDigest(file, digest, entry);
        Files.move(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new DataException(who + ": " + file + " cannot be written: " + e + ".", e);
    }
  }

  private String copy(String file, Path to, SnapshotDocument.Entry entry, Bytes bytes)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW);
        DigestOutputStream digested = new DigestOutputStream(out, Digests.sha256())) {
      bytes.writeTo(entry, digested);
      return Digests.hex(digested.getMessageDigest().digest());
    } catch (DataException e) {
      throw new DataException(who + ": " + file + ": " + e.getMessage(), e);
    }
  }

  private void requireDigest(String file, String digest, SnapshotDocument.Entry entry) {
    if (!digest.equals(entry.file().digest())) {
      throw new DataException(
          who
              + ": "
              + file
              + " is not what it was: its digest is "
              + digest
              + ", the snapshot's is "
              + entry.file().digest()
              + ".");
    }
  }

  private void requireSame(String file, Path target, SnapshotDocument.Entry entry)
      throws IOException {
    if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      try (InputStream in = Files.newInputStream(target)) {
        if (SnapshotStore.measure(in).file().equals(entry.file())) {
          return;
        }
      }
    }
    throw new DataException(
        who + ": another " + file + " is in " + directory + ". Check out into another directory.");
  }

  static void verify(String who, String file, SnapshotDocument.Entry entry, SnapshotStore store) {
    try (DigestOutputStream out =
        new DigestOutputStream(OutputStream.nullOutputStream(), Digests.sha256())) {
      if (entry.chunks().isEmpty() && entry.file().bytes() > 0) {
        return; // A reference has nothing to read.
      }
      store.copy(entry, out);
      new SnapshotCheckout(who, Path.of(""))
          .requireDigest(file, Digests.hex(out.getMessageDigest().digest()), entry);
    } catch (IOException e) {
      throw new DataException(who + ": " + file + ": " + e + ".", e);
    } catch (DataException e) {
      throw new DataException(who + ": " + file + ": " + e.getMessage(), e);
    }
  }
}
