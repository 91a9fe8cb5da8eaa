package io.mlops4j.registry;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A disk on which the n-th changing operation goes wrong, and which knows what a power failure may
 * take away: entries of directories that were not forced, contents of files that were not forced.
 * Used by one thread.
 */
class TestDisk extends Disk {
  /** What goes wrong. */
  enum Fault {
    NONE,
    ERROR_ONCE,
    ERROR_FROM_NOW_ON,
    /** The process ends: this operation and all later ones do nothing. */
    CRASH
  }

  /** Not an exception, so that nothing catches it. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final Fault fault;
  private final int at;
  private final Supplier<IOException> error;
  private int operations;
  private final Map<FileOutputStream, Path> open = new HashMap<>();
  private final Map<Path, Path> inode = new HashMap<>();
  private final Set<Path> forcedInodes = new HashSet<>();
  private final List<Path> looseEntries = new ArrayList<>();
  private final Map<Path, Path> renamed = new HashMap<>();

  TestDisk(Fault fault, int at) {
    this(fault, at, () -> new IOException("injected"));
  }

  TestDisk(Fault fault, int at, Supplier<IOException> error) {
    this.fault = fault;
    this.at = at;
    this.error = error;
  }

  boolean happened() {
    return operations >= at;
  }

  private void step(String what) throws IOException {
    operations++;
    if (fault == Fault.CRASH && operations >= at) {
      throw new Crash();
    }
    if ((fault == Fault.ERROR_ONCE && operations == at)
        || (fault == Fault.ERROR_FROM_NOW_ON && operations >= at)) {
      IOException failure = error.get();
      failure.addSuppressed(new IOException("at " + what));
      throw failure;
    }
  }

  @Override
  FileOutputStream create(Path file) throws IOException {
    step("create");
    FileOutputStream out = super.create(file);
    open.put(out, file);
    inode.put(file, file);
    looseEntries.add(file);
    return out;
  }

  @Override
  void write(FileOutputStream out, byte[] bytes, int length) throws IOException {
    // A failing disk, and a crash, leave half of it.
    try {
      step("write");
    } catch (IOException | Crash e) {
      super.write(out, bytes, length / 2);
      throw e;
    }
    super.write(out, bytes, length);
  }

  @Override
  void sync(FileOutputStream out) throws IOException {
    // What a force means is in the book-keeping; a real one would only take time.
    step("sync");
    forcedInodes.add(inode.get(open.get(out)));
  }

  @Override
  void link(Path link, Path existing) throws IOException {
    step("link");
    super.link(link, existing);
    if (!inode.containsKey(existing)) {
      forcedInodes.add(existing);
    }
    inode.put(link, inode.getOrDefault(existing, existing));
    looseEntries.add(link);
  }

  @Override
  void replace(Path source, Path target) throws IOException {
    step("replace");
    super.replace(source, target);
    if (!inode.containsKey(source)) {
      // From before this disk, so durable: what may be lost is its new name.
      forcedInodes.add(source);
      renamed.put(target, source);
    }
    inode.put(target, inode.getOrDefault(source, source));
    looseEntries.add(target);
  }

  @Override
  void createDirectory(Path directory) throws IOException {
    step("createDirectory");
    super.createDirectory(directory);
    looseEntries.add(directory);
  }

  @Override
  void setTime(Path file, FileTime time) throws IOException {
    step("setTime");
    super.setTime(file, time);
  }

  @Override
  boolean delete(Path file) throws IOException {
    step("delete");
    looseEntries.remove(file);
    return super.delete(file);
  }

  @Override
  void syncDirectory(Path directory) throws IOException {
    step("syncDirectory");
    looseEntries.removeIf(entry -> directory.equals(entry.getParent()));
  }

  /** Takes away what a power failure may take away: each part with some probability. */
  void losePower(double probability, Random random) {
    try {
      for (Map.Entry<Path, Path> file : inode.entrySet()) {
        if (!forcedInodes.contains(file.getValue())
            && Files.exists(file.getKey())
            && random.nextDouble() < probability) {
          byte[] bytes = Files.readAllBytes(file.getKey());
          int keep = random.nextInt(bytes.length + 1);
          // Torn, or of the right length but zero from some place on.
          byte[] rest = random.nextBoolean() ? new byte[keep] : new byte[bytes.length];
          System.arraycopy(bytes, 0, rest, 0, keep);
          Files.write(file.getKey(), rest);
        }
      }
      for (Path entry : looseEntries) {
        if (Files.exists(entry) && random.nextDouble() < probability) {
          drop(entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many parts a power failure may take away now: contents and names that were not forced. */
  int atRisk() {
    return (int) (looseContents().count() + looseEntries.stream().filter(Files::exists).count());
  }

  private Stream<Path> looseContents() {
    return inode.entrySet().stream()
        .filter(file -> !forcedInodes.contains(file.getValue()) && Files.exists(file.getKey()))
        .map(Map.Entry::getKey)
        .sorted();
  }

  /** Takes away exactly the parts whose bits are set; contents become zeros, or lose a half. */
  void losePower(long parts, boolean torn) {
    try {
      List<Path> entries = looseEntries.stream().filter(Files::exists).toList();
      int bit = 0;
      for (Path file : looseContents().toList()) {
        if ((parts >> bit++ & 1) == 1) {
          byte[] bytes = Files.readAllBytes(file);
          Files.write(file, torn ? Arrays.copyOf(bytes, bytes.length / 2) : new byte[bytes.length]);
        }
      }
      for (Path entry : entries) {
        if ((parts >> bit++ & 1) == 1 && Files.exists(entry)) {
          drop(entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drop(Path entry) throws IOException {
    Path before = renamed.get(entry);
    if (before != null && Files.notExists(before)) {
      Files.move(entry, before);
    } else {
      deleteAll(entry);
    }
  }

  static void deleteAll(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> children = Files.list(path)) {
        for (Path child : children.toList()) {
          deleteAll(child);
        }
      }
    }
    Files.delete(path);
  }
}
