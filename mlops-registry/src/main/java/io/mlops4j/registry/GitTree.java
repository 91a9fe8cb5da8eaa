package io.mlops4j.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The revision a work tree is at. The commit is read from files: .git, or what a .git file points at
 * (linked work trees, submodules); HEAD, which is a digest or names a ref; the ref's own file, or
 * packed-refs. Stores of refs this code does not know (reftable) leave the commit to git itself.
 * Whether files were changed since only git can tell, so it is asked, with a limit of time.
 */
final class GitTree {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Pattern REF = Pattern.compile("refs/[^\\s\\\\:~^?*\\[\\x00-\\x1f]+");
  private static final int MOST_PARENTS = 64;
  private static final int MOST_REFS = 5;
  private static final int SMALL = 16 << 10;
  private static final int PACKED = 64 << 20;

  private final Path own;
  private final Path common;

  private GitTree(Path own, Path common) {
    this.own = own;
    this.common = common;
  }

  /** Never fails; what cannot be told is unknown. */
  static Lineage.Code code(Path start, Duration patience) {
    Lineage.Code unknown = new Lineage.Code(Lineage.UNKNOWN, Lineage.WorkTree.UNKNOWN);
    try {
      Path top = top(start);
      if (top == null) {
        return unknown;
      }
      GitTree tree = open(top);
      Optional<String> commit = tree == null ? Optional.empty() : tree.commit();
      return new GitProcess(top, patience).code(commit).orElse(unknown);
    } catch (IOException | InvalidPathException | SecurityException e) {
      return unknown;
    }
  }

  /** The commit from files alone, or empty. */
  static Optional<String> commitOf(Path start) throws IOException {
    Path top = top(start);
    GitTree tree = top == null ? null : open(top);
    return tree == null ? Optional.empty() : tree.commit();
  }

  private static @Nullable Path top(Path start) {
    Path at = start.toAbsolutePath().normalize();
    for (int i = 0; i < MOST_PARENTS && at != null; i++, at = at.getParent()) {
      if (Files.exists(at.resolve(".git"))) {
        return at;
      }
    }
    return null;
  }

  private static @Nullable GitTree open(Path top) throws IOException {
    Path git = top.resolve(".git");
    if (!Files.isDirectory(git)) {
      String link = small(git);
      if (!link.startsWith("gitdir:")) {
        return null;
      }
      git = top.resolve(link.substring("gitdir:".length()).strip()).normalize();
    }
    Path commondir = git.resolve("commondir");
    Path common =
        Files.isRegularFile(commondir) ? git.resolve(small(commondir).strip()).normalize() : git;
    return Files.isDirectory(git) ? new GitTree(git, common) : null;
  }

  private Optional<String> commit() throws IOException {
    String text = small(own.resolve("HEAD")).strip();
    for (int i = 0; i < MOST_REFS; i++) {
      if (COMMIT.matcher(text).matches()) {
        return Optional.of(text);
      }
      if (!text.startsWith("ref:")) {
        return Optional.empty();
      }
      String ref = text.substring("ref:".length()).strip();
      if (!REF.matcher(ref).matches() || ref.contains("..")) {
        return Optional.empty();
      }
      Path file = Files.isRegularFile(own.resolve(ref)) ? own.resolve(ref) : common.resolve(ref);
      if (!Files.isRegularFile(file)) {
        return packed(ref);
      }
      text = small(file).strip();
    }
    return Optional.empty();
  }

  private Optional<String> packed(String ref) throws IOException {
    Path packed = common.resolve("packed-refs");
    if (!Files.isRegularFile(packed) || Files.size(packed) > PACKED) {
      return Optional.empty();
    }
    try (var lines = Files.lines(packed, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.endsWith(" " + ref))
          .map(line -> line.substring(0, line.length() - ref.length() - 1))
          .filter(commit -> COMMIT.matcher(commit).matches())
          .findFirst();
    } catch (java.io.UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static String small(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(SMALL), StandardCharsets.UTF_8);
    }
  }
}
