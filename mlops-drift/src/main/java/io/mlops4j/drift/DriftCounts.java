package io.mlops4j.drift;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.ModelVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How many values fell into each cell of a baseline, for one model version: of all rows, of each
 * segment, and how many rows came in each slot of the season. Immutable.
 *
 * <p>Counts of several instances merge by addition (the sketch of different values by maximum):
 * exact and in any order, so a fleet's verdict does not depend on who reported first. Counts over
 * other cells, or of another version, do not merge.
 */
public final class DriftCounts {
  private final ModelVersion version;
  private final String baseline;
  private final long predictions;
  private final Map<String, long[]> cells;
  private final Map<String, Cardinality> distinct;
  private final long[] slots;
  private final List<Part> segments;

  DriftCounts(
      ModelVersion version,
      String baseline,
      long predictions,
      Map<String, long[]> cells,
      Map<String, Cardinality> distinct,
      long[] slots,
      List<Part> segments) {
    this.version = version;
    this.baseline = baseline;
    this.predictions = predictions;
    this.cells = cells;
    this.distinct = distinct;
    this.slots = slots;
    this.segments = List.copyOf(segments);
  }

  /** What was counted of one segment, by feature and cell. */
  static final class Part {
    private final long predictions;
    private final long[][] cells;

    /** Takes over the counts. */
    Part(long predictions, long[][] cells) {
      this.predictions = predictions;
      this.cells = cells;
    }

    long predictions() {
      return predictions;
    }

    /** The counts themselves, not to be changed. */
    long[][] cells() {
      return cells;
    }

    Part plus(Part other) {
      long[][] sum = new long[cells.length][];
      for (int i = 0; i < sum.length; i++) {
        sum[i] = add(cells[i], other.cells[i]);
      }
      return new Part(Math.addExact(predictions, other.predictions), sum);
    }

    boolean fits(Part other) {
      boolean same = cells.length == other.cells.length;
      for (int i = 0; same && i < cells.length; i++) {
        same = cells[i].length == other.cells[i].length;
      }
      return same;
    }
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
   * @param feature its name, or {@link io.mlops4j.core.Baseline#SCORE} or {@link
   *     io.mlops4j.core.Baseline#CLASS}
   * @return a copy, one count per cell, or empty if the baseline has no cells of it
   */
  public Optional<long[]> cells(String feature) {
    Objects.requireNonNull(feature, "feature");
    return Optional.ofNullable(cells.get(feature)).map(long[]::clone);
  }

  /**
   * Returns how many different values of a category there were.
   *
   * @param feature its name
   * @return an estimate with a relative standard error of {@link DataQuality#DISTINCT_ERROR}; empty
   *     for what is no category, and for counts read from the first format
   */
  public OptionalDouble distinct(String feature) {
    Objects.requireNonNull(feature, "feature");
    Cardinality sketch = distinct.get(feature);
    return sketch == null ? OptionalDouble.empty() : OptionalDouble.of(sketch.estimate());
  }

  /**
   * Returns how many rows came in each slot of the season.
   *
   * @return a copy; empty if the baseline has no season
   */
  public long[] slots() {
    return slots.clone();
  }

  List<Part> segments() {
    return segments;
  }

  Map<String, long[]> cells() {
    return cells;
  }

  Map<String, Cardinality> distinct() {
    return distinct;
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
        (feature, mine) ->
            sum.put(feature, add(mine, Objects.requireNonNull(other.cells.get(feature)))));
    Map<String, Cardinality> sketches = new LinkedHashMap<>(distinct);
    other.distinct.forEach(
        (feature, theirs) -> sketches.merge(feature, theirs, Cardinality::union));
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      parts.add(segments.get(i).plus(other.segments.get(i)));
    }
    return new DriftCounts(
        version,
        baseline,
        Math.addExact(predictions, other.predictions),
        sum,
        sketches,
        add(slots, other.slots),
        parts);
  }

  private static long[] add(long[] mine, long[] theirs) {
    long[] both = new long[mine.length];
    for (int i = 0; i < both.length; i++) {
      both[i] = Math.addExact(mine[i], theirs[i]);
    }
    return both;
  }

  private void requireSameShape(DriftCounts other) {
    boolean same =
        cells.keySet().equals(other.cells.keySet())
            && slots.length == other.slots.length
            && segments.size() == other.segments.size();
    for (Map.Entry<String, long[]> entry : cells.entrySet()) {
      long[] theirs = other.cells.get(entry.getKey());
      same &= theirs != null && theirs.length == entry.getValue().length;
    }
    for (int i = 0; same && i < segments.size(); i++) {
      same = segments.get(i).fits(other.segments.get(i));
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
   * Returns how far each feature is from its reference: the population stability index, in nats.
   * For a batch that is looked at once; a stream that is watched needs a {@link DriftMonitor},
   * which also says whether the difference is more than chance.
   *
   * @param reference the baseline that was counted over
   * @return feature to index, in the baseline's order; those without a counted value are left out
   * @throws MlopsException if it is another baseline; names both
   */
  public Map<String, Double> psi(Baseline reference) {
    Objects.requireNonNull(reference, "reference");
    if (!reference.fingerprint().equals(baseline)) {
      throw new MlopsException(
          "Counts over baseline "
              + baseline
              + " have no distance to baseline "
              + reference.fingerprint()
              + ".");
    }
    Map<String, Double> distances = new LinkedHashMap<>();
    for (FeatureCells each : reference.all()) {
      long[] live = cells.get(each.feature());
      if (live != null && Arrays.stream(live).anyMatch(n -> n > 0)) {
        distances.put(each.feature(), DriftStatistics.psi(each.reference(), live));
      }
    }
    return distances;
  }

  /**
   * Returns a compact document of these counts, for an object store: about two bytes a cell that
   * was used, one a cell that was not.
   *
   * @return equal counts give equal bytes, on every machine
   */
  public byte[] toBytes() {
    return CountsBytes.write(this);
  }

  /**
   * Returns the counts a document holds.
   *
   * @param bytes what {@link #toBytes} wrote, in this version of the library or an earlier one
   * @return the counts
   * @throws MlopsException if it is not such a document, or was damaged
   */
  public static DriftCounts fromBytes(byte[] bytes) {
    return bytes.length > 0 && bytes[0] == '{' ? CountsJson.read(bytes) : CountsBytes.read(bytes);
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
