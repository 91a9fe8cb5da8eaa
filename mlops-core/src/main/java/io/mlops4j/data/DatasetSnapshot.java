package io.mlops4j.data;

import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The files data was read from, as they were: what a version was trained on, and what brings it
 * back. Immutable and thread-safe.
 *
 * <p>By content, the bytes are in the store, in chunks that snapshots share: a file that grew by a
 * month costs about a month. They are kept for ever. By reference, only names, lengths and digests
 * are: for personal data, which must stay where it can be erased.
 */
public final class DatasetSnapshot {
  private final SnapshotStore store;
  private final SnapshotDocument document;
  private final long newBytes;

  DatasetSnapshot(SnapshotStore store, SnapshotDocument document, long newBytes) {
    this.store = store;
    this.document = document;
    this.newBytes = newBytes;
  }

  /** Where the bytes are. */
  public enum Kind {
    /** In the store. */
    CONTENT,
    /** Where they were, and nowhere else. */
    REFERENCE
  }

  /**
   * One file.
   *
   * @param bytes its length
   * @param digest SHA-256 of its bytes
   */
  public record File(long bytes, String digest) {
    /** Checks for null. */
    public File {
      Objects.requireNonNull(digest, "digest");
    }
  }

  /**
   * Stores the bytes of a file, or of all files below a directory. Needs memory for two chunks (4
   * MiB), however large the files are.
   *
   * @param store where to; any store, also a registry's own
   * @param name what the data is called
   * @param data a file, or a directory without links in it
   * @return the snapshot
   * @throws DataException if a file cannot be read, is a link, has a name that is not portable, or
   *     there are more than 100,000; names it
   */
  public static DatasetSnapshot byContent(ObjectStore store, String name, Path data) {
    return byContent(store, name, SnapshotFiles.of(name, data));
  }

  /**
   * Stores bytes from anywhere.
   *
   * @param store where to
   * @param name what the data is called
   * @param files a relative name with {@code /} between its parts, and what opens the bytes; each
   *     is opened once and closed
   * @return the snapshot
   * @throws DataException as above
   */
  public static DatasetSnapshot byContent(
      ObjectStore store,
      String name,
      Map<String, ? extends Supplier<? extends InputStream>> files) {
    SnapshotStore chunks = new SnapshotStore(store);
    SortedMap<String, SnapshotDocument.Entry> entries = new TreeMap<>();
    long before = chunks.newBytes();
    new TreeMap<>(files)
        .forEach(
            (file, opener) -> {
              SnapshotFiles.requireName(name, file);
              try (InputStream in = opener.get()) {
                entries.put(file, chunks.put(in));
              } catch (IOException e) {
                throw SnapshotFiles.unreadable(name, file, e);
              }
            });
    SnapshotDocument document =
        new SnapshotDocument(SnapshotFiles.title(name), Kind.CONTENT, "", entries);
    chunks.put(document);
    return new DatasetSnapshot(chunks, document, chunks.newBytes() - before);
  }

  /**
   * Stores names, lengths and digests of a file, or of all files below a directory, and none of
   * their bytes.
   *
   * @param store where to
   * @param name what the data is called
   * @param place where the data is, for people; never opened
   * @param data the file or directory as it is now
   * @return the snapshot
   * @throws DataException as {@link #byContent(ObjectStore, String, Path)}
   */
  public static DatasetSnapshot byReference(
      ObjectStore store, String name, String place, Path data) {
    SnapshotStore references = new SnapshotStore(store);
    SortedMap<String, SnapshotDocument.Entry> entries = new TreeMap<>();
    SnapshotFiles.of(name, data)
        .forEach(
            (file, opener) -> {
              try (InputStream in = opener.get()) {
                entries.put(file, SnapshotStore.measure(in));
              } catch (IOException e) {
                throw SnapshotFiles.unreadable(name, file, e);
              }
            });
    SnapshotDocument document =
        new SnapshotDocument(
            SnapshotFiles.title(name), Kind.REFERENCE, Text.printable(place, 1_000), entries);
    references.put(document);
    return new DatasetSnapshot(references, document, 0);
  }

  /**
   * Returns a snapshot that was stored. Of one that is there both by content and by reference, the
   * content.
   *
   * @param store where it is
   * @param digest its {@link #digest}
   * @return the snapshot
   * @throws DataException if there is none, or it is not what was stored
   */
  public static DatasetSnapshot load(ObjectStore store, String digest) {
    SnapshotStore snapshots = new SnapshotStore(store);
    return new DatasetSnapshot(snapshots, snapshots.document(digest), 0);
  }

  /**
   * Returns the digests of all snapshots in a store.
   *
   * @param store where
   * @return in ascending order
   */
  public static List<String> list(ObjectStore store) {
    return SnapshotStore.list(store);
  }

  /**
   * Returns the identity of the content: SHA-256 over the files' names, lengths and digests. The
   * snapshot's name and whether it is by content or by reference do not matter.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    return document.digest();
  }

  /**
   * Returns what the data is called.
   *
   * @return as it was given
   */
  public String name() {
    return document.name();
  }

  /**
   * Returns where the bytes are.
   *
   * @return in the store, or only where they were
   */
  public Kind kind() {
    return document.kind();
  }

  /**
   * Returns where the data was, if it is a reference.
   *
   * @return the place as it was given; empty for content
   */
  public String place() {
    return document.place();
  }

  /**
   * Returns the files.
   *
   * @return relative name to length and digest
   */
  public SortedMap<String, File> files() {
    SortedMap<String, File> files = new TreeMap<>();
    document.files().forEach((name, entry) -> files.put(name, entry.file()));
    return Collections.unmodifiableSortedMap(files);
  }

  /**
   * Returns how much data it is.
   *
   * @return bytes of all files
   */
  public long bytes() {
    return document.files().values().stream().mapToLong(entry -> entry.file().bytes()).sum();
  }

  /**
   * Returns how much of it was not in the store before.
   *
   * @return bytes of new chunks; 0 if this was loaded or is a reference
   */
  public long newBytes() {
    return newBytes;
  }

  /**
   * Brings all files back, byte for byte. A file is written under another name, verified, and then
   * renamed: no wrong file is ever seen. Files that are there with the right content are left.
   *
   * @param directory where to; created if it is not there. Other files in it stay
   * @return the same directory
   * @throws DataException if this is a reference, a chunk is missing or damaged (names it and the
   *     file), or another file of the same name is there; what was written before stays
   */
  public Path checkout(Path directory) {
    if (kind() == Kind.REFERENCE) {
      throw new DataException(
          this
              + " is a reference: its bytes are not in the store. They were at "
              + (place().isEmpty() ? "a place nobody noted" : place())
              + ". Say where they are now: checkout(directory, from). If they were erased, what was"
              + " trained on them cannot be trained again.");
    }
    SnapshotCheckout checkout = new SnapshotCheckout(this.toString(), directory);
    document.files().forEach((file, entry) -> checkout.write(file, entry, store::copy));
    return directory;
  }

  /**
   * Copies all files of a reference from where they are now, and verifies each.
   *
   * @param directory where to; as above
   * @param from the directory, or the single file, that has them now
   * @return the directory
   * @throws DataException if a file is not there (erased or moved) or is not what it was; names it
   */
  public Path checkout(Path directory, Path from) {
    SnapshotCheckout checkout = new SnapshotCheckout(this.toString(), directory);
    document
        .files()
        .forEach(
            (file, entry) -> {
              Path source = Files.isDirectory(from) ? from.resolve(file) : from;
              if (!Files.isRegularFile(source)) {
                throw new DataException(
                    this
                        + ": "
                        + file
                        + " is not there any more. It was erased or moved, and the snapshot is a"
                        + " reference, so that its bytes are nowhere else; only its digest is left: "
                        + entry.file().digest()
                        + ". What was trained on it cannot be trained again.");
              }
              checkout.write(
                  file,
                  entry,
                  (ignored, out) -> {
                    try (InputStream in = Files.newInputStream(source)) {
                      in.transferTo(out);
                    }
                  });
            });
    return directory;
  }

  /**
   * Reads every chunk again.
   *
   * @throws DataException if one is missing or damaged; names it and the file
   */
  public void verify() {
    document
        .files()
        .forEach((file, entry) -> SnapshotCheckout.verify(this.toString(), file, entry, store));
  }

  /** Returns name, kind and the digest's first 12 digits. */
  @Override
  public String toString() {
    return "Snapshot " + name() + " (" + kind() + " " + digest().substring(0, 12) + "…)";
  }
}
