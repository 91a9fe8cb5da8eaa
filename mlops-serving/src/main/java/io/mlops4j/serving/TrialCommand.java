package io.mlops4j.serving;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.core.Model;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * How a child JVM is started.
 *
 * @param java the executable; null: that of this JVM
 * @param classPath what the child's classes are loaded from; empty: where this JVM has those from
 *     that are needed
 * @param main the class that is run
 * @param heapMegabytes its heap, and as much again outside of it for buffers
 * @param limit from its start to its end
 * @param directory where private directories are made; null: where temporary files are
 */
record TrialCommand(
    @Nullable Path java,
    List<Path> classPath,
    String main,
    int heapMegabytes,
    Duration limit,
    @Nullable Path directory) {
  private static final Set<String> LAUNCHERS = Set.of("java", "java.exe", "javaw.exe");

  static final TrialCommand DEFAULT =
      new TrialCommand(
          null, List.of(), TrialChild.class.getName(), 256, Duration.ofSeconds(30), null);

  TrialCommand {
    classPath = List.copyOf(classPath);
  }

  /**
   * Returns this with everything found that was not given.
   *
   * @throws IllegalStateException if it cannot be found; says what to give
   */
  TrialCommand resolved() {
    return new TrialCommand(
        java == null ? launcher() : executable(java),
        classPath.isEmpty() ? ownClassPath(needed()) : existing(classPath),
        main,
        heapMegabytes,
        limit,
        directory);
  }

  TrialDirectory newDirectory() throws IOException {
    // Only this user can read either, where the file system knows users.
    return new TrialDirectory(
        directory == null
            ? Files.createTempDirectory("mlops4j-trial")
            : Files.createTempDirectory(directory, "mlops4j-trial"));
  }

  /** Returns the command line of a child that works in a directory. */
  List<String> line(TrialDirectory in) {
    List<String> line = new ArrayList<>();
    line.add(String.valueOf(java));
    line.add("-Xmx" + heapMegabytes + "m");
    line.add("-XX:+ExitOnOutOfMemoryError");
    // It lives for a moment, beside a service that needs the cores.
    line.add("-XX:+UseSerialGC");
    line.add("-XX:TieredStopAtLevel=1");
    line.add("-XX:ActiveProcessorCount=1");
    line.add("-XX:-UsePerfData");
    line.add("-XX:-CreateCoredumpOnCrash");
    line.add("-XX:ErrorFile=" + in.crash());
    line.add("-Djava.io.tmpdir=" + in.temporary());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(nativeSettings());
    line.add("-cp");
    line.add(
        classPath.stream()
            .map(path -> path.toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator)));
    line.add(main);
    line.add(in.root().toString());
    return line;
  }

  /** Where this JVM was told to find the native library; nothing else it was told. */
  private static List<String> nativeSettings() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-Donnxruntime."))
        .toList();
  }

  private static Path launcher() {
    Optional<Path> running = ProcessHandle.current().info().command().map(Path::of);
    return running
        .filter(path -> LAUNCHERS.contains(String.valueOf(path.getFileName())))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "A trial run needs a java to start, and this JVM was started by "
                        + running.map(Path::toString).orElse("something unknown")
                        + ". Say which one with withJava(…)."));
  }

  private static Path executable(Path java) {
    if (!Files.isExecutable(java)) {
      throw new IllegalStateException(
          "A trial run cannot start " + java + ": it is no executable file. Change withJava(…).");
    }
    return java;
  }

  private static List<Path> existing(List<Path> classPath) {
    for (Path path : classPath) {
      if (!Files.exists(path)) {
        throw new IllegalStateException(
            "A trial run's class path has "
                + path
                + ", which is not there. Change"
                + " withClassPath(…).");
      }
    }
    return classPath;
  }

  /** One class of each library that a child needs. */
  private static List<Class<?>> needed() {
    List<Class<?>> classes = new ArrayList<>();
    classes.add(TrialChild.class);
    classes.add(Model.class);
    classes.add(ObjectMapper.class);
    classes.add(JsonFactory.class);
    classes.add(JsonProperty.class);
    classes.add(Logger.class);
    try {
      classes.add(OrtEnvironment.class);
    } catch (NoClassDefFoundError e) {
      // Left out by a service of linear models: the child does without it, too.
    }
    return classes;
  }

  /**
   * Returns the files some classes come from.
   *
   * @throws IllegalStateException if one is no file of its own: an archive within an archive
   */
  static List<Path> ownClassPath(List<Class<?>> classes) {
    List<Path> found = new ArrayList<>();
    for (Class<?> type : classes) {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      URL location = source == null ? null : source.getLocation();
      Path path = file(location);
      if (path == null) {
        throw new IllegalStateException(
            "A trial run starts a JVM with this one's libraries as its class path, but "
                + type.getName()
                + " comes from "
                + (location == null ? "no place that is known" : location)
                + ", which no class path can name. Run the application unpacked (of a Spring Boot"
                + " archive: java -Djarmode=tools -jar app.jar extract), or say withClassPath(…).");
      }
      if (!found.contains(path)) {
        found.add(path);
      }
    }
    return found;
  }

  private static @Nullable Path file(@Nullable URL location) {
    if (location == null || !location.getProtocol().equals("file")) {
      return null;
    }
    try {
      URI place = location.toURI();
      Path path = Path.of(place);
      return Files.exists(path) ? path : null;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }
}
