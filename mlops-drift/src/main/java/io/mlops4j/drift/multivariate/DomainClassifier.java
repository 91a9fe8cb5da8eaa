package io.mlops4j.drift.multivariate;

import static io.mlops4j.drift.multivariate.Ranges.require;
import static io.mlops4j.drift.multivariate.Ranges.requireWindow;

import io.mlops4j.core.Check;
import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.PredictionListener;
import io.mlops4j.core.Schema;
import io.mlops4j.stats.Interval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Watches whether live rows can be told from training rows by all their features together: sees a
 * correlation that changed while each feature alone looks as ever. A logistic regression is fitted
 * to tell them apart and judged on rows it was not fitted to (cross-fitting).
 *
 * <p>A prediction costs a copy of a reference into a bounded sample. {@link #separation} and {@link
 * #evaluate} fit the classifier: some 0.5 s for 2,000 rows of each kind; never call them on a
 * request thread. Each version, and each window of time, has a sample of its own; answers that did
 * not come from the model are not looked at. Thread-safe.
 *
 * <p>The interval is for one look. Who looks every hour must expect chance to cross it: ask once
 * per window, or take a level near 1.
 *
 * @param <I> one input row
 * @param <O> one answer
 * @see <a href="https://arxiv.org/abs/1810.11953">Rabanser, Guennemann and Lipton (2019)</a>
 */
public final class DomainClassifier<I, O> implements PredictionListener<I, O>, Check {
  private static final double PENALTY = 1;

  private final Schema<I> schema;
  private final Options options;
  private final List<EncodedRow<I>> reference;
  private final Columns columns;
  private final LiveRows<I> live;

  private DomainClassifier(Schema<I> schema, Stream<? extends I> rows, Options options) {
    this.schema = Objects.requireNonNull(schema, "schema");
    this.options = Objects.requireNonNull(options, "options");
    this.reference = Reservoir.of(schema, rows, options.rows(), options.seed());
    if (reference.size() < options.leastRows() || !Columns.any(schema)) {
      throw new IllegalArgumentException(
          "reference: "
              + reference.size()
              + " rows of "
              + schema.name()
              + " (expected: at least "
              + options.leastRows()
              + ", with a number or a category)");
    }
    this.columns = new Columns(schema, reference);
    this.live =
        new LiveRows<>(
            schema, options.rows(), options.leastRows(), options.window(), options.seed());
  }

  /**
   * How rows are compared.
   *
   * @param limit the area under the ROC curve above which rows are too different, above 0.5 and
   *     below 1; 0.5 is no difference at all
   * @param level of the interval, above 0.5 and below 1
   * @param rows how many of each kind are kept and used, 100 to 20,000
   * @param leastRows below how many live rows there is no answer, 50 to {@code rows}
   * @param folds how often a part is held out, 2 to 20; the interval is as wide as one part's
   * @param window how long live rows are collected, 1 s to 3660 days, from Mondays on
   * @param seed of the samples
   */
  public record Options(
      double limit, double level, int rows, int leastRows, int folds, Duration window, long seed) {
    /** Checks the ranges. */
    public Options {
      Objects.requireNonNull(window, "window");
      require(limit > 0.5 && limit < 1, "limit", limit, "above 0.5, below 1");
      require(level > 0.5 && level < 1, "level", level, "above 0.5, below 1");
      require(rows >= 100 && rows <= 20_000, "rows", rows, "100..20000");
      require(leastRows >= 50 && leastRows <= rows, "leastRows", leastRows, "50.." + rows);
      require(folds >= 2 && folds <= 20, "folds", folds, "2..20");
      requireWindow(window);
    }

    /**
     * Returns a limit of 0.6, 99 %, 2,000 rows of each kind, at least 200, 2 folds, weekly windows.
     *
     * @return the defaults
     */
    public static Options withDefaults() {
      return new Options(0.6, 0.99, 2_000, 200, 2, Duration.ofDays(7), 1);
    }

    /**
     * Returns these options with another limit and level.
     *
     * @param limit the area under the ROC curve
     * @param level of the interval
     * @return a copy
     */
    public Options withLimit(double limit, double level) {
      return new Options(limit, level, rows, leastRows, folds, window, seed);
    }

    /**
     * Returns these options with other samples.
     *
     * @param rows of each kind
     * @param leastRows for an answer
     * @param seed of the samples
     * @return a copy
     */
    public Options withRows(int rows, int leastRows, long seed) {
      return new Options(limit, level, rows, leastRows, folds, window, seed);
    }

    /**
     * Returns these options with another window.
     *
     * @param window how long live rows are collected
     * @return a copy
     */
    public Options withWindow(Duration window) {
      Objects.requireNonNull(window, "window");
      return new Options(limit, level, rows, leastRows, folds, window, seed);
    }
  }

  /**
   * Returns a classifier of some rows against the live ones to come.
   *
   * @param schema what a row is; sensitive values stay in memory and are never shown
   * @param reference training rows, best of a time like the live ones; a sample is kept; closed
   * @param options how they are compared
   * @param <I> one input row
   * @param <O> one answer
   * @return a new classifier
   * @throws IllegalArgumentException if there are too few rows, or nothing to compare
   */
  public static <I, O> DomainClassifier<I, O> comparing(
      Schema<I> schema, Stream<? extends I> reference, Options options) {
    Objects.requireNonNull(reference, "reference");
    return new DomainClassifier<>(schema, reference, options);
  }

  @Override
  public void onPrediction(Prediction<I, O> prediction) {
    Objects.requireNonNull(prediction, "prediction");
    live.add(prediction);
  }

  /**
   * Returns how well live rows can be told from training rows: those of the open window, or of the
   * finished one while the open one has too few.
   *
   * @return the separation, or empty if there are too few live rows
   */
  public Optional<Separation> separation() {
    List<EncodedRow<I>> rows = live.enough();
    return rows.isEmpty() ? Optional.empty() : Optional.of(separate(rows));
  }

  private Separation separate(List<EncodedRow<I>> rows) {
    double[][] one = columns.of(reference);
    double[][] two = columns.of(rows);
    double[] weights = new double[columns.size()];
    double auc = 0;
    double deviation = 0;
    int folds = options.folds();
    for (int fold = 0; fold < folds; fold++) {
      RidgeLogistic model = fit(one, two, fold);
      RankedAuc part = RankedAuc.of(scores(model, one, fold), scores(model, two, fold));
      auc += part.auc() / folds;
      deviation += Math.sqrt(part.variance()) / folds;
      for (int j = 0; j < weights.length; j++) {
        weights[j] += Math.abs(model.weight(j));
      }
    }
    // As if the folds always erred together: they share most of their training rows, and taking
    // them for independent covers too seldom.
    double width =
        NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - options.level()) / 2)
            * deviation;
    Interval interval =
        new Interval(Math.max(0, auc - width), Math.min(1, auc + width), options.level());
    return new Separation(auc, interval, one.length, two.length, columns.telling(weights));
  }

  /** Fits without the rows of one of the folds; they take turns. */
  private RidgeLogistic fit(double[][] one, double[][] two, int fold) {
    List<double[]> rows = new ArrayList<>();
    List<Boolean> kinds = new ArrayList<>();
    for (double[][] kind : List.of(one, two)) {
      for (int i = 0; i < kind.length; i++) {
        if (i % options.folds() != fold) {
          rows.add(kind[i]);
          kinds.add(kind == two);
        }
      }
    }
    boolean[] live = new boolean[kinds.size()];
    for (int i = 0; i < live.length; i++) {
      live[i] = kinds.get(i);
    }
    return RidgeLogistic.fit(rows.toArray(double[][]::new), live, PENALTY);
  }

  private double[] scores(RidgeLogistic model, double[][] rows, int fold) {
    return java.util.stream.IntStream.range(0, rows.length)
        .filter(i -> i % options.folds() == fold)
        .mapToDouble(i -> model.score(rows[i]))
        .toArray();
  }

  @Override
  public String name() {
    return "live rows of " + schema.name() + " against training";
  }

  /**
   * Returns whether live rows are too different: fails if the whole interval is above the limit,
   * passes if none of it is, and has no data in between.
   *
   * @return with the area, its interval and what tells the rows apart
   */
  @Override
  public Outcome evaluate() {
    Optional<Separation> found = separation();
    if (found.isEmpty()) {
      return new NoData(
          name() + ": fewer than " + options.leastRows() + " live rows in this window.");
    }
    Separation s = found.get();
    String numbers =
        String.format(
            Locale.ROOT,
            "%s: a classifier tells them apart with AUC %.3f [%.3f, %.3f] (%,d against %,d rows)",
            name(),
            s.auc(),
            s.interval().low(),
            s.interval().high(),
            s.live(),
            s.reference());
    if (s.interval().low() > options.limit()) {
      return new Fail(numbers + ", above " + options.limit() + "; most by " + s.telling() + ".");
    }
    if (s.interval().high() <= options.limit()) {
      return new Pass(numbers + ", not above " + options.limit() + ".");
    }
    return new NoData(numbers + ": too close to " + options.limit() + " to say.");
  }

  /** Returns what is compared and how much of it, never a value. */
  @Override
  public String toString() {
    return "DomainClassifier(" + schema.name() + ", " + reference.size() + " rows)";
  }
}
