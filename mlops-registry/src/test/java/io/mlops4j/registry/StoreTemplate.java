package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store that was filled once, and directories that are put back into its state: only what a case
 * has changed is undone, so 100,000 cases need not make and remove 27 directories each. Files that
 * are there are never changed, so a second name for each will do. Used by one thread.
 */
final class StoreTemplate {
  private final Path template;

  /** By relative path, parents first: what the file system knows a file by, "" for a directory. */
  private final Map<Path, Object> entries = new TreeMap<>();

  private final Map<Path, byte[]> contents = new TreeMap<>();

  StoreTemplate(Path template) throws IOException {
    this.template = template;
    Files.walkFileTree(
        template,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes is) {
            entries.put(template.relativize(directory), "");
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            entries.put(template.relativize(file), is.fileKey());
            contents.put(template.relativize(file), Files.readAllBytes(file));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Makes a directory equal to the template, whatever is in it, and returns it. */
  Path into(Path target) {
    try {
      Set<Path> kept = Files.exists(target) ? keep(target) : Set.of();
      for (Map.Entry<Path, Object> entry : entries.entrySet()) {
        if (!kept.contains(entry.getKey())) {
          Path name = target.resolve(entry.getKey().toString());
          if (entry.getValue().equals("")) {
            Files.createDirectory(name);
          } else {
            Files.createLink(name, template.resolve(entry.getKey()));
          }
        }
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes what the template has not, or has as another file, and returns the rest. */
  private Set<Path> keep(Path target) throws IOException {
    Set<Path> kept = new HashSet<>();
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            return settle(file, is.fileKey());
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
              throws IOException {
            return settle(directory, "");
          }

          private FileVisitResult settle(Path path, Object known) throws IOException {
            Path name = target.relativize(path);
            if (Objects.equals(entries.get(name), known)) {
              kept.add(name);
            } else {
              Files.delete(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return kept;
  }

  /** All names share their bytes with the template's: no case may have written into them. */
  void assertUnchanged() throws IOException {
    for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
      assertThat(template.resolve(file.getKey())).hasBinaryContent(file.getValue());
    }
    assertThat(new StoreTemplate(template).entries).isEqualTo(entries);
  }
}
