package io.mlops4j.data.expect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.data.expect.ExpectationResult.Example;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A result as a document of format 1.0. A field that a reader may leave out raises the minor
 * number; whatever else is changed raises the format. So unknown fields of a newer minor are left
 * out, and unknown ones of this or an older minor are a mistake. Minor 0 is not written.
 */
final class ResultJson {
  private static final int FORMAT = 1;
  private static final int MINOR = 0;
  private static final String WHAT = "Validation result";

  private ResultJson() {}

  static byte[] write(ValidationResult result) {
    ObjectNode json = Json.object();
    json.put("kind", "validation");
    json.put("format", FORMAT);
    json.put("data", result.data());
    json.put("schema", result.schema());
    result.suite().ifPresent(suite -> json.put("suite", suite));
    result.digest().ifPresent(digest -> json.put("digest", digest));
    json.put("rows", result.rows());
    json.put("unreadable", result.unreadable());
    result.broken().ifPresent(problem -> json.put("broken", problem));
    json.put("environment", result.environment().name().toLowerCase(Locale.ROOT));
    json.put("passed", result.passed());
    json.put("at", result.at().toString());
    ArrayNode results = json.putArray("results");
    for (ExpectationResult one : result.results()) {
      ObjectNode node = results.addObject();
      node.set("expectation", SuiteJson.write(one.expectation()));
      node.put("outcome", one.outcome().name());
      node.put("considered", one.considered());
      node.put("failed", one.failed());
      node.put("sentence", one.sentence());
      ArrayNode examples = node.putArray("examples");
      one.examples().forEach(example -> write(example, examples.addObject()));
    }
    return Json.canonical(json);
  }

  private static void write(Example example, ObjectNode node) {
    node.put("line", example.line());
    if (!example.note().isEmpty()) {
      node.put("note", example.note());
    }
    ObjectNode values = node.putObject("values");
    example.values().forEach(values::put);
  }

  static ValidationResult read(byte[] bytes) {
    Place root = new Place(WHAT, "", Json.parse(bytes, WHAT));
    if (!root.get("kind").text().equals("validation")) {
      throw root.bad("expected kind validation");
    }
    long format = root.get("format").count();
    long minor = root.has("minor") ? count(root, "minor") : 0;
    if (format > FORMAT) {
      throw root.bad(newer(format, minor));
    } else if (format < FORMAT) {
      throw root.bad("format " + format + " (expected: " + FORMAT + ")");
    } else if (minor <= MINOR) {
      return read(root, true);
    }
    try {
      return read(root, false);
    } catch (MlopsException e) {
      throw new MlopsException(e.getMessage() + " It is " + newer(format, minor) + ".", e);
    }
  }

  private static String newer(long format, long minor) {
    return "of format "
        + format
        + "."
        + minor
        + ", which a newer library wrote, and this one knows "
        + FORMAT
        + "."
        + MINOR
        + ". Update this one, or let it make the result again";
  }

  /** Whether a field that is not known is left out, or refused. */
  private static void keys(boolean strict, Place place, String... known) {
    if (strict) {
      place.keys(known);
    }
  }

  private static ValidationResult read(Place root, boolean strict) {
    keys(
        strict,
        root,
        "kind",
        "format",
        "minor",
        "data",
        "schema",
        "suite",
        "digest",
        "rows",
        "unreadable",
        "broken",
        "environment",
        "passed",
        "at",
        "results");
    List<ExpectationResult> results = new ArrayList<>();
    root.get("results").list().forEach(place -> results.add(result(place, strict)));
    return new ValidationResult(
        root.get("data").text(),
        root.get("schema").text(),
        optional(root, "suite"),
        optional(root, "digest"),
        count(root, "rows"),
        count(root, "unreadable"),
        optional(root, "broken"),
        root.get("environment")
            .made(p -> Expectation.Environment.valueOf(p.text().toUpperCase(Locale.ROOT))),
        results,
        at(root.get("at")));
  }

  private static Optional<String> optional(Place root, String key) {
    return root.has(key) ? Optional.of(root.get(key).text()) : Optional.empty();
  }

  private static long count(Place place, String key) {
    long count = place.get(key).count();
    if (count < 0) {
      throw place.get(key).bad(count + " (expected: 0 or more)");
    }
    return count;
  }

  private static Instant at(Place place) {
    try {
      return Instant.parse(place.text());
    } catch (DateTimeException e) {
      throw place.bad("expected an instant");
    }
  }

  private static ExpectationResult result(Place place, boolean strict) {
    keys(strict, place, "expectation", "outcome", "considered", "failed", "sentence", "examples");
    List<Example> examples = new ArrayList<>();
    for (Place example : place.get("examples").list()) {
      keys(strict, example, "line", "note", "values");
      Map<String, String> values = new LinkedHashMap<>();
      Place map = example.get("values");
      map.node().fieldNames().forEachRemaining(name -> values.put(name, map.get(name).text()));
      examples.add(
          new Example(count(example, "line"), values, optional(example, "note").orElse("")));
    }
    return new ExpectationResult(
        SuiteJson.expectation(place.get("expectation")),
        place.get("outcome").made(p -> ExpectationResult.Outcome.valueOf(p.text())),
        count(place, "considered"),
        count(place, "failed"),
        place.get("sentence").text(),
        examples);
  }
}
