package io.mlops4j.core;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the training data looked like: for each feature, and optionally for the model's scores,
 * cells frozen at training with exact counts. Stored with a version; drift, validation and gates
 * compare against it. Immutable and thread-safe.
 *
 * <p>Numbers and times get quantile cells, categories a dictionary. Text and vector features have
 * no cells yet: they are listed in {@link #skipped()}.
 */
public final class Baseline {
  /** The name under which {@link #scores()} appear where features are listed. */
  public static final String SCORE = "(score)";

  private final long rows;
  private final List<FeatureCells> features;
  private final @Nullable FeatureCells scores;
  private final List<String> skipped;
  private final String fingerprint;

  Baseline(
      long rows, List<FeatureCells> features, @Nullable FeatureCells scores, List<String> skipped) {
    this.rows = rows;
    this.features = List.copyOf(features);
    this.scores = scores;
    this.skipped = List.copyOf(skipped);
    this.fingerprint = identity();
  }

  /**
   * How a baseline is learned.
   *
   * @param bins quantile cells per number, 2 to 1,000
   * @param categories the most frequent values that get a cell each, 1 to 10,000
   * @param rareCategories how many further values are remembered as known but rare, 0 to 50,000;
   *     beyond that a training value cannot be told from an unseen one, and counts as such on both
   *     sides
   * @param sampleSize how many values per number decide where the cells lie (exactly, up to that
   *     many; from a seeded sample beyond), 100 to 10,000,000; 8 bytes each. Counts are exact
   *     always
   * @param seed of that sample
   */
  public record Options(int bins, int categories, int rareCategories, int sampleSize, long seed) {
    /** Checks the ranges. */
    public Options {
      requireRange("bins", bins, 2, 1_000);
      requireRange("categories", categories, 1, 10_000);
      requireRange("rareCategories", rareCategories, 0, 50_000);
      requireRange("sampleSize", sampleSize, 100, 10_000_000);
    }

    /**
     * Returns 20 bins, 200 categories, 2,000 rare ones, exact up to 200,000 values.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(20, 200, 2_000, 200_000, 1);
    }

    /**
     * Returns these options with another number of quantile cells.
     *
     * @param bins 2 to 1,000
     * @return a copy
     */
    public Options withBins(int bins) {
      return new Options(bins, categories, rareCategories, sampleSize, seed);
    }

    /**
     * Returns these options with another size of the dictionary.
     *
     * @param categories values with a cell each
     * @param rareCategories further values remembered as known
     * @return a copy
     */
    public Options withCategories(int categories, int rareCategories) {
      return new Options(bins, categories, rareCategories, sampleSize, seed);
    }

    /**
     * Returns these options with another sample for numbers.
     *
     * @param sampleSize how many values
     * @param seed of the sample
     * @return a copy
     */
    public Options withSample(int sampleSize, long seed) {
      return new Options(bins, categories, rareCategories, sampleSize, seed);
    }

    private static void requireRange(String name, int value, int low, int high) {
      if (value < low || value > high) {
        throw new IllegalArgumentException(
            name + ": " + value + " (expected: " + low + ".." + high + ")");
      }
    }
  }

  /**
   * Returns the baseline of some rows, with the default options.
   *
   * @param schema what a row is
   * @param rows the training rows, asked for twice; each stream is closed
   * @param <T> the row type
   * @return cells and exact counts
   * @throws MlopsException if the two streams differ in length
   */
  public static <T> Baseline fit(Schema<T> schema, Supplier<? extends Stream<? extends T>> rows) {
    return fit(schema, rows, Options.withDefaults());
  }

  /**
   * Returns the baseline of some rows: a first pass learns where the cells lie, a second one counts
   * exactly. Same rows in the same order, same result. Memory is bounded by the options, whatever
   * the rows hold.
   *
   * @param schema what a row is
   * @param rows the training rows, asked for twice; each stream is closed
   * @param options how many cells
   * @param <T> the row type
   * @return cells and exact counts
   * @throws MlopsException if the two streams differ in length
   */
  public static <T> Baseline fit(
      Schema<T> schema, Supplier<? extends Stream<? extends T>> rows, Options options) {
    return new BaselineFit<>(schema, options).fit(rows);
  }

  /**
   * Returns this baseline with reference scores, usually those the model gave on validation rows.
   *
   * @param values the scores; NaN counts as missing
   * @return a copy with 20 quantile cells for scores
   */
  public Baseline withScores(double... values) {
    return withScores(Options.withDefaults(), values);
  }

  /**
   * Returns this baseline with reference scores.
   *
   * @param options how many quantile cells
   * @param values the scores; NaN counts as missing
   * @return a copy with cells for scores
   */
  public Baseline withScores(Options options, double... values) {
    EdgeLearner learner = new EdgeLearner(options.sampleSize(), options.seed());
    for (double value : values) {
      learner.add(value);
    }
    double[] edges = learner.edges(options.bins(), true);
    long[] counts = new long[edges.length + 3];
    FeatureCells cells = new NumberCells(SCORE, FeatureKind.NUMERIC, false, edges, counts);
    for (double value : values) {
      counts[cells.cellOf(value)]++;
    }
    return new Baseline(rows, features, cells, skipped);
  }

  /**
   * Returns the baseline a document holds.
   *
   * @param json what {@link #toJson} wrote
   * @return the baseline
   * @throws MlopsException if it is not one: unknown fields, edges that do not ascend and counts
   *     that do not add up are refused by name
   */
  public static Baseline fromJson(byte[] json) {
    return BaselineJson.read(json);
  }

  /**
   * Returns the document {@link #fromJson} reads. Equal baselines give equal bytes on every JDK.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    return BaselineJson.write(this);
  }

  /**
   * Returns the identity of the cells: names, kinds, edges and dictionaries, not the counts. Counts
   * over different cells never merge.
   *
   * @return 64 hexadecimal digits
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns how many rows were counted.
   *
   * @return 0 or more; each feature's counts sum to it
   */
  public long rows() {
    return rows;
  }

  /**
   * Returns the features that have cells, in the order of the schema.
   *
   * @return numeric, time and categorical features
   */
  public List<FeatureCells> features() {
    return features;
  }

  /**
   * Returns the cells of the model's scores.
   *
   * @return the cells, or empty if none were given
   */
  public Optional<FeatureCells> scores() {
    return Optional.ofNullable(scores);
  }

  /**
   * Returns the features that have no cells because they are text or vectors.
   *
   * @return their names
   */
  public List<String> skipped() {
    return skipped;
  }

  private String identity() {
    StringBuilder identity = new StringBuilder("mlops4j baseline 1\n");
    features.forEach(cells -> identify(cells, identity));
    if (scores != null) {
      identify(Objects.requireNonNull(scores), identity);
    }
    return Digests.sha256(identity.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void identify(FeatureCells cells, StringBuilder identity) {
    String name = cells.feature();
    identity.append(name.length()).append(':').append(name).append('|').append(cells.kind());
    identity.append('|');
    cells.identify(identity);
    identity.append('\n');
  }

  /** Returns how much was counted and the start of the fingerprint, never a value. */
  @Override
  public String toString() {
    return "Baseline("
        + rows
        + " rows, "
        + features.size()
        + " features, "
        + fingerprint.substring(0, 12)
        + ")";
  }
}
