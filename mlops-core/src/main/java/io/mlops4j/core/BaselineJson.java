package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The document of a baseline. Reading is strict: whatever is not understood is refused. Format 2 is
 * written only where it is needed: older libraries read all the rest.
 */
final class BaselineJson {
  private static final int FORMAT = 2;

  private BaselineJson() {}

  static byte[] write(Baseline baseline) {
    ObjectNode root = Json.object();
    root.put("format", needsSecondFormat(baseline) ? FORMAT : 1);
    root.put("rows", baseline.rows());
    ArrayNode features = root.putArray("features");
    baseline.features().forEach(cells -> features.add(write(cells)));
    baseline.scores().ifPresent(cells -> root.set("scores", write(cells)));
    baseline.classes().ifPresent(cells -> root.set("classes", write(cells)));
    StrataJson.write(baseline.parts(), root);
    ArrayNode skipped = root.putArray("skipped");
    baseline.skipped().forEach(skipped::add);
    return Json.canonical(root);
  }

  private static boolean needsSecondFormat(Baseline baseline) {
    return baseline.classes().isPresent()
        || baseline.season().isPresent()
        || !baseline.segments().isEmpty()
        || baseline.features().stream().anyMatch(cells -> cells.kind() == FeatureKind.VECTOR);
  }

  private static ObjectNode write(FeatureCells cells) {
    ObjectNode node = cells.definition();
    node.put("name", cells.feature());
    node.put("kind", cells.kind().name().toLowerCase(Locale.ROOT));
    if (cells.sensitive()) {
      node.put("sensitive", true);
    }
    ArrayNode counts = node.putArray("reference");
    for (long count : cells.reference()) {
      counts.add(count);
    }
    return node;
  }

  static Baseline read(byte[] json) {
    ObjectNode root = Json.parse(json, "Baseline");
    int format = root.path("format").asInt();
    require(format == 1 || format == FORMAT, "format is not 1 or " + FORMAT);
    require(
        only(root, "format", "rows", "features", "scores", "skipped")
            || (format > 1
                && only(
                    root,
                    "format",
                    "rows",
                    "features",
                    "scores",
                    "skipped",
                    "classes",
                    "season",
                    "segments")),
        "unknown field");
    long rows = count(root.path("rows"), "rows");
    List<FeatureCells> features =
        list(root, "features", Integer.MAX_VALUE, BaselineJson::readCells);
    Set<String> names = new HashSet<>();
    features.forEach(f -> require(names.add(f.feature()), "two features named " + f.feature()));
    for (FeatureCells cells : features) {
      require(sum(cells.reference()) == rows, cells.feature() + ": counts do not sum to rows");
    }
    JsonNode scores = root.get("scores");
    @Nullable FeatureCells scoreCells = null;
    if (scores != null) {
      scoreCells = readCells(scores);
      require(
          scoreCells.kind() == FeatureKind.NUMERIC && scoreCells.feature().equals(Baseline.SCORE),
          "scores are not numeric");
    }
    List<String> skipped =
        list(root, "skipped", Integer.MAX_VALUE, node -> text(node, "a skipped feature"));
    JsonNode classes = root.get("classes");
    @Nullable FeatureCells classCells = null;
    if (classes != null) {
      classCells = readCells(classes);
      require(
          classCells.kind() == FeatureKind.CATEGORICAL
              && classCells.feature().equals(Baseline.CLASS),
          "classes are not categorical");
    }
    return new Baseline(
        rows, features, scoreCells, classCells, skipped, StrataJson.read(root, features));
  }

  private static FeatureCells readCells(JsonNode node) {
    String name = Text.printable(text(node.path("name"), "a feature's name"), 128);
    boolean sensitive = node.path("sensitive").asBoolean(false);
    String kind = text(node.path("kind"), name + ".kind");
    long[] reference =
        list(node, "reference", Integer.MAX_VALUE, n -> count(n, name + ".reference")).stream()
            .mapToLong(Long::longValue)
            .toArray();
    sum(reference);
    FeatureCells cells =
        switch (kind) {
          case "numeric", "time" -> {
            require(only(node, "name", "kind", "sensitive", "reference", "edges"), name);
            yield new NumberCells(
                name,
                kind.equals("time") ? FeatureKind.TIME : FeatureKind.NUMERIC,
                sensitive,
                edges(node, name),
                reference);
          }
          case "categorical" -> {
            require(only(node, "name", "kind", "sensitive", "reference", "values", "rare"), name);
            List<String> values = strings(node, "values", name, sensitive);
            List<String> rare = strings(node, "rare", name, sensitive);
            Set<String> all = new HashSet<>(values);
            all.addAll(rare);
            require(
                all.size() == values.size() + rare.size() && !(sensitive && !rare.isEmpty()),
                name + ": a value occurs twice, or rare values of a sensitive feature");
            yield new CategoryCells(name, sensitive, values, rare, reference);
          }
          case "vector" -> readProjection(node, name, sensitive, reference);
          default -> throw bad(name + ": kind is none of numeric, time, categorical, vector");
        };
    require(
        reference.length == cells.size(),
        name + ": " + reference.length + " counts for " + cells.size() + " cells");
    return cells;
  }

  private static FeatureCells readProjection(
      JsonNode node, String name, boolean sensitive, long[] reference) {
    require(
        only(
            node,
            "name",
            "kind",
            "sensitive",
            "reference",
            "edges",
            "source",
            "direction",
            "length"),
        name);
    String source = text(node.path("source"), name + ".source");
    long direction = count(node.path("direction"), name + ".direction");
    long length = count(node.path("length"), name + ".length");
    require(
        length <= ProjectionCells.MAX_LENGTH
            && direction <= 64
            && name.equals(ProjectionCells.name(source, (int) direction)),
        name + ": source, direction or length");
    return new ProjectionCells(
        source, (int) direction, (int) length, sensitive, edges(node, name), reference);
  }

  private static double[] edges(JsonNode node, String name) {
    double[] edges =
        list(
                node,
                "edges",
                NumberCells.MAX_EDGES,
                edge -> {
                  require(
                      edge.isNumber() && Double.isFinite(edge.doubleValue()),
                      name + ": an edge is not a finite number");
                  return edge.doubleValue() + 0.0;
                })
            .stream()
            .mapToDouble(Double::doubleValue)
            .toArray();
    for (int i = 1; i < edges.length; i++) {
      require(edges[i - 1] < edges[i], name + ": edges do not ascend at " + i);
    }
    return edges;
  }

  private static List<String> strings(JsonNode node, String field, String name, boolean hashed) {
    return list(
        node,
        field,
        CategoryCells.MAX_VALUES,
        item -> {
          String value = text(item, name + "." + field);
          require(
              value.length() <= CategoryCells.MAX_VALUE_LENGTH
                  && (!hashed || value.matches("[0-9a-f]{16}")),
              name + ": a value is too long or not a hash");
          return value;
        });
  }

  private static <V> List<V> list(
      JsonNode node, String field, int limit, Function<JsonNode, V> read) {
    JsonNode array = node.path(field);
    require(array.isArray() && array.size() <= limit, field + " is not a list of bounded length");
    List<V> result = new ArrayList<>();
    array.forEach(item -> result.add(read.apply(item)));
    return result;
  }

  static boolean only(JsonNode node, String... fields) {
    Set<String> known = Set.of(fields);
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      if (!known.contains(names.next())) {
        return false;
      }
    }
    return node.isObject();
  }

  static String text(JsonNode node, String what) {
    require(node.isTextual(), what + " is not a text");
    return node.asText();
  }

  static long count(JsonNode node, String what) {
    require(
        node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0,
        what + " is not a count");
    return node.longValue();
  }

  static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
      require(sum >= 0, "the counts overflow");
    }
    return sum;
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      throw bad(what);
    }
  }

  static MlopsException bad(String what) {
    return new MlopsException(
        "Baseline cannot be read: " + what + ". It was damaged, or written by a newer version.");
  }
}
