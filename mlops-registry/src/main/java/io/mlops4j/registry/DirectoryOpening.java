package io.mlops4j.registry;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens when a directory becomes a store: checks that end in one clear error each. */
final class DirectoryOpening {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryOpening.class);

  private DirectoryOpening() {}

  static void prepare(Path root, Path temp, Disk disk) throws IOException {
    if (Files.isSymbolicLink(root) && !Files.exists(root)) {
      throw new IOException("it is a link to something that does not exist");
    }
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw new IOException("it is a file, not a directory");
    }
    create(root, disk);
    create(temp, disk);
  }

  private static void create(@Nullable Path directory, Disk disk) throws IOException {
    if (directory == null || Files.isDirectory(directory)) {
      return;
    }
    create(directory.getParent(), disk);
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    Path parent = directory.getParent();
    if (parent != null) {
      disk.syncDirectory(parent);
    }
  }

  /** Tries what the commit protocol needs. Fails if not even a file can be created. */
  static boolean canLink(Path temp, Disk disk) throws IOException {
    Path probe = temp.resolve(UUID.randomUUID().toString());
    Path link = temp.resolve(UUID.randomUUID().toString());
    disk.create(probe).close();
    try {
      disk.link(link, probe);
      return true;
    } catch (UnsupportedOperationException | IOException e) {
      LOG.warn(
          "Store {}: no hard links here ({}). Objects are claimed by exclusive creation instead.",
          temp.getParent(),
          e.toString());
      return false;
    } finally {
      disk.delete(link);
      disk.delete(probe);
    }
  }

  static void warnIfShared(Path root) throws IOException {
    String type = Files.getFileStore(root).type();
    if (isShared(type)) {
      LOG.warn(
          "Store {} is on {}. Use it from one machine only: network file systems do not keep the"
              + " promises several machines would need.",
          root,
          type);
    }
  }

  /** What operating systems call file systems that other machines may write to. */
  private static final Pattern SHARED =
      Pattern.compile(
          "(nfs|cifs|smb|afs|ceph|lustre|glusterfs|gpfs|ocfs2|gfs2|fuse\\.(sshfs|glusterfs|ceph|s3fs)).*");

  static boolean isShared(String type) {
    return SHARED.matcher(type.toLowerCase(Locale.ROOT)).matches();
  }

  /** Deletes what crashed writers left behind, if it is old enough to be no one's. */
  static void collect(Path temp, Instant before) throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
            Files.deleteIfExists(file);
          }
        } catch (IOException e) {
          LOG.debug("Store {}: {} stays behind.", temp.getParent(), file, e);
        }
      }
    }
  }
}
