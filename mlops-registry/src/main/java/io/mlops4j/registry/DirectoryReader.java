package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.BlobStore.Held;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a directory's files, blobs also where they are set aside. */
final class DirectoryReader {
  private static final int MAX_LOOKS = 100;
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryReader.class);
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path root;
  private final Disk disk;
  private final SetAside aside;

  DirectoryReader(Path root, Disk disk, SetAside aside) {
    this.root = root;
    this.disk = disk;
    this.aside = aside;
  }

  Path path(String key) {
    StringBuilder path = new StringBuilder(key.length() + 16);
    for (String part : key.split("/", -1)) {
      path.append(path.isEmpty() ? "" : "/").append(DiskNames.encode(part));
    }
    return root.resolve(path.toString());
  }

  Optional<byte[]> readBlob(String digest) {
    String what = "blob " + digest;
    Path file = path(DirectoryObjectStore.blobKey(digest));
    return read(file, what)
        .or(() -> read(aside.file(digest), what))
        // It may have been taken back between the two looks.
        .or(() -> read(file, what));
  }

  boolean eachPart(String digest, BlobStore.PartVisitor visitor) {
    try (InputStream in = openBlob(digest)) {
      if (in == null) {
        return false;
      }
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!visitor.visit(buffer, n)) {
          return true;
        }
      }
      return true;
    } catch (IOException e) {
      throw unreadable("blob " + digest, e);
    }
  }

  /**
   * Where it is, where it is set aside, or where it is again; null if it is nowhere. It may be
   * moved between any two looks: what was seen and could not be opened is looked for again.
   */
  private @Nullable InputStream openBlob(String digest) throws IOException {
    Path file = path(DirectoryObjectStore.blobKey(digest));
    for (int attempt = 1; ; attempt++) {
      boolean seen = false;
      for (Path place : List.of(file, aside.file(digest), file)) {
        try {
          return disk.open(place);
        } catch (FileNotFoundException e) {
          seen |= Files.exists(place);
          if (seen && attempt == MAX_LOOKS) {
            throw e;
          }
        }
      }
      if (!seen) {
        return null;
      }
    }
  }

  List<Held> blobs(List<String> keys) {
    List<Held> held = new ArrayList<>();
    for (String key : keys) {
      try {
        held.add(SetAside.held(path(key)));
      } catch (NoSuchFileException e) {
        LOG.debug("Store {}: {} was set aside meanwhile.", root, key);
      } catch (IOException e) {
        throw unreadable(key, e);
      }
    }
    return held;
  }

  String digestOf(Path file) throws IOException {
    MessageDigest sha256 = Digests.sha256();
    try (InputStream in = disk.open(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
    }
    return Digests.hex(sha256.digest());
  }

  Optional<byte[]> read(Path file, String what) {
    for (int attempt = 0; ; attempt++) {
      try (InputStream in = disk.open(file)) {
        return Optional.of(in.readAllBytes());
      } catch (FileNotFoundException e) {
        if (Files.isDirectory(file) || (Files.notExists(file) && !belowAFile(file))) {
          return Optional.empty();
        }
        // It may have been created between the two looks; what cannot be opened twice is not ours.
        if (attempt > 0) {
          throw unreadable(what, e);
        }
      } catch (IOException e) {
        throw unreadable(what, e);
      }
    }
  }

  /** A file where a directory should be hides what was there: that is not absence. */
  private boolean belowAFile(Path file) {
    for (Path up = file.getParent(); up != null && !up.equals(root); up = up.getParent()) {
      if (Files.exists(up)) {
        return !Files.isDirectory(up);
      }
    }
    return false;
  }

  MlopsException unreadable(String what, IOException e) {
    return new MlopsException(
        "Store " + root + ": " + what + " cannot be read: " + reason(e) + ".", e);
  }

  static String reason(IOException e) {
    String name = e.getClass().getSimpleName();
    return name.equals("IOException")
        ? String.valueOf(e.getMessage())
        : name + " " + e.getMessage();
  }
}
