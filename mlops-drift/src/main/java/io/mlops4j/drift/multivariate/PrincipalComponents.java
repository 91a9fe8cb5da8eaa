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
 * Watches whether features still go together as they did in training: rows are squeezed into the
 * principal components of training rows and restored, and the error of that is compared. Sees a
 * correlation that broke while each feature looks as ever, and names the columns. Blind for a
 * change along the components, such as all correlated features moving together: that is for {@code
 * DriftMonitor}.
 *
 * <p>Missing values are in the middle and have a column of their own. The components are of one
 * sample of training rows and the expected error is of another, because rows the components were
 * fitted to are restored better than any others. The p-value is by permutation of the errors, so
 * rows of one kind are called different no more often than {@link Options#alpha} says, in one look
 * at one window.
 *
 * <p>A prediction costs a copy of a reference into a bounded sample. Building it costs about a
 * second for 256 columns. {@link #reconstruction} and {@link #evaluate} cost some 0.1 s for 2,000
 * rows of each kind with 999 permutations; never call them on a request thread. Each version, and
 * each window of time, has a sample of its own; answers that did not come from the model are not
 * looked at. Thread-safe.
 *
 * @param <I> one input row
 * @param <O> one answer
 * @see <a href="https://doi.org/10.1080/00401706.1979.10489779">Jackson and Mudholkar (1979)</a>
 */
public final class PrincipalComponents<I, O> implements PredictionListener<I, O>, Check {
  private static final double LEAST_EXPECTED = 0.01;

  private final Schema<I> schema;
  private final Options options;
  private final RowNumbers numbers;
  private final PrincipalPlane plane;
  private final double[] expected;
  private final double[] expectedByColumn;
  private final LiveRows<I> live;

  private PrincipalComponents(Schema<I> schema, Stream<? extends I> rows, Options options) {
    this.schema = schema;
    this.options = Objects.requireNonNull(options, "options");
    Halves<I> halves = Halves.of(schema, rows, options.rows(), options.leastRows(), options.seed());
    this.numbers = new RowNumbers(schema, halves.learned());
    this.plane = PrincipalPlane.fit(numbers.of(halves.learned()), options.variance());
    double[][] residuals = residuals(halves.compared());
    this.expected = lengths(residuals);
    this.expectedByColumn = squares(residuals);
    this.live =
        new LiveRows<>(
            schema, options.rows(), options.leastRows(), options.window(), options.seed());
  }

  /**
   * How rows are compared.
   *
   * @param variance components are kept until they have more than this share of the variance, 0.1
   *     to 0.99
   * @param limit the change of the error, up or down, above which rows are too different: 0.1 is 10
   *     %; 0.001 to 10
   * @param alpha how often rows of one kind may be called different, 0.0001 to 0.2
   * @param rows how many of each kind are compared, 100 to 20,000
   * @param leastRows below how many live rows there is no answer, 50 to {@code rows}; training must
   *     have twice as many
   * @param permutations how often rows are shuffled, at least {@code 1 / alpha - 1} and at most
   *     99,999
   * @param window how long live rows are collected, 1 s to 3660 days, from Mondays on
   * @param seed of the samples and of the shuffling
   */
  public record Options(
      double variance,
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
      require(variance >= 0.1 && variance <= 0.99, "variance", variance, "0.1..0.99");
      require(limit >= 0.001 && limit <= 10, "limit", limit, "0.001..10");
      require(rows >= 100 && rows <= 20_000, "rows", rows, "100..20000");
      require(leastRows >= 50 && leastRows <= rows, "leastRows", leastRows, "50.." + rows);
      requirePermutations(alpha, permutations);
      requireWindow(window);
    }

    /**
     * Returns components of 65 % of the variance, a limit of 10 %, 1 % false alarms, 2,000 rows of
     * each kind, at least 200, 999 permutations, weekly windows.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(0.65, 0.1, 0.01, 2_000, 200, 999, Duration.ofDays(7), 1);
    }

    /**
     * Returns these options with other components.
     *
     * @param variance the share that is kept
     * @return a copy
     */
    public Options withVariance(double variance) {
      return new Options(variance, limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with another limit.
     *
     * @param limit the change of the error
     * @return a copy
     */
    public Options withLimit(double limit) {
      return new Options(variance, limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with another share of false alarms.
     *
     * @param alpha how often rows of one kind may be called different
     * @param permutations how often rows are shuffled
     * @return a copy
     */
    public Options withFalseAlarms(double alpha, int permutations) {
      return new Options(variance, limit, alpha, rows, leastRows, permutations, window, seed);
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
      return new Options(variance, limit, alpha, rows, leastRows, permutations, window, seed);
    }

    /**
     * Returns these options with another window.
     *
     * @param window how long live rows are collected
     * @return a copy
     */
    public Options withWindow(Duration window) {
      Objects.requireNonNull(window, "window");
      return new Options(variance, limit, alpha, rows, leastRows, permutations, window, seed);
    }
  }

  /**
   * Returns components of some rows, for the live ones to come.
   *
   * @param schema what a row is, in at most 256 columns: a number is 2, a category up to 11, a
   *     vector up to 65; sensitive values stay in memory and are never shown
   * @param reference training rows, best of a time like the live ones; a sample is kept; closed
   * @param options how they are compared
   * @param <I> one input row
   * @param <O> one answer
   * @return new components
   * @throws IllegalArgumentException if there are too few rows, nothing to compare, or too many
   *     columns; says how many
   */
  public static <I, O> PrincipalComponents<I, O> comparing(
      Schema<I> schema, Stream<? extends I> reference, Options options) {
    Objects.requireNonNull(reference, "reference");
    return new PrincipalComponents<>(schema, reference, options);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    live.add(prediction);
  }

  /**
   * Returns how well live rows are restored: those of the open window, or of the finished one while
   * the open one has too few. The same rows give the same answer.
   *
   * @return the error, or empty if there are too few live rows
   */
  public Optional<Reconstruction> reconstruction() {
    List<EncodedRow<I>> rows = live.enough();
    return rows.isEmpty() ? Optional.empty() : Optional.of(compare(residuals(rows)));
  }

  private Reconstruction compare(double[][] residuals) {
    double[] errors = lengths(residuals);
    double[] both = Arrays.copyOf(errors, errors.length + expected.length);
    System.arraycopy(expected, 0, both, errors.length, expected.length);
    double sum = Arrays.stream(both).sum();
    double error = mean(errors);
    double usual = mean(expected);
    Permutations chance =
        Permutations.of(
            Math.abs(error - usual),
            1e-12 * Math.max(1, Arrays.stream(both).max().orElse(0)),
            errors.length,
            both.length,
            options.permutations(),
            options.alpha(),
            options.seed(),
            group -> difference(both, group, sum));
    double unit = Math.max(LEAST_EXPECTED, usual);
    return new Reconstruction(
        error,
        usual,
        (error - usual) / unit,
        chance.byChance() / unit,
        chance.pValue(),
        plane.components(),
        numbers.names().size(),
        expected.length,
        errors.length,
        telling(squares(residuals)));
  }

  private static double difference(double[] both, int[] group, double sum) {
    double first = 0;
    for (int row : group) {
      first += both[row];
    }
    return Math.abs(first / group.length - (sum - first) / (both.length - group.length));
  }

  private List<String> telling(double[] byColumn) {
    double[] changes = new double[byColumn.length];
    Arrays.setAll(changes, j -> Math.abs(byColumn[j] - expectedByColumn[j]));
    return Columns.largest(numbers.names(), changes);
  }

  private double[][] residuals(List<EncodedRow<I>> rows) {
    return Arrays.stream(numbers.of(rows)).map(plane::residual).toArray(double[][]::new);
  }

  private static double[] lengths(double[][] residuals) {
    return Arrays.stream(residuals).mapToDouble(PrincipalPlane::length).toArray();
  }

  private static double[] squares(double[][] residuals) {
    double[] result = new double[residuals[0].length];
    for (double[] residual : residuals) {
      for (int j = 0; j < result.length; j++) {
        result[j] += residual[j] * residual[j] / residuals.length;
      }
    }
    return result;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  @Override
  public String name() {
    return "correlations of live rows of " + schema.name() + " against training";
  }

  /**
   * Returns whether live rows are too different: fails if the error changed by more than the limit,
   * up or down, and by more than chance explains; passes if it changed by no more where chance
   * would stay below the limit; has no data otherwise.
   *
   * @return with the error, its p-value, what chance explains, and the numbers of rows
   */
  @Override
  public Outcome evaluate() {
    Optional<Reconstruction> found = reconstruction();
    if (found.isEmpty()) {
      return new NoData(
          name() + ": fewer than " + options.leastRows() + " live rows in this window.");
    }
    Reconstruction r = found.get();
    String sentence =
        String.format(
            Locale.ROOT,
            "%s: reconstruction error %.3f instead of %.3f, %+.1f %%, by chance up to %.1f %% "
                + "(p = %.2g, %,d against %,d rows, %d of %d components)",
            name(),
            r.error(),
            r.expected(),
            100 * r.change(),
            100 * r.byChance(),
            r.pValue(),
            r.live(),
            r.reference(),
            r.components(),
            r.columns());
    double change = Math.abs(r.change());
    String limit = String.format(Locale.ROOT, "%.1f %%", 100 * options.limit());
    if (change > options.limit() && r.pValue() <= options.alpha()) {
      return new Fail(sentence + ", more than " + limit + "; most by " + r.telling() + ".");
    }
    if (change <= options.limit() && r.byChance() <= options.limit()) {
      return new Pass(sentence + ", not more than " + limit + ".");
    }
    return new NoData(sentence + ": too few rows to say whether it is more than " + limit + ".");
  }

  /** Returns what is compared and how much of it, never a value. */
  @Override
  public String toString() {
    return "PrincipalComponents(" + schema.name() + ", " + expected.length + " rows)";
  }
}
