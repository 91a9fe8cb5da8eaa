package io.mlops4j.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is where in the private directory of a child JVM. Known to both sides, and so without a
 * logger: a child need not start one.
 *
 * @param root the directory
 */
record TrialDirectory(Path root) {

  /** What the child is told. */
  Path request() {
    return root.resolve("request");
  }

  /** What the child says, last of all. */
  Path answer() {
    return root.resolve("answer");
  }

  /** The version's files, each under its name. */
  Path files() {
    return root.resolve("files");
  }

  /** Where the child's native libraries are unpacked. */
  Path temporary() {
    return root.resolve("tmp");
  }

  /** What a JVM writes when native code brings it down. */
  Path crash() {
    return root.resolve("crash");
  }

  /** Removes it and what is in it; links are not followed. Returns whether nothing is left. */
  boolean delete() {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(root)) {
      found = walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | RuntimeException e) {
      return false;
    }
    boolean all = true;
    for (Path path : found) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        all = false;
      }
    }
    return all;
  }
}
