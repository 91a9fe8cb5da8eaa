package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where a model was trained: JVM, operating system and libraries. Unknown parts say {@link
 * Lineage#UNKNOWN}.
 *
 * @param jvm such as {@code OpenJDK 64-Bit Server VM 17.0.15+6}
 * @param os such as {@code Linux 6.18 amd64}
 * @param dependencies file names of the class path's jars, such as {@code slf4j-api-2.0.20.jar}, in
 *     order; empty if unknown
 * @param artifacts the same jars and the directories of the class path, with digests; empty if
 *     unknown
 * @param natives native libraries out of those jars that were loaded; empty if there were none, or
 *     nobody could tell
 * @param settings what else may change a result: {@code charset}, {@code locale}, {@code
 *     processors}, {@code zone}; {@code natives=UNKNOWN} where loaded libraries cannot be listed
 */
public record Environment(
    String jvm,
    String os,
    List<String> dependencies,
    List<Artifact> artifacts,
    List<NativeLibrary> natives,
    SortedMap<String, String> settings) {

  /**
   * One entry of the class path.
   *
   * @param name the file's or directory's own name, never a path
   * @param coordinates {@code group:artifact:version} as the jar says; {@link Lineage#UNKNOWN} if
   *     it does not
   * @param digest SHA-256 of the jar's bytes, or of the directory's names and contents; {@link
   *     Lineage#UNKNOWN} if it could not be read or was too much
   */
  public record Artifact(String name, String coordinates, String digest) {
    /** Checks for null. */
    public Artifact {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(coordinates, "coordinates");
      Objects.requireNonNull(digest, "digest");
    }
  }

  /**
   * A native library that was loaded.
   *
   * @param name such as {@code libonnxruntime.so}
   * @param from the jar it came in, by its coordinates, or by its name if it does not say them
   */
  public record NativeLibrary(String name, String from) {
    /** Checks for null. */
    public NativeLibrary {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(from, "from");
    }
  }

  /** Copies the lists. */
  public Environment {
    Objects.requireNonNull(dependencies, "dependencies");
    Objects.requireNonNull(artifacts, "artifacts");
    Objects.requireNonNull(natives, "natives");
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(jvm, "jvm");
    Objects.requireNonNull(os, "os");
    dependencies = Elements.list("dependencies", dependencies);
    artifacts = Elements.list("artifacts", artifacts);
    natives = Elements.list("natives", natives);
    settings = Elements.sortedMap("settings", settings);
  }

  /**
   * Creates an environment of which no more is known.
   *
   * @param jvm the runtime
   * @param os the operating system
   * @param dependencies the libraries' names
   */
  public Environment(String jvm, String os, List<String> dependencies) {
    this(jvm, os, dependencies, List.of(), List.of(), new TreeMap<>());
  }

  /**
   * Returns an environment nothing is known about.
   *
   * @return all parts unknown
   */
  public static Environment unknown() {
    return new Environment(Lineage.UNKNOWN, Lineage.UNKNOWN, List.of());
  }

  /**
   * Returns this process's environment. The only code in this library that reads system properties;
   * reads no environment variable. Never fails: what cannot be read is {@link Lineage#UNKNOWN}.
   *
   * <p>Cost: the first call in a process reads and digests the class path, up to 4 GiB of it; later
   * calls reuse that, and only look again which native libraries are loaded (on Linux, in {@code
   * /proc/self/maps}).
   *
   * @return JVM, operating system and the jars of the class path, those named by manifests and
   *     those nested in an executable jar included
   */
  public static Environment capture() {
    String jvm = property("java.vm.name") + " " + property("java.vm.version");
    String os = property("os.name") + " " + property("os.version") + " " + property("os.arch");
    TreeSet<String> jars = new TreeSet<>();
    OfThisProcess.CLASS_PATH.artifacts().stream()
        .map(Artifact::name)
        .filter(name -> name.endsWith(".jar"))
        .forEach(jars::add);
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("charset", Charset.defaultCharset().name());
    settings.put("locale", Locale.getDefault().toLanguageTag());
    settings.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    settings.put("zone", TimeZone.getDefault().getID());
    List<NativeLibrary> natives =
        LoadedNatives.inThisProcess()
            .map(loaded -> LoadedNatives.of(loaded, OfThisProcess.CLASS_PATH.natives()))
            .orElseGet(
                () -> {
                  settings.put("natives", Lineage.UNKNOWN);
                  return List.of();
                });
    return new Environment(
        jvm, os, List.copyOf(jars), OfThisProcess.CLASS_PATH.artifacts(), natives, settings);
  }

  /** A class path does not change while its process lives, so it is digested once. */
  private static final class OfThisProcess {
    static final ClassPath CLASS_PATH =
        ClassPath.read(System.getProperty("java.class.path", ""), ClassPath.MOST_BYTES);
  }

  private static String property(String name) {
    return System.getProperty(name, Lineage.UNKNOWN);
  }
}
