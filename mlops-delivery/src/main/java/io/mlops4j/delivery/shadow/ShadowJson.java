package io.mlops4j.delivery.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first format of a pair's counts: canonical JSON, cells that are not empty only. What is read
 * was written by another process, perhaps of another version, or damaged: every number is checked,
 * and what does not fit is refused by name.
 */
final class ShadowJson {
  static final int FORMAT = 1;

  private static final String WHAT = "Shadow counts";
  private static final int MAX_TEXT = 1_000;

  private ShadowJson() {}

  /** Returns what of a text is kept. */
  static String clip(String text) {
    return Text.printable(text, MAX_TEXT);
  }

  static byte[] write(PairCounts counts) {
    ObjectNode root = Json.object();
    root.put("format", FORMAT);
    root.put("rows", counts.rows);
    root.put("disagreeing", counts.disagreeing);
    root.put("errors", counts.errors);
    root.put("timeouts", counts.timeouts);
    root.put("rejections", counts.rejections);
    root.put("liveFailures", counts.liveFailures);
    magnitudes(root.putArray("liveNanos"), counts.liveNanos);
    magnitudes(root.putArray("candidateNanos"), counts.candidateNanos);
    ArrayNode fields = root.putArray("fields");
    counts.fields.forEach(field -> field(fields.addObject(), field));
    ArrayNode segments = root.putArray("segments");
    counts.segments.forEach(s -> segments.addArray().add(s.rows).add(s.disagreeing).add(s.failed));
    ArrayNode largest = root.putArray("largest");
    counts.largest().forEach(d -> disagreement(largest.addObject(), d));
    return Json.canonical(root);
  }

  private static void field(ObjectNode node, FieldCounts field) {
    node.put("compared", field.compared);
    node.put("outside", field.outside);
    node.put("flipped", field.flipped);
    node.put("incomparable", field.incomparable);
    node.put("largest", field.largest);
    magnitudes(node.putArray("differences"), field.differences);
    joint(node, "scores", field.scores);
    joint(node, "classes", field.classes);
  }

  private static void magnitudes(ArrayNode node, Magnitudes cells) {
    for (int i = 0; i < Magnitudes.CELLS; i++) {
      if (cells.count(i) > 0) {
        node.addArray().add(i).add(cells.count(i));
      }
    }
  }

  private static void joint(ObjectNode node, String name, @Nullable JointCells cells) {
    if (cells != null) {
      ArrayNode array = node.putArray(name);
      cells.forEach((i, j, n) -> array.addArray().add(i).add(j).add(n));
    }
  }

  private static void disagreement(ObjectNode node, ShadowReport.Disagreement of) {
    node.put("id", of.predictionId());
    node.put("severity", of.severity());
    node.put("features", of.features());
    ArrayNode differences = node.putArray("differences");
    of.differences()
        .forEach(d -> differences.addArray().add(d.field()).add(d.live()).add(d.candidate()));
  }

  /**
   * Adds what a document holds to counts of the same comparison.
   *
   * @throws MlopsException if it is not such a document; nothing has been added then
   */
  static void read(byte[] bytes, PairCounts into) {
    ObjectNode root = Json.parse(bytes, WHAT);
    JsonNode format = root.path("format");
    if (!format.isInt() || format.intValue() != FORMAT) {
      throw new MlopsException(
          WHAT
              + " are of another format than "
              + FORMAT
              + ": written by a newer version of this library? Update this instance.");
    }
    into.rows = count(root, "rows");
    into.disagreeing = count(root, "disagreeing");
    into.errors = count(root, "errors");
    into.timeouts = count(root, "timeouts");
    into.rejections = count(root, "rejections");
    into.liveFailures = count(root, "liveFailures");
    readMagnitudes(root, "liveNanos", into.liveNanos);
    readMagnitudes(root, "candidateNanos", into.candidateNanos);
    List<JsonNode> fields = array(root, "fields", into.fields.size());
    for (int i = 0; i < fields.size(); i++) {
      readField(fields.get(i), into.fields.get(i));
    }
    List<JsonNode> segments = array(root, "segments", into.segments.size());
    for (int i = 0; i < segments.size(); i++) {
      long[] numbers = numbers(segments.get(i), 3);
      into.segments.get(i).rows = numbers[0];
      into.segments.get(i).disagreeing = numbers[1];
      into.segments.get(i).failed = numbers[2];
      require(numbers[1] + numbers[2] <= numbers[0], "a segment's rows");
    }
    for (JsonNode node : array(root, "largest", -1)) {
      readDisagreement(node, into);
    }
    require(
        into.disagreeing >= 0
            && into.failed() >= 0
            && into.failed() <= into.rows
            && into.disagreeing <= into.answered(),
        "rows");
  }

  private static void readField(JsonNode node, FieldCounts into) {
    into.compared = count(node, "compared");
    into.outside = count(node, "outside");
    into.flipped = count(node, "flipped");
    into.incomparable = count(node, "incomparable");
    JsonNode largest = node.path("largest");
    require(largest.isNumber() && largest.doubleValue() >= 0, "largest");
    into.largest = largest.doubleValue();
    readMagnitudes(node, "differences", into.differences);
    readJoint(node, "scores", into.scores);
    readJoint(node, "classes", into.classes);
    require(
        into.incomparable <= into.outside
            && into.outside <= into.compared
            && into.flipped <= into.compared - into.incomparable
            && into.differences.total() == into.compared - into.incomparable,
        "a field's rows");
  }

  private static void readMagnitudes(JsonNode node, String name, Magnitudes into) {
    for (JsonNode cell : array(node, name, -1)) {
      long[] numbers = numbers(cell, 2);
      require(numbers[0] < Magnitudes.CELLS, name);
      safely(name, () -> into.add((int) numbers[0], numbers[1]));
    }
  }

  private static void readJoint(JsonNode node, String name, @Nullable JointCells into) {
    if (into == null) {
      require(node.path(name).isMissingNode(), name);
      return;
    }
    for (JsonNode cell : array(node, name, -1)) {
      long[] numbers = numbers(cell, 3);
      require(numbers[0] < into.size() && numbers[1] < into.size(), name);
      safely(name, () -> into.add((int) numbers[0], (int) numbers[1], numbers[2]));
    }
  }

  private static void safely(String name, Runnable adding) {
    try {
      adding.run();
    } catch (ArithmeticException e) {
      throw damaged(name);
    }
  }

  private static void readDisagreement(JsonNode node, PairCounts into) {
    JsonNode severity = node.path("severity");
    require(severity.isNumber() && severity.doubleValue() >= 0, "severity");
    List<ShadowReport.Difference> differences = new ArrayList<>();
    for (JsonNode difference : array(node, "differences", -1)) {
      require(difference.isArray() && difference.size() == 3, "differences");
      differences.add(
          new ShadowReport.Difference(
              text(difference.get(0)), text(difference.get(1)), text(difference.get(2))));
    }
    require(differences.size() <= into.fields.size(), "differences");
    into.keep(
        new ShadowReport.Disagreement(
            text(node.path("id")),
            severity.doubleValue(),
            differences,
            text(node.path("features"))));
  }

  private static String text(JsonNode node) {
    require(node.isTextual() && node.textValue().length() <= 2 * MAX_TEXT, "a text");
    return clip(node.textValue());
  }

  private static long count(JsonNode node, String name) {
    return number(node.path(name), name);
  }

  private static long number(JsonNode node, String name) {
    // Sums of two such numbers never overflow.
    require(
        node.isIntegralNumber()
            && node.canConvertToLong()
            && node.longValue() >= 0
            && node.longValue() < 1L << 60,
        name);
    return node.longValue();
  }

  private static long[] numbers(JsonNode node, int size) {
    require(node.isArray() && node.size() == size, "an array of " + size);
    long[] result = new long[size];
    for (int i = 0; i < size; i++) {
      result[i] = number(node.get(i), "an array of " + size);
    }
    return result;
  }

  private static List<JsonNode> array(JsonNode node, String name, int size) {
    JsonNode array = node.path(name);
    require(array.isArray() && (size < 0 || array.size() == size), name);
    List<JsonNode> result = new ArrayList<>();
    Consumer<JsonNode> add = result::add;
    array.forEach(add);
    return result;
  }

  private static void require(boolean holds, String name) {
    if (!holds) {
      throw damaged(name);
    }
  }

  private static MlopsException damaged(String name) {
    return new MlopsException(WHAT + " are damaged: " + name + ".");
  }
}
