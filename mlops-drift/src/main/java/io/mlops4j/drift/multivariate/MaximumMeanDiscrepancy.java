package io.mlops4j.drift.multivariate;

import static io.mlops4j.drift.multivariate.Ranges.require;
import static io.mlops4j.drift.multivariate.Ranges.requirePermutations;
import static io.mlops4j.drift.multivariate.Ranges.requireWindow;

import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Watches whether live rows have the distribution of training rows, all features together, by the
 * maximum mean discrepancy with a Gaussian kernel: sees any change, also of vectors, and says
 * nothing about where it is. Two rows are compared by their distance over all features, each of
 * which weighs about the same.
 *
 * <p>The p-value is by permutation. Scales, categories and the kernel's bandwidth (the median
 * distance of two training rows) follow from training rows that are not compared, so rows of one
 * kind are called different no more often than {@link Options#alpha} says, in one look at one
 * window, whatever their distribution and however few they are.
 *
 * <p>A prediction costs a copy of a reference into a bounded sample. {@link #discrepancy} and
 * {@link #evaluate} compare each two of the rows, {@code 4 n^2} bytes for the length of a call and
 * {@code n^2 / 8} steps a permutation, with {@code n} rows of both kinds: some 0.5 s and 4 MB for
 * 500 and 500 with 999 permutations, 64 MB and some seconds for 2,000 and 2,000. Never call them on
 * a request thread. Each version, and each window of time, has a sample of its own; answers that
 * did not come from the model are not looked at. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 * @see <a href="https://jmlr.org/papers/v13/gretton12a.html">Gretton and others (2012)</a>
 */
public final class MaximumMeanDiscrepancy<I, O> implements PredictionListener<I, O>, Check {
  private final Schema<I> schema;
  private final Options options;
  private final RowNumbers numbers;
  private final double[][] reference;
  private final double bandwidth;
  private final LiveRows<I> live;

  private MaximumMeanDiscrepancy(Schema<I> schema, Stream<? extends I> rows, Options options) {
    this.schema = schema;
    this.options = Objects.requireNonNull(options, "options");
    Halves<I> halves = Halves.of(schema, rows, options.rows(), options.leastRows(), options.seed());
    this.numbers = new RowNumbers(schema, halves.learned());
    this.bandwidth = KernelMatrix.medianDistance(numbers.of(halves.learned()));
    this.reference = numbers.of(halves.compared());
    this.live =
        new LiveRows<>(
            schema, options.rows(), options.leastRows(), options.window(), options.seed());
  }

  /**
   * How rows are compared.
   *
   * @param limit the squared discrepancy above which rows are too different, above 0 and below 2;
   *     0.005 is about what a shift of every number by a seventh of its deviation makes, however
   *     many there are
   * @param alpha how often rows of one kind may be called different, 0.0001 to 0.2
   * @param rows how many of each kind are compared, 100 to 2,000; memory and time grow with the
   *     square
   * @param leastRows below how many live rows there is no answer, 50 to {@code rows}; training must
   *     have twice as many
   * @param permutations how often rows are shuffled, at least {@code 1 / alpha - 1} and at most
   *     99,999
   * @param window how long live rows are collected, 1 s to 3660 days, from Mondays on
   * @param seed of the samples and of the shuffling
   */
  public record Options(
      double limit,
      double alpha,
      int rows,
      int leastRows,
      int permutations,
      Duration window,
      long seed) {
    /** Checks the ranges. */
    public Options {
      Objects.requireNonNull(window, "window");
      require(limit > 0 && limit < 2, "limit", limit, "above 0, below 2");
      require(rows >= 100 && rows <= 2_000, "rows", rows, "100..2000");
      require(leastRows >= 50 && leastRows <= rows, "leastRows", leastRows, "50.." + rows);
      requirePermutations(alpha, permutations);
      requireWindow(window);
    }

    /**
     * Returns a limit of 0.005, 1 % false alarms, 500 rows of each kind, at least 100, 999
     * permutations, weekly windows.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(0.005, 0.01, 500, 100, 999, Duration.ofDays(7), 1);
    }

    /**
     * Returns these options with another limit.
     *
     * @param limit the squared discrepancy
     * @return a copy
     */
    public Options withLimit(double limit) {
      return new Options(limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with another share of false alarms.
     *
     * @param alpha how often rows of one kind may be called different
     * @param permutations how often rows are shuffled
     * @return a copy
     */
    public Options withFalseAlarms(double alpha, int permutations) {
      return new Options(limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with other samples.
     *
     * @param rows of each kind
     * @param leastRows for an answer
     * @param seed of the samples and of the shuffling
     * @return a copy
     */
    public Options withRows(int rows, int leastRows, long seed) {
      return new Options(limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with another window.
     *
     * @param window how long live rows are collected
     * @return a copy
     */
    public Options withWindow(Duration window) {
      Objects.requireNonNull(window, "window");
      return new Options(limit, alpha, rows, leastRows, permutations, window, seed);
    }
  }

  /**
   * Returns a comparison of some rows with the live ones to come.
   *
   * @param schema what a row is, in at most 256 columns: a number is 2, a category up to 11, a
   *     vector up to 65; sensitive values stay in memory and are never shown
   * @param reference training rows, best of a time like the live ones; a sample is kept; closed
   * @param options how they are compared
   * @param <I> one input row
   * @param <O> one answer
   * @return a new comparison
   * @throws IllegalArgumentException if there are too few rows, nothing to compare, or too many
   *     columns; says how many
   */
  public static <I, O> MaximumMeanDiscrepancy<I, O> comparing(
      Schema<I> schema, Stream<? extends I> reference, Options options) {
    Objects.requireNonNull(reference, "reference");
    return new MaximumMeanDiscrepancy<>(schema, reference, options);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    live.add(prediction);
  }

  /**
   * Returns how far live rows are from training rows: those of the open window, or of the finished
   * one while the open one has too few. The same rows give the same answer.
   *
   * @return the discrepancy, or empty if there are too few live rows
   */
  public Optional<Discrepancy> discrepancy() {
    List<EncodedRow<I>> rows = live.enough();
    return rows.isEmpty() ? Optional.empty() : Optional.of(compare(numbers.of(rows)));
  }

  private Discrepancy compare(double[][] rows) {
    // The smaller group first: a permutation costs the square of it.
    double[][] first = rows.length <= reference.length ? rows : reference;
    double[][] second = rows.length <= reference.length ? reference : rows;
    double[][] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    KernelMatrix kernel = KernelMatrix.of(both, bandwidth);
    int[] group = new int[first.length];
    Arrays.setAll(group, i -> i);
    double squared = kernel.discrepancy(group);
    Permutations chance =
        Permutations.of(
            squared,
            1e-12,
            group.length,
            both.length,
            options.permutations(),
            options.alpha(),
            options.seed(),
            kernel::discrepancy);
    return new Discrepancy(
        squared, chance.byChance(), chance.pValue(), bandwidth, reference.length, rows.length);
  }

  @Override
  public String name() {
    return "distribution of live rows of " + schema.name() + " against training";
  }

  /**
   * Returns whether live rows are too different: fails if the discrepancy is above the limit and
   * more than chance explains, passes if it is not above the limit where chance would stay below
   * it, and has no data otherwise.
   *
   * @return with the discrepancy, its p-value, what chance explains, and the numbers of rows
   */
  @Override
  public Outcome evaluate() {
    Optional<Discrepancy> found = discrepancy();
    if (found.isEmpty()) {
      return new NoData(
          name() + ": fewer than " + options.leastRows() + " live rows in this window.");
    }
    Discrepancy d = found.get();
    String sentence =
        String.format(
            Locale.ROOT,
            "%s: squared discrepancy %.4f, by chance up to %.4f (p = %.2g, %,d against %,d rows)",
            name(),
            d.squared(),
            d.byChance(),
            d.pValue(),
            d.live(),
            d.reference());
    if (d.squared() > options.limit() && d.pValue() <= options.alpha()) {
      return new Fail(sentence + ", above " + options.limit() + ".");
    }
    if (d.squared() <= options.limit() && d.byChance() <= options.limit()) {
      return new Pass(sentence + ", not above " + options.limit() + ".");
    }
    return new NoData(
        sentence + ": too few rows to say whether it is above " + options.limit() + ".");
  }

  /** Returns what is compared and how much of it, never a value. */
  @Override
  public String toString() {
    return "MaximumMeanDiscrepancy(" + schema.name() + ", " + reference.length + " rows)";
  }
}
