package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ObjectStore;
import io.mlops4j.core.Time;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Commit protocol. An object is written to .tmp/<uuid> on the same file system, forced, and then
 * linked under its name: link(2) fails if the name exists, so it is the compare-and-swap, and what
 * it shows is complete. Then the directory is forced, and before that every parent of a directory
 * this process has not used yet (another process may have created it and died before forcing it).
 * Only then is the caller told. rename(2) would overwrite; a lock would have to be recovered.
 *
 * A failed force means that the kernel may have dropped the data and will report success the next
 * time: nothing is retried, nothing acknowledged, and this store writes no more until reopened.
 *
 * Content-addressed blobs (blobs/sha256/..) are stored raw, everything else with a seal.
 *
 * Only objects below ephemeral/ are ever removed, by one unlink; their directories stay, because
 * other processes may be about to link into them.
 *
 * Without hard links the name is claimed by exclusive creation and then filled. A crash can leave a
 * claim whose seal is missing; until CLAIM_GRACE has passed it may still be being written.
 */
final class DirectoryObjectStore implements BlobStore {
  static final String BLOBS = "blobs/sha256/";
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryObjectStore.class);
  private static final Duration TEMP_GRACE = Duration.ofHours(24);
  private static final Duration CLAIM_GRACE = Duration.ofSeconds(60);
  private static final int CLAIM_ATTEMPTS = 200;
  private static final long CLAIM_PAUSE_NANOS = 5_000_000;
  private static final String TEMP = ".tmp";
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path root;
  private final Path temp;
  private final Disk disk;
  private final Time time;
  private final boolean links;
  private final SetAside aside;
  private final DirectoryReader reader;
  private final Set<Path> durableDirectories = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String readOnly;

  private DirectoryObjectStore(Path root, Disk disk, Time time, boolean links) {
    this.root = root;
    this.temp = root.resolve(TEMP);
    this.disk = disk;
    this.time = time;
    this.links = links;
    this.aside = new SetAside(root.resolve(".aside"), disk);
    this.reader = new DirectoryReader(root, disk, aside);
  }

  static DirectoryObjectStore open(Path directory, Disk disk, Time time) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      DirectoryOpening.prepare(root, root.resolve(TEMP), disk);
      boolean links = DirectoryOpening.canLink(root.resolve(TEMP), disk);
      DirectoryOpening.warnIfShared(root);
      DirectoryOpening.collect(root.resolve(TEMP), time.now().minus(TEMP_GRACE));
      return new DirectoryObjectStore(root, disk, time, links);
    } catch (IOException e) {
      throw new MlopsException(
          "Store " + root + " cannot be opened for writing: " + DirectoryReader.reason(e) + ".", e);
    }
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    Path target = reader.path(ObjectStore.requireKey(key));
    if (key.startsWith(BLOBS)) {
      String digest = key.substring(key.lastIndexOf('/') + 1);
      if (!digest.equals(Digests.sha256(value)) || !key.equals(blobKey(digest))) {
        throw new IllegalArgumentException(key + " does not name the content it is given");
      }
      boolean absent = !Files.exists(target);
      putBlob(new ByteArrayInputStream(value), Long.MAX_VALUE, key);
      return absent;
    }
    return writing(
        key,
        () -> {
          if (Files.isDirectory(target)) {
            throw new IOException("there are objects below it");
          }
          if (Files.exists(target)) {
            makeDurable(parent(target));
            syncDirectory(parent(target));
            return false;
          }
          byte[] sealed = Seal.seal(value);
          return links ? linkNew(target, sealed) : claimNew(target, sealed);
        });
  }

  @Override
  public Blobs.Stored putBlob(InputStream content, long maxBytes, String what) {
    return writing(
        what,
        () -> {
          Path file = temp.resolve(UUID.randomUUID().toString());
          MessageDigest sha256 = Digests.sha256();
          try {
            long length = writeTemp(file, content, maxBytes, sha256, what);
            Blobs.Stored stored = new Blobs.Stored(Digests.hex(sha256.digest()), length);
            publishBlob(file, reader.path(blobKey(stored.digest())), stored.digest());
            return stored;
          } finally {
            deleteQuietly(file);
          }
        });
  }

  private void publishBlob(Path file, Path target, String digest) throws IOException {
    makeDurable(parent(target));
    boolean present = Files.exists(target);
    if (!present && links) {
      try {
        disk.link(target, file);
      } catch (FileAlreadyExistsException e) {
        present = true;
      }
    } else if (!present) {
      disk.replace(file, target);
    }
    try {
      if (present && !digest.equals(reader.digestOf(target))) {
        // Replacing a damaged blob by the content its name promises can only help.
        LOG.warn("Store {}: blob {} was damaged and has been replaced.", root, digest);
        disk.replace(file, target);
      }
    } catch (FileNotFoundException e) {
      // Set aside meanwhile: ours takes its place.
      disk.replace(file, target);
    }
    syncDirectory(parent(target));
  }

  private boolean linkNew(Path target, byte[] sealed) throws IOException {
    Path file = temp.resolve(UUID.randomUUID().toString());
    boolean created = true;
    try {
      writeTemp(file, new ByteArrayInputStream(sealed), Long.MAX_VALUE, null, "");
      makeDurable(parent(target));
      try {
        disk.link(target, file);
      } catch (FileAlreadyExistsException e) {
        created = false;
      }
      syncDirectory(parent(target));
    } finally {
      deleteQuietly(file);
    }
    return created;
  }

  private boolean claimNew(Path target, byte[] sealed) throws IOException {
    makeDurable(parent(target));
    try {
      writeTemp(target, new ByteArrayInputStream(sealed), Long.MAX_VALUE, null, "");
    } catch (FileAlreadyExistsException e) {
      syncDirectory(parent(target));
      return false;
    } catch (IOException e) {
      deleteQuietly(target);
      throw e;
    }
    syncDirectory(parent(target));
    return true;
  }

  private long writeTemp(
      Path file, InputStream content, long maxBytes, @Nullable MessageDigest digest, String what)
      throws IOException {
    long length = 0;
    try (FileOutputStream out = disk.create(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        length += n;
        Blobs.requireAtMost(length, maxBytes, what);
        if (digest != null) {
          digest.update(buffer, 0, n);
        }
        disk.write(out, buffer, n);
      }
      try {
        disk.sync(out);
      } catch (IOException e) {
        throw poisoned(file, e);
      }
    }
    long onDisk = Files.size(file);
    if (onDisk != length) {
      throw new IOException("wrote " + length + " bytes, the file has " + onDisk);
    }
    return length;
  }

  /** Creates a directory and makes its entry, and those of its parents, durable: once each. */
  private void makeDurable(Path directory) throws IOException {
    if (directory.equals(root) || durableDirectories.contains(directory)) {
      return;
    }
    makeDurable(parent(directory));
    if (!Files.isDirectory(directory)) {
      try {
        disk.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) {
          throw new IOException(root.relativize(directory) + " is an object, not a directory", e);
        }
      }
    }
    syncDirectory(parent(directory));
    durableDirectories.add(directory);
  }

  private void syncDirectory(Path directory) throws IOException {
    try {
      disk.syncDirectory(directory);
    } catch (IOException e) {
      throw poisoned(directory, e);
    }
  }

  private IOException poisoned(Path path, IOException cause) {
    readOnly =
        "forcing "
            + root.relativize(path)
            + " to disk failed ("
            + DirectoryReader.reason(cause)
            + ")";
    LOG.error("Store {}: {}. It writes no more until it is reopened.", root, readOnly, cause);
    return new IOException(
        readOnly + "; the outcome is unknown and the store now read-only", cause);
  }

  private <R> R writing(String what, Action<R> action) {
    if (readOnly != null) {
      throw new MlopsException(
          "Store " + root + " is read-only: " + readOnly + ". Reopen it once the disk is sound.");
    }
    try {
      return action.run();
    } catch (IOException e) {
      throw new MlopsException(
          "Store "
              + root
              + ": "
              + what
              + " was not written: "
              + DirectoryReader.reason(e)
              + free()
              + ".",
          e);
    }
  }

  private String free() {
    try {
      return " (" + Files.getFileStore(root).getUsableSpace() + " bytes free)";
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public Optional<byte[]> get(String key) {
    Path file = reader.path(ObjectStore.requireKey(key));
    if (key.startsWith(BLOBS)) {
      Optional<byte[]> blob = readBlob(key.substring(key.lastIndexOf('/') + 1));
      if (blob.isPresent() && !key.endsWith("/" + Digests.sha256(blob.get()))) {
        throw new IntegrityException(
            "Store "
                + root
                + ": "
                + key
                + " is damaged: its digest is "
                + Digests.sha256(blob.get())
                + ".");
      }
      return blob;
    }
    for (int attempt = 1; ; attempt++) {
      Optional<byte[]> content = reader.read(file, key);
      if (content.isEmpty()) {
        return content;
      }
      Optional<byte[]> opened = Seal.open(content.get());
      if (opened.isPresent()) {
        return opened;
      }
      if (links || !mayBeUnfinished(file)) {
        throw new IntegrityException(
            "Store "
                + root
                + ": "
                + key
                + " is torn or damaged ("
                + content.get().length
                + " bytes, no valid seal).");
      }
      if (attempt == CLAIM_ATTEMPTS) {
        throw new MlopsException(
            "Store " + root + ": " + key + " is still being written. Try again in a minute.");
      }
      LockSupport.parkNanos(CLAIM_PAUSE_NANOS);
    }
  }

  private boolean mayBeUnfinished(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant().isAfter(time.now().minus(CLAIM_GRACE));
    } catch (NoSuchFileException e) {
      // Removed meanwhile: reading again says so.
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Optional<byte[]> readBlob(String digest) {
    return reader.readBlob(digest);
  }

  @Override
  public boolean eachPart(String digest, PartVisitor visitor) {
    return reader.eachPart(digest, visitor);
  }

  @Override
  public List<Held> blobs() {
    return reader.blobs(list("blobs/sha256"));
  }

  @Override
  public List<Held> aside() {
    try {
      return aside.list();
    } catch (IOException e) {
      throw reader.unreadable("what is set aside", e);
    }
  }

  @Override
  public void setAside(String digest, Instant now) {
    writing("blob " + digest, () -> aside.move(digest, reader.path(blobKey(digest)), now));
  }

  @Override
  public void takeBack(String digest) {
    writing(
        "blob " + digest,
        () -> {
          Path target = reader.path(blobKey(digest));
          makeDurable(parent(target));
          return aside.moveBack(digest, target, links);
        });
  }

  @Override
  public void discard(String digest) {
    writing("blob " + digest, () -> disk.delete(aside.file(digest)));
  }

  @Override
  public List<String> strangers() {
    List<String> strangers = new ArrayList<>();
    try {
      DirectoryListing.strangers(root, root, strangers);
    } catch (IOException e) {
      throw reader.unreadable("the list of all files", e);
    }
    Collections.sort(strangers);
    return strangers;
  }

  @Override
  public List<String> list(String prefix) {
    Path start = prefix.isEmpty() ? root : reader.path(ObjectStore.requireKey(prefix));
    List<String> keys = new ArrayList<>();
    try {
      DirectoryListing.keys(start, prefix, keys);
    } catch (IOException e) {
      throw reader.unreadable("the list of " + (prefix.isEmpty() ? "all objects" : prefix), e);
    }
    Collections.sort(keys);
    return keys;
  }

  @Override
  public boolean remove(String key) {
    Path file = reader.path(ObjectStore.requireEphemeral(key));
    try {
      // Not forced: what a power failure brings back told of a moment that is long past.
      return !Files.isDirectory(file) && disk.delete(file);
    } catch (IOException e) {
      throw new MlopsException(
          "Store " + root + ": " + key + " was not removed: " + DirectoryReader.reason(e) + ".", e);
    }
  }

  private static Path parent(Path inside) {
    return Objects.requireNonNull(inside.getParent(), "Everything of a store is below its root.");
  }

  static String blobKey(String digest) {
    return BLOBS + digest.substring(0, 2) + "/" + digest;
  }

  private void deleteQuietly(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.debug("Store {}: {} stays behind and is collected later.", root, file, e);
    }
  }

  /** Returns the directory. */
  @Override
  public String toString() {
    return root.toString();
  }

  private interface Action<R> {
    R run() throws IOException;
  }
}
