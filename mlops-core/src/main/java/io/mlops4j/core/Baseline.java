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
 * <p>Numbers and times get quantile cells, categories a dictionary, vectors quantile cells along a
 * few random directions. Free text has no cells: such features are listed in {@link #skipped()}.
 */
public final class Baseline {
  /** The name under which {@link #scores()} appear where features are listed. */
  public static final String SCORE = "(score)";

  /** The name under which {@link #classes()} appear where features are listed. */
  public static final String CLASS = "(class)";

  private final long rows;
  private final List<FeatureCells> features;
  private final @Nullable FeatureCells scores;
  private final @Nullable FeatureCells classes;
  private final List<String> skipped;
  private final BaselineParts parts;
  private final String fingerprint;

  Baseline(
      long rows,
      List<FeatureCells> features,
      @Nullable FeatureCells scores,
      @Nullable FeatureCells classes,
      List<String> skipped,
      BaselineParts parts) {
    this.rows = rows;
    this.features = List.copyOf(features);
    this.scores = scores;
    this.classes = classes;
    this.skipped = List.copyOf(skipped);
    this.parts = parts;
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
   * @param directions how many random directions a vector is looked at from, 0 to 64
   */
  public record Options(
      int bins, int categories, int rareCategories, int sampleSize, long seed, int directions) {
    /** Checks the ranges. */
    public Options {
      requireRange("bins", bins, 2, 1_000);
      requireRange("categories", categories, 1, 10_000);
      requireRange("rareCategories", rareCategories, 0, 50_000);
      requireRange("sampleSize", sampleSize, 100, 10_000_000);
      requireRange("directions", directions, 0, 64);
    }

    /**
     * Returns 20 bins, 200 categories, 2,000 rare ones, exact up to 200,000 values, 4 directions.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(20, 200, 2_000, 200_000, 1, 4);
    }

    /**
     * Returns these options with another number of quantile cells.
     *
     * @param bins 2 to 1,000
     * @return a copy
     */
    public Options withBins(int bins) {
      return new Options(bins, categories, rareCategories, sampleSize, seed, directions);
    }

    /**
     * Returns these options with another size of the dictionary.
     *
     * @param categories values with a cell each
     * @param rareCategories further values remembered as known
     * @return a copy
     */
    public Options withCategories(int categories, int rareCategories) {
      return new Options(bins, categories, rareCategories, sampleSize, seed, directions);
    }

    /**
     * Returns these options with another sample for numbers.
     *
     * @param sampleSize how many values
     * @param seed of the sample
     * @return a copy
     */
    public Options withSample(int sampleSize, long seed) {
      return new Options(bins, categories, rareCategories, sampleSize, seed, directions);
    }

    /**
     * Returns these options with another number of directions for vectors.
     *
     * @param directions 0 to 64; with 0 vectors are skipped
     * @return a copy
     */
    public Options withDirections(int directions) {
      return new Options(bins, categories, rareCategories, sampleSize, seed, directions);
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
    return of(schema).options(options).fit(rows);
  }

  /**
   * Starts a baseline with more than the options decide: segments and a season.
   *
   * @param schema what a row is
   * @param <T> the row type
   * @return a builder
   */
  public static <T> BaselineBuilder<T> of(Schema<T> schema) {
    return new BaselineBuilder<>(schema);
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
    return new Baseline(rows, features, cells, classes, skipped, parts);
  }

  /**
   * Returns this baseline with reference classes, usually those the model answered with on
   * validation rows.
   *
   * @param labels one per row, such as a spam filter's answers
   * @return a copy with a dictionary of classes
   */
  public Baseline withClasses(List<String> labels) {
    Options options = Options.withDefaults();
    FrequentValues frequent = new FrequentValues(options.categories());
    labels.forEach(frequent::add);
    List<String> known = frequent.ranked(options.categories());
    long[] counts = new long[known.size() + 3];
    FeatureCells cells = new CategoryCells(CLASS, false, known, List.of(), counts);
    labels.forEach(label -> counts[cells.cellOf(label)]++);
    return new Baseline(rows, features, scores, cells, skipped, parts);
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
   * @return numeric, time and categorical features, and directions of vectors
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
   * Returns the cells of the classes the model answers with.
   *
   * @return the cells, or empty if none were given
   */
  public Optional<FeatureCells> classes() {
    return Optional.ofNullable(classes);
  }

  /**
   * Returns everything that has cells: the features, then scores and classes if there are any.
   *
   * @return at most two more than {@link #features()}
   */
  public List<FeatureCells> all() {
    return Stream.of(features.stream(), scores().stream(), classes().stream())
        .<FeatureCells>flatMap(cells -> cells)
        .toList();
  }

  /**
   * Returns the cycle whose slots have reference counts of their own.
   *
   * @return the season, or empty if the baseline was fitted without one
   */
  public Optional<Season> season() {
    return Optional.ofNullable(parts.season());
  }

  /**
   * Returns what training rows would have looked like in certain slots of the season: the slots'
   * shares in the proportions asked for, scaled to the effective size of such a mixture, rounded.
   *
   * @param feature its name
   * @param slots how many live rows came in each slot, length {@link Season#slots()}
   * @return counts per cell; {@link FeatureCells#reference()} without a season, without rows, and
   *     for scores and classes. Slots that training did not see are taken to be like all rows
   * @throws IllegalArgumentException if there is no such feature
   */
  public long[] seasonal(String feature, long... slots) {
    FeatureCells cells = cells(feature);
    int position = features.indexOf(cells);
    Strata strata = parts.slots();
    return strata == null || position < 0
        ? cells.reference()
        : strata.mixed(position, slots, cells.reference());
  }

  /**
   * Returns the parts of the rows that have reference counts of their own.
   *
   * @return segments in a fixed order; empty if none were asked for
   */
  public List<Segment> segments() {
    return parts.segments();
  }

  /**
   * Returns how many training rows of a segment fell into each cell of a feature.
   *
   * @param segment its position in {@link #segments()}
   * @param feature its name
   * @return a copy, one count per cell
   * @throws IllegalArgumentException if there is no such feature, or it is the score or the class
   */
  public long[] reference(int segment, String feature) {
    int position = features.indexOf(cells(feature));
    Strata strata = parts.members();
    if (strata == null || position < 0) {
      throw new IllegalArgumentException(
          "Segments have no counts of " + Text.printable(feature, 64) + ".");
    }
    return strata.counts(segment, position);
  }

  private FeatureCells cells(String feature) {
    return all().stream()
        .filter(cells -> cells.feature().equals(feature))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The baseline has no feature " + Text.printable(feature, 64) + "."));
  }

  BaselineParts parts() {
    return parts;
  }

  /**
   * Returns the features that have no cells because they are free text.
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
    if (classes != null) {
      identify(Objects.requireNonNull(classes), identity);
    }
    parts.identify(identity);
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
