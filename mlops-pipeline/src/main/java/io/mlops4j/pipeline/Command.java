package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Elements;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A program outside the JVM, such as a training script: what exactly is run, and with what. It
 * inherits no environment variable: what it needs is named, so the result does not depend on who
 * started the service. Immutable: each {@code with} returns a copy.
 *
 * <pre>{@code
 * Command train = Command.of(Path.of("/opt/venv/bin/python"), "train.py")
 *     .withFile(Path.of("train.py")).withFile(Path.of("requirements.txt"));
 * Step<ModelArtifact> model =
 *     Step.named("train").code(train.identity()).timeout(Duration.ofHours(2))
 *         .map(data, Codec.model(), (rows, step) -> {
 *           train.plus(rows.checkout(work).toString(), out.toString()).run(step);
 *           return ModelExport.read(out).files();
 *         });
 * }</pre>
 *
 * @param executable an absolute path; nothing is looked up
 * @param arguments given as they are; no shell reads them
 * @param directory where it runs
 * @param environment all its variables
 * @param secrets names of variables whose values are part of no identity, text or lineage
 * @param files files that decide what it does, such as the script: part of the identity
 * @param maxOutput how many bytes of its output, and of its errors, are kept: the last ones
 */
public record Command(
    Path executable,
    List<String> arguments,
    Path directory,
    SortedMap<String, String> environment,
    List<String> secrets,
    List<Path> files,
    int maxOutput) {
  /** Copies the collections and checks the ranges. */
  public Command {
    requireNonNull(directory, "directory");
    if (!requireNonNull(executable, "executable").isAbsolute()) {
      throw new IllegalArgumentException(
          "executable: " + executable + " (expected: an absolute path; nothing is looked up)");
    }
    if (maxOutput < 1 || maxOutput > 1 << 24) {
      throw new IllegalArgumentException(
          "maxOutput: " + maxOutput + " (expected: 1..16777216 bytes)");
    }
    arguments = Elements.list("arguments", arguments);
    environment = Elements.sortedMap("environment", environment);
    secrets = Elements.list("secrets", secrets);
    files = Elements.list("files", files);
    for (String argument : arguments) {
      requireNoNul("an argument", argument);
    }
    environment.forEach(Command::requireVariable);
  }

  /**
   * Returns a command without environment that keeps 64 KiB of its output.
   *
   * @param executable an absolute path
   * @param arguments what it is given
   * @return the command, in the working directory
   */
  public static Command of(Path executable, String... arguments) {
    return new Command(
        executable,
        all("arguments", arguments),
        Path.of("").toAbsolutePath(),
        new TreeMap<>(),
        List.of(),
        List.of(),
        1 << 16);
  }

  /**
   * Returns a copy with more arguments at the end.
   *
   * @param more what else it is given
   * @return the copy
   */
  public Command plus(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(all("more", more));
    return new Command(executable, all, directory, environment, secrets, files, maxOutput);
  }

  /**
   * Returns a copy that runs elsewhere.
   *
   * @param where an existing directory
   * @return the copy
   */
  public Command in(Path where) {
    requireNonNull(where, "where");
    return new Command(executable, arguments, where, environment, secrets, files, maxOutput);
  }

  /**
   * Returns a copy with a variable of its environment.
   *
   * @param name such as {@code OMP_NUM_THREADS}
   * @param value its value, which is part of the identity and the lineage
   * @return the copy
   */
  public Command withVariable(String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(environment);
    more.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
    return new Command(executable, arguments, directory, more, secrets, files, maxOutput);
  }

  /**
   * Returns a copy with a variable that nobody may see. Only its name is kept.
   *
   * @param name such as {@code DATABASE_PASSWORD}
   * @param value its value
   * @return the copy
   */
  public Command withSecret(String name, String value) {
    List<String> more = new ArrayList<>(secrets);
    more.add(requireNonNull(name, "name"));
    Command with = withVariable(name, value);
    return new Command(executable, arguments, directory, with.environment, more, files, maxOutput);
  }

  /**
   * Returns a copy whose identity has a file's content in it.
   *
   * @param file such as the script
   * @return the copy
   */
  public Command withFile(Path file) {
    List<Path> more = new ArrayList<>(files);
    more.add(requireNonNull(file, "file"));
    return new Command(executable, arguments, directory, environment, secrets, more, maxOutput);
  }

  /**
   * Returns a copy that keeps more or less of its output.
   *
   * @param bytes 1 to 16 MiB, each of output and errors
   * @return the copy
   */
  public Command withMaxOutput(int bytes) {
    return new Command(executable, arguments, directory, environment, secrets, files, bytes);
  }

  /**
   * Returns what makes it this command: the contents of executable and files, the arguments, the
   * names of all variables and the values of those that are no secrets. Give it to {@link
   * Step.Builder#code}. Reads the files.
   *
   * @return {@code command} and 64 hexadecimal digits
   * @throws PipelineException if a file cannot be read
   */
  public String identity() {
    ObjectNode all = Json.object().put("executable", digest(executable));
    arguments.forEach(all.putArray("arguments")::add);
    ObjectNode contents = all.putObject("files");
    files.forEach(file -> contents.put(file.toString(), digest(file)));
    ObjectNode variables = all.putObject("environment");
    shown().forEach(variables::put);
    return "command " + Digests.sha256(Json.canonical(all));
  }

  /**
   * Returns what it is run with, for a lineage: {@code command}, {@code command.executable.sha256},
   * {@code command.file.…}, {@code command.env.…}. Values of secrets are left out.
   *
   * @return name to value
   */
  public SortedMap<String, String> captured() {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("command", this.toString());
    facts.put("command.executable.sha256", digest(executable));
    for (Path file : files) {
      facts.put("command.file." + file.getFileName() + ".sha256", digest(file));
    }
    shown().forEach((name, value) -> facts.put("command.env." + name, value));
    return facts;
  }

  /**
   * Runs it and waits for it. If this thread is interrupted, by the step's timeout, by a cancelled
   * run or by shutdown, it is killed with all its children. What it writes is read all the time, so
   * it never waits for that; the last {@link #maxOutput} bytes are kept.
   *
   * @param step the step it is run in
   * @return its output
   * @throws PipelineException if it cannot be started or ends with another code than 0; has the
   *     last line of its errors
   * @throws InterruptedException if the step is to end
   */
  public CommandResult run(StepContext step) throws InterruptedException {
    return CommandRun.run(this, requireNonNull(step, "step").step());
  }

  /** Never shows a value, which may be a secret. */
  private static void requireVariable(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "name: \"" + Text.printable(name, 64) + "\" (expected: a variable's name, without =)");
    }
    requireNoNul("the value of " + name, value);
  }

  private static void requireNoNul(String what, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          what + " has a NUL character, which no program can be given (expected: none)");
    }
  }

  private static List<String> all(String what, String[] texts) {
    for (String text : requireNonNull(texts, what)) {
      requireNonNull(text, what);
    }
    return List.of(texts);
  }

  private SortedMap<String, String> shown() {
    SortedMap<String, String> shown = new TreeMap<>(environment);
    secrets.forEach(name -> shown.put(name, "(secret)"));
    return shown;
  }

  private static String digest(Path file) {
    try {
      return Digests.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new PipelineException("File " + file + " of a command cannot be read: " + e, e);
    }
  }

  /** Returns executable and arguments. */
  @Override
  public String toString() {
    return arguments.isEmpty()
        ? executable.toString()
        : executable + " " + String.join(" ", arguments);
  }
}
