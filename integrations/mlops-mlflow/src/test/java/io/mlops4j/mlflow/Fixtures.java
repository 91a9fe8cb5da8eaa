package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What a real MLflow wrote and answered: see fixtures/make_fixtures.py. */
final class Fixtures {
  private Fixtures() {}

  static Path root() {
    try {
      return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/mlflow")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path model(String name) {
    return root().resolve("models").resolve(name);
  }

  static byte[] bytes(String file) {
    try {
      return Files.readAllBytes(root().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String file) {
    return Json.parse(bytes(file), file);
  }

  static JsonNode expected() {
    return json("expected.json");
  }

  /** The rows whose answers Python gave, as a caller has them. */
  static Map<String, Object> row(JsonNode node) {
    Map<String, Object> row = new LinkedHashMap<>();
    node.properties()
        .forEach(
            e ->
                row.put(
                    e.getKey(),
                    e.getValue().isTextual()
                        ? e.getValue().textValue()
                        : e.getValue().doubleValue()));
    return row;
  }

  /** A copy of a model directory that a test may spoil. */
  static Path copy(String name, Path to) {
    Path from = model(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String mlmodel(String name) {
    return new String(bytes("models/" + name + "/MLmodel"), StandardCharsets.UTF_8);
  }
}
