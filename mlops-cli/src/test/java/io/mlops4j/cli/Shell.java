package io.mlops4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs commands in this JVM against one registry, as a person at a prompt would. */
final class Shell {
  private static final Path HOME = Path.of("../examples/from-python");

  static final Path HELD_OUT = HOME.resolve("data/flights-heldout.csv");
  static final Path LINEAR = HOME.resolve("exports/flights-linear");
  static final Path XGBOOST = HOME.resolve("exports/flights-xgboost");
  static final Path CREDIT = HOME.resolve("exports/german-credit");
  static final Path CREDIT_HELD_OUT = HOME.resolve("data/german-credit-heldout.csv");
  static final String MODEL = "flight-delay";

  private final Path registry;

  Shell(Path registry) {
    this.registry = registry;
  }

  Path registry() {
    return registry;
  }

  /** Copies the registry, so that a test need not build it anew. */
  void copyTo(Path to) {
    try (Stream<Path> files = Files.walk(registry)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(registry.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a command said. */
  record Said(int exit, String out, String err) {
    JsonNode json() {
      return Json.parse(out.getBytes(StandardCharsets.UTF_8), "answer");
    }
  }

  /** Runs a command that only reads. */
  Said ask(String... args) {
    return run(with(args, "--registry", registry.toString()));
  }

  /** Runs a command that writes. */
  Said tell(String... args) {
    return run(with(args, "--registry", registry.toString(), "--as", "ci"));
  }

  static Said run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Mlops.run(new PrintWriter(out), new PrintWriter(err), args);
    return new Said(exit, out.toString(), err.toString());
  }

  private static String[] with(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** Registers an export and returns the number it got. */
  String register(String model, Path export) {
    Said said = tell("register", model, "--export", export.toString(), "--create", "--quiet");
    if (said.exit() != 0) {
      throw new AssertionError(said);
    }
    return said.out().strip();
  }
}
