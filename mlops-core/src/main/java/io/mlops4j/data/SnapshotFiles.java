package io.mlops4j.data;

import io.mlops4j.core.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files on their way into a snapshot, and the names they may have on every system. */
final class SnapshotFiles {
  private static final int MOST_FILES = 100_000;
  private static final Pattern PART =
      Pattern.compile("[\\p{L}\\p{N}_=+@#,()'~-][\\p{L}\\p{N}\\p{M} ._=+@#,()'~-]{0,199}");
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

  private SnapshotFiles() {}

  static String title(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: what the data is called)");
    }
    return Text.printable(name, 256);
  }

  /** A name is data, not a path: each part is plain on every file system. */
  static void requireName(String of, String file) {
    boolean plain = file.length() <= 1_000;
    for (String part : file.split("/", -1)) {
      plain =
          plain
              && PART.matcher(part).matches()
              && !part.endsWith(".")
              && !part.endsWith(" ")
              && !DEVICE.matcher(part).matches();
    }
    if (!plain) {
      throw new DataException(
          of
              + ": a file is called \""
              + Text.printable(file, 128)
              + "\" (expected: parts of letters, digits and . _ = + @ # , ( ) ' ~ - or blanks inside,"
              + " joined by /, none beginning with a dot). Rename it.");
    }
  }

  static SortedMap<String, Supplier<InputStream>> of(String name, Path data) {
    SortedMap<String, Supplier<InputStream>> files = new TreeMap<>();
    if (Files.isRegularFile(data)) {
      add(files, name, String.valueOf(data.getFileName()), data);
      return files;
    }
    Set<String> folded = new HashSet<>();
    try (Stream<Path> all = Files.walk(data)) {
      for (Iterator<Path> i = all.iterator(); i.hasNext(); ) {
        Path file = i.next();
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || file.equals(data)) {
          continue;
        }
        String relative =
            data.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new DataException(
              name
                  + ": "
                  + Text.printable(relative, 128)
                  + " is a link or no plain file. Give the files themselves.");
        }
        add(files, name, relative, file);
        if (!folded.add(relative.toLowerCase(Locale.ROOT))) {
          throw new DataException(
              name
                  + ": "
                  + Text.printable(relative, 128)
                  + " differs from another file's name by case only. Rename one.");
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(name, String.valueOf(data.getFileName()), e);
    }
    if (files.isEmpty()) {
      throw new DataException(name + ": there is no file in " + data + ".");
    }
    return files;
  }

  private static void add(
      SortedMap<String, Supplier<InputStream>> files, String name, String relative, Path file) {
    requireName(name, relative);
    if (files.size() >= MOST_FILES) {
      throw new DataException(name + " has more than " + MOST_FILES + " files.");
    }
    files.put(
        relative,
        () -> {
          try {
            return Files.newInputStream(file);
          } catch (IOException e) {
            throw unreadable(name, relative, e);
          }
        });
  }

  static DataException unreadable(String name, String file, Exception e) {
    return new DataException(
        name + ": " + Text.printable(file, 128) + " cannot be read: " + e + ".", e);
  }
}
