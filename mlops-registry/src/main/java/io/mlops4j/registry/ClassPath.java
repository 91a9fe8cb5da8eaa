package io.mlops4j.registry;

import io.mlops4j.core.Digests;
import io.mlops4j.core.Text;
import io.mlops4j.registry.Environment.Artifact;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * What is on a class path, with digests. Jars named by a manifest's {@code Class-Path} and jars
 * nested in an executable jar count too. What cannot be read keeps its name and is unknown
 * otherwise.
 */
final class ClassPath {
  /** Digesting more than this would take a minute: what is left stays unknown. */
  static final long MOST_BYTES = 4L << 30;

  private static final int MOST_ARTIFACTS = 4_000;
  private static final int MOST_FILES = 50_000;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String NESTED = "BOOT-INF/lib/";

  private final Map<String, Artifact> found = new TreeMap<>();
  private List<Artifact> artifacts = List.of();
  private final Map<String, String> natives = new TreeMap<>();
  private final Deque<Path> left = new ArrayDeque<>();
  private long budget;

  private ClassPath(long budget) {
    this.budget = budget;
  }

  static ClassPath read(String classPath, long mostBytes) {
    ClassPath result = new ClassPath(mostBytes);
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty()) {
        result.enqueue(entry);
      }
    }
    Set<Path> seen = new HashSet<>();
    while (!result.left.isEmpty() && result.found.size() < MOST_ARTIFACTS) {
      Path path = result.left.poll();
      if (seen.add(path)) {
        result.add(path);
      }
    }
    result.artifacts = List.copyOf(result.found.values());
    return result;
  }

  /** In the order of their names. */
  List<Artifact> artifacts() {
    return artifacts;
  }

  /** File name of a native library in a jar, to the jar's coordinates or name. */
  Map<String, String> natives() {
    return natives;
  }

  private void enqueue(String entry) {
    try {
      left.add(Path.of(entry).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      // The JVM does not find it either.
    }
  }

  private void add(Path path) {
    String name = Text.printable(String.valueOf(path.getFileName()), 128);
    if (Files.isDirectory(path)) {
      put(new Artifact(name + "/", Lineage.UNKNOWN, directory(path)));
    } else if (Files.isRegularFile(path)) {
      String coordinates = Lineage.UNKNOWN;
      try (JarFile jar = new JarFile(path.toFile(), false)) {
        coordinates = JarFacts.coordinates(jar);
        follow(path, jar);
        entries(jar, coordinates.equals(Lineage.UNKNOWN) ? name : coordinates);
      } catch (IOException | SecurityException e) {
        // No jar: the JVM finds nothing in it, but it is there.
        coordinates = Lineage.UNKNOWN;
      }
      put(new Artifact(name, coordinates, file(path)));
    }
  }

  /** Two jars of one name in two directories are two artifacts. */
  private void put(Artifact artifact) {
    found.put(artifact.name() + " " + artifact.digest(), artifact);
  }

  private void follow(Path path, JarFile jar) throws IOException {
    Manifest manifest = jar.getManifest();
    String classPath =
        manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
    if (classPath == null) {
      return;
    }
    for (String entry : classPath.trim().split("\\s+", -1)) {
      try {
        URI uri = path.toUri().resolve(entry);
        if ("file".equals(uri.getScheme())) {
          left.add(Path.of(uri).toAbsolutePath().normalize());
        }
      } catch (IllegalArgumentException e) {
        // Not an address the JVM could follow.
      }
    }
  }

  private void entries(JarFile jar, String from) {
    jar.stream()
        .filter(entry -> !entry.isDirectory())
        .limit(1_000_000)
        .forEach(
            entry -> {
              String path = entry.getName();
              String file = path.substring(path.lastIndexOf('/') + 1);
              if (LoadedNatives.isLibrary(file)) {
                natives.putIfAbsent(file, from);
              } else if (path.startsWith(NESTED) && path.endsWith(".jar")) {
                put(
                    new Artifact(
                        Text.printable(path.substring(NESTED.length()), 128),
                        Lineage.UNKNOWN,
                        nested(jar, entry)));
              }
            });
  }

  private String nested(JarFile jar, ZipEntry entry) {
    try (InputStream in = jar.getInputStream(entry)) {
      return digest(in);
    } catch (IOException | SecurityException e) {
      return Lineage.UNKNOWN;
    }
  }

  private String file(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return digest(in);
    } catch (IOException | SecurityException e) {
      return Lineage.UNKNOWN;
    }
  }

  /** Digest over each file's name and digest, in the order of the names. */
  private String directory(Path directory) {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(Files::isRegularFile).limit(MOST_FILES + 1L).forEach(files::add);
    } catch (IOException | SecurityException | java.io.UncheckedIOException e) {
      return Lineage.UNKNOWN;
    }
    if (files.size() > MOST_FILES) {
      return Lineage.UNKNOWN;
    }
    files.sort(Comparator.comparing(file -> name(directory, file)));
    StringBuilder list = new StringBuilder();
    for (Path file : files) {
      String digest = file(file);
      if (digest.equals(Lineage.UNKNOWN)) {
        return Lineage.UNKNOWN;
      }
      list.append(name(directory, file)).append('\n').append(digest).append('\n');
    }
    return Digests.sha256(list.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static String name(Path directory, Path file) {
    return directory.relativize(file).toString().replace(File.separatorChar, '/');
  }

  private String digest(InputStream in) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      budget -= n;
      if (budget < 0) {
        return Lineage.UNKNOWN;
      }
      digest.update(buffer, 0, n);
    }
    return Digests.hex(digest.digest());
  }
}
