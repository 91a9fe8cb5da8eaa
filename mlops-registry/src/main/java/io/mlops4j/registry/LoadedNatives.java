package io.mlops4j.registry;

import io.mlops4j.registry.Environment.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The native libraries of a process, as Linux lists them. Libraries out of jars are unpacked under
 * their own name or one that begins with it, such as {@code libxgboost4j1234.so}.
 */
final class LoadedNatives {
  private static final Path MAPS = Path.of("/proc/self/maps");
  private static final int MOST_BYTES = 8 << 20;

  private LoadedNatives() {}

  static boolean isLibrary(String file) {
    return file.endsWith(".so")
        || file.endsWith(".dll")
        || file.endsWith(".dylib")
        || file.endsWith(".jnilib");
  }

  /** File names of what is mapped; empty where nobody can tell. */
  static Optional<Set<String>> inThisProcess() {
    try (InputStream in = Files.newInputStream(MAPS)) {
      return Optional.of(parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8)));
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  /** Each line ends in the path of the mapped file, if there is one. */
  static Set<String> parse(String maps) {
    Set<String> names = new TreeSet<>();
    maps.lines()
        .forEach(
            line -> {
              int slash = line.lastIndexOf('/');
              String name = line.substring(slash + 1).replaceFirst(" \\(deleted\\)$", "");
              if (slash >= 0 && isLibrary(name)) {
                names.add(name);
              }
            });
    return names;
  }

  /** Those of the loaded files that came out of a jar, under the name they have there. */
  static List<NativeLibrary> of(Set<String> loaded, Map<String, String> inJars) {
    List<NativeLibrary> natives = new ArrayList<>();
    inJars.forEach(
        (file, from) -> {
          String stem = file.substring(0, file.lastIndexOf('.'));
          String rest = "\\d*" + java.util.regex.Pattern.quote(file.substring(stem.length()));
          if (loaded.stream()
              .anyMatch(
                  name -> name.startsWith(stem) && name.substring(stem.length()).matches(rest))) {
            natives.add(new NativeLibrary(file, from));
          }
        });
    return natives;
  }
}
