package io.mlops4j.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How many values fell into each cell of a baseline, for one model version. Immutable.
 *
 * <p>Counts of several instances merge by addition: exact and in any order, so a fleet's verdict
 * does not depend on who reported first. Counts over other cells, or of another version, do not
 * merge.
 */
public final class DriftCounts {
  private static final int FORMAT = 1;

  private final ModelVersion version;
  private final String baseline;
  private final long predictions;
  private final Map<String, long[]> cells;

  DriftCounts(ModelVersion version, String baseline, long predictions, Map<String, long[]> cells) {
    this.version = version;
    this.baseline = baseline;
    this.predictions = predictions;
    this.cells = cells;
  }

  /**
   * Returns whose predictions were counted.
   *
   * @return the version that answered
   */
  public ModelVersion version() {
    return version;
  }

  /**
   * Returns the fingerprint of the baseline whose cells were counted.
   *
   * @return 64 hexadecimal digits
   */
  public String baseline() {
    return baseline;
  }

  /**
   * Returns how many predictions were counted.
   *
   * @return 0 or more
   */
  public long predictions() {
    return predictions;
  }

  /**
   * Returns the counts of one feature.
   *
   * @param feature its name, or {@link io.mlops4j.core.Baseline#SCORE}
   * @return a copy, one count per cell, or empty if the baseline has no cells of it
   */
  public Optional<long[]> cells(String feature) {
    return Optional.ofNullable(cells.get(feature)).map(long[]::clone);
  }

  /**
   * Returns these counts and others together.
   *
   * @param other counts of the same version over the same baseline
   * @return the sum, cell by cell
   * @throws MlopsException if version or baseline differ; names both
   * @throws ArithmeticException if a count exceeds a long
   */
  public DriftCounts plus(DriftCounts other) {
    if (!baseline.equals(other.baseline)) {
      throw new MlopsException(
          "Counts over different baselines do not merge: "
              + version
              + " counted over "
              + baseline
              + ", "
              + other.version
              + " over "
              + other.baseline
              + ". Merge counts of one baseline only.");
    }
    if (!version.equals(other.version)) {
      throw new MlopsException(
          "Counts of different versions do not merge: "
              + version
              + " and "
              + other.version
              + ". Merge counts of one version only.");
    }
    requireSameShape(other);
    Map<String, long[]> sum = new LinkedHashMap<>();
    cells.forEach(
        (feature, mine) -> {
          long[] theirs = Objects.requireNonNull(other.cells.get(feature));
          long[] both = new long[mine.length];
          for (int i = 0; i < both.length; i++) {
            both[i] = Math.addExact(mine[i], theirs[i]);
          }
          sum.put(feature, both);
        });
    return new DriftCounts(version, baseline, Math.addExact(predictions, other.predictions), sum);
  }

  private void requireSameShape(DriftCounts other) {
    boolean same = cells.keySet().equals(other.cells.keySet());
    for (Map.Entry<String, long[]> entry : cells.entrySet()) {
      long[] theirs = other.cells.get(entry.getKey());
      same &= theirs != null && theirs.length == entry.getValue().length;
    }
    if (!same) {
      throw new MlopsException(
          "Counts of "
              + version
              + " claim baseline "
              + baseline
              + " but have other features or numbers of cells. One of them is damaged.");
    }
  }

  /**
   * Returns a compact document of these counts, for an object store.
   *
   * @return canonical JSON: equal counts give equal bytes
   */
  public byte[] toBytes() {
    ObjectNode root = Json.object();
    root.put("format", FORMAT);
    root.put("model", version.model());
    root.put("version", version.number());
    root.put("baseline", baseline);
    root.put("predictions", predictions);
    ObjectNode features = root.putObject("cells");
    cells.forEach(
        (feature, counts) -> {
          ArrayNode list = features.putArray(feature);
          for (long count : counts) {
            list.add(count);
          }
        });
    return Json.canonical(root);
  }

  /**
   * Returns the counts a document holds.
   *
   * @param bytes what {@link #toBytes} wrote
   * @return the counts
   * @throws MlopsException if it is not such a document
   */
  public static DriftCounts fromBytes(byte[] bytes) {
    ObjectNode root = Json.parse(bytes, "Drift counts");
    if (root.size() != 6 || root.path("format").asInt() != FORMAT) {
      throw damaged("format is not " + FORMAT + ", or a field is missing or unknown");
    }
    Map<String, long[]> cells = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> feature : root.path("cells").properties()) {
      if (!feature.getValue().isArray()) {
        throw damaged("cells are not a list");
      }
      long[] counts = new long[feature.getValue().size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = count(feature.getValue().get(i));
      }
      cells.put(feature.getKey(), counts);
    }
    String baseline = root.path("baseline").asText();
    if (!baseline.matches("[0-9a-f]{64}")) {
      throw damaged("baseline is not a fingerprint");
    }
    try {
      ModelVersion version =
          new ModelVersion(root.path("model").asText(), root.path("version").asInt(-1));
      return new DriftCounts(version, baseline, count(root.path("predictions")), cells);
    } catch (IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private static long count(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw damaged("a count is not a number of 0 or more");
    }
    return node.longValue();
  }

  private static MlopsException damaged(String what) {
    return new MlopsException("Drift counts cannot be read: " + what + ".");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DriftCounts that && Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return Objects.hash(version, baseline, predictions);
  }

  /** Returns what was counted over what, and how much of it. */
  @Override
  public String toString() {
    return "DriftCounts("
        + version
        + ", "
        + predictions
        + " predictions over "
        + baseline.substring(0, 12)
        + ")";
  }
}
