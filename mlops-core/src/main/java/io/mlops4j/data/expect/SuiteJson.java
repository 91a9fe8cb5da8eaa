package io.mlops4j.data.expect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Feature;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A suite as a document. Format 1: fields are added, never renamed or removed. */
final class SuiteJson {
  static final int FORMAT = 1;
  static final String WHAT = "Expectations";
  private static final int MAX = 10_000;

  private SuiteJson() {}

  static byte[] write(Schema<?> schema, List<Expectation> expectations) {
    ObjectNode json = Json.object();
    json.put("format", FORMAT);
    ArrayNode features = json.putArray("features");
    for (Feature<?> feature : schema.features()) {
      ObjectNode node = features.addObject();
      node.put("name", feature.name());
      node.put("kind", feature.kind().name().toLowerCase(Locale.ROOT));
      if (feature.sensitive()) {
        node.put("sensitive", true);
      }
      feature.domain().forEach(node.withArray("domain")::add);
      if (feature.domain().isEmpty()) {
        node.remove("domain");
      }
    }
    ArrayNode list = json.putArray("expectations");
    for (Expectation expectation : expectations) {
      if (expectation.rule() instanceof PredicateRule rule) {
        throw new MlopsException(
            "The rule \"" + rule.what() + "\" is in Java and has no form in JSON.");
      }
      list.add(write(expectation));
    }
    return (Json.pretty(json) + "\n").getBytes(UTF_8);
  }

  /** What can come out of it: the rules in order, and the domains they ask the schema for. */
  static String digest(Schema<?> schema, List<Expectation> expectations) {
    ObjectNode json = Json.object();
    ArrayNode list = json.putArray("expectations");
    Map<String, Set<String>> domains = new TreeMap<>();
    for (Expectation expectation : expectations) {
      list.add(write(expectation));
      Stream.concat(Stream.of(expectation), expectation.filters().stream())
          .filter(one -> one.rule() instanceof TextRules.InDomain)
          .flatMap(one -> one.rule().features().stream())
          .forEach(name -> domains.put(name, new TreeSet<>(schema.feature(name).domain())));
    }
    ObjectNode asked = json.putObject("domains");
    domains.forEach((name, values) -> values.forEach(asked.putArray(name)::add));
    return Digests.sha256(Json.canonical(json));
  }

  static ObjectNode write(Expectation expectation) {
    ObjectNode json = rule(expectation);
    if (expectation.mostly() != 1) {
      json.put("mostly", Shown.shortest(expectation.mostly()));
    }
    if (!expectation.filters().isEmpty()) {
      ArrayNode where = json.putArray("where");
      expectation.filters().forEach(filter -> where.add(rule(filter)));
    }
    if (expectation.severity() == Expectation.Severity.WARNING) {
      json.put("severity", "warning");
    }
    if (expectation.environments().size() == 1) {
      json.put(
          "onlyIn", expectation.environments().iterator().next().name().toLowerCase(Locale.ROOT));
    }
    if (expectation.minRows() != 1) {
      json.put("minRows", expectation.minRows());
    }
    if (!expectation.note().isEmpty()) {
      json.put("because", expectation.note());
    }
    return json;
  }

  private static ObjectNode rule(Expectation expectation) {
    Rule rule = expectation.rule();
    ObjectNode json = Json.object();
    json.put("expect", rule.kind());
    if (rule instanceof UniqueRule unique) {
      unique.features().forEach(json.withArray("features")::add);
    } else if (!rule.features().isEmpty()) {
      json.put("feature", rule.features().get(0));
    }
    rule.write(json);
    return json;
  }

  /** Returns the expectations of a document; its features are for whoever has no schema. */
  static List<Expectation> read(byte[] bytes) {
    Place root = new Place(WHAT, "", Json.parse(bytes, WHAT));
    root.keys("format", "features", "expectations");
    long format = root.get("format").count();
    if (format != FORMAT) {
      throw root.get("format").bad(format + " (expected: " + FORMAT + ")");
    }
    List<Expectation> result = new ArrayList<>();
    List<Place> list = root.get("expectations").list();
    if (list.size() > MAX) {
      throw root.get("expectations").bad(list.size() + " (expected: at most " + MAX + ")");
    }
    list.forEach(place -> result.add(expectation(place)));
    return result;
  }

  static Expectation expectation(Place place) {
    Expectation expectation = RuleReader.read(place, true);
    if (place.has("mostly")) {
      expectation = place.get("mostly").made(expectation, (e, at) -> e.mostly(at.number()));
    }
    if (place.has("where")) {
      for (Place filter : place.get("where").list()) {
        Expectation of = RuleReader.read(filter, false);
        expectation = filter.made(expectation, (e, at) -> e.where(of));
      }
    }
    if (place.has("severity")) {
      switch (place.get("severity").text()) {
        case "warning" -> expectation = expectation.warning();
        case "error" -> {}
        default -> throw place.get("severity").bad("unknown (expected: error or warning)");
      }
    }
    if (place.has("onlyIn")) {
      expectation =
          switch (place.get("onlyIn").text()) {
            case "training" -> expectation.onlyIn(Expectation.Environment.TRAINING);
            case "serving" -> expectation.onlyIn(Expectation.Environment.SERVING);
            default -> throw place.get("onlyIn").bad("unknown (expected: training or serving)");
          };
    }
    if (place.has("minRows")) {
      expectation = place.get("minRows").made(expectation, (e, at) -> e.minRows(at.count()));
    }
    if (place.has("because")) {
      expectation = place.get("because").made(expectation, (e, at) -> e.because(at.text()));
    }
    return expectation;
  }
}
