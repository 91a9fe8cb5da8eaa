package io.mlops4j.examples.cipromotion;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.cli.Mlops;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A checked-out repository on a runner: files, environment, {@code mlops} on the path. */
final class Workspace {
  private static final Path FROM_PYTHON = Path.of("../from-python");
  private static final Path LAUNCHER = Path.of("../../mlops-cli/src/main/scripts/mlops");

  private final Path directory;
  private final Map<String, String> environment = new HashMap<>();

  Workspace(Path root) throws IOException {
    directory = Files.createDirectories(root.resolve("checkout"));
    Files.copy(Path.of("policy.json"), directory.resolve("policy.json"));
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.copy(FROM_PYTHON.resolve("data/flights-heldout.csv"), data.resolve("heldout.csv"));
    Path home = Files.createDirectories(root.resolve("mlops/bin"));
    Files.createDirectories(root.resolve("mlops/lib"));
    Files.copy(LAUNCHER, home.resolve("mlops"), StandardCopyOption.COPY_ATTRIBUTES);
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("mlops"), home.resolve("mlops"));
    environment.put("PATH", bin + File.pathSeparator + System.getenv("PATH"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("MLOPS_CLASSPATH", System.getProperty("java.class.path"));
    environment.put("REGISTRY", registry().toString());
  }

  Path registry() {
    return directory.resolveSibling("registry");
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  void set(String name, String value) {
    environment.put(name, value);
  }

  /** Puts another model into {@code export/}. */
  void export(String name) throws IOException {
    Path to = Files.createDirectories(directory.resolve("export"));
    try (Stream<Path> files = Files.list(FROM_PYTHON.resolve("exports").resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** What a script came to. */
  record Ran(int exit, String output) {}

  /** Runs a script as a runner of GitHub or GitLab does: the first failing command ends it. */
  Ran bash(String script) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolveSibling("step.sh"), script);
    Path log = directory.resolveSibling("step.log");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "--noprofile", "--norc", "-eo", "pipefail", file.toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("step ended: %s", script).isTrue();
    return new Ran(process.exitValue(), Files.readString(log));
  }

  /** Asks the registry in this JVM. */
  String mlops(String... args) {
    StringWriter out = new StringWriter();
    String[] all =
        Stream.concat(Stream.of(args), Stream.of("--registry", registry().toString()))
            .toArray(String[]::new);
    int exit = Mlops.run(new PrintWriter(out), new PrintWriter(out), all);
    assertThat(exit).as("%s: %s", List.of(args), out).isZero();
    return out.toString();
  }

  /** Makes a model the champion, as an earlier run of the job would have. */
  void champion(String name) throws IOException {
    export(name);
    String[] by = {"--as", "earlier"};
    mlops(with(by, "register", "flight-delay", "--export", file("export").toString(), "--create"));
    String policy = file("policy.json").toString();
    String rows = file("data/heldout.csv").toString();
    mlops(with(by, "evaluate", "flight-delay", "latest", "--rows", rows, "--policy", policy));
    mlops(with(by, "promote", "flight-delay", "latest", "--policy", policy));
  }

  private static String[] with(String[] more, String... args) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
  }
}
