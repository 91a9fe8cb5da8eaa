package io.mlops4j.pipeline.search;

import io.mlops4j.data.Labeled;
import io.mlops4j.data.LabeledDataset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Ways to cut labeled rows into what is trained on and what is judged by, several times. Sizes and,
 * without shuffling, the very rows are those of scikit-learn's splitters of the same names.
 *
 * <p>Immutable and thread-safe; rows are in memory once, whatever the number of folds.
 *
 * @param <T> the row type
 */
public final class Folds<T> {
  private static final long FARTHEST = 300_000_000_000L;

  private final List<Fold<T>> folds;
  private final long rows;

  private Folds(LabeledDataset<T> data, List<Labeled<T>> rows, List<RowSplit> splits) {
    List<Fold<T>> made = new ArrayList<>();
    for (RowSplit split : splits) {
      LabeledDataset<T> train = LabeledDataset.of(data.schema(), pick(rows, split.train()));
      LabeledDataset<T> test = LabeledDataset.of(data.schema(), pick(rows, split.test()));
      made.add(new Fold<>(made.size(), train, test, split.purged()));
    }
    this.folds = List.copyOf(made);
    this.rows = rows.size();
  }

  private static <T> List<Labeled<T>> pick(List<Labeled<T>> rows, BitSet which) {
    return which.stream().mapToObj(rows::get).toList();
  }

  private static <T> List<Labeled<T>> read(LabeledDataset<T> data) {
    try (var rows = Objects.requireNonNull(data, "data").stream()) {
      return rows.toList();
    }
  }

  /**
   * Returns folds whose test rows are equal parts in the order of the data: only for rows whose
   * order means nothing, and that do not come in groups.
   *
   * @param data the rows
   * @param k how many, 2 up to the number of rows
   * @param shuffle a seed to mix the rows before; empty leaves their order
   * @param <T> the row type
   * @return the folds
   */
  public static <T> Folds<T> kFold(LabeledDataset<T> data, int k, OptionalLong shuffle) {
    Objects.requireNonNull(shuffle, "shuffle");
    List<Labeled<T>> rows = read(data);
    return new Folds<>(data, rows, FoldIndexes.kFold(rows.size(), k, shuffle));
  }

  /**
   * Returns folds in each of which every class has its share.
   *
   * @param data the rows; labels are classes
   * @param k how many, 2 up to the number of rows of the most frequent class
   * @param shuffle a seed to mix the rows of each class before; empty leaves their order
   * @param <T> the row type
   * @return the folds
   */
  public static <T> Folds<T> stratified(LabeledDataset<T> data, int k, OptionalLong shuffle) {
    Objects.requireNonNull(shuffle, "shuffle");
    List<Labeled<T>> rows = read(data);
    double[] labels = rows.stream().mapToDouble(Labeled::label).toArray();
    return new Folds<>(data, rows, FoldIndexes.stratified(labels, k, shuffle));
  }

  /**
   * Returns folds in which all rows of a group are on one side: of a customer, a patient, a device.
   * The largest groups are dealt out first, each to the fold with the fewest rows.
   *
   * @param data the rows
   * @param k how many, 2 up to the number of groups
   * @param group what a row belongs to; a pure function
   * @param <T> the row type
   * @return the folds
   */
  public static <T> Folds<T> grouped(
      LabeledDataset<T> data, int k, Function<? super T, String> group) {
    Objects.requireNonNull(group, "group");
    List<Labeled<T>> rows = read(data);
    List<String> groups =
        rows.stream().map(row -> Objects.requireNonNull(group.apply(row.row()), "group")).toList();
    return new Folds<>(data, rows, FoldIndexes.grouped(groups, k));
  }

  /**
   * Returns folds that only ever judge by what came after all they trained on. The data need not be
   * in order; rows of one instant are never on both sides.
   *
   * @param data the rows
   * @param time when a row is from; a pure function
   * @param how how many, and how long labels take
   * @param <T> the row type
   * @return the folds, each with a longer or a later training period
   */
  public static <T> Folds<T> timeOrdered(
      LabeledDataset<T> data, Function<? super T, Instant> time, TimeFolds how) {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(how, "how");
    List<Labeled<T>> rows = read(data);
    return new Folds<>(data, rows, TimeIndexes.of(times(rows, time), how).ordered());
  }

  /**
   * Returns folds that judge by each period in turn and train on those before and after it, without
   * rows whose labels reach into the test period, rows into which the test period's labels reach,
   * and rows of the embargo (<a href="https://doi.org/10.1002/9781119482086">Lopez de Prado 2018,
   * chapter 7</a>).
   *
   * @param data the rows
   * @param time when a row is from; a pure function
   * @param how how many, horizon and embargo
   * @param <T> the row type
   * @return the folds
   */
  public static <T> Folds<T> purged(
      LabeledDataset<T> data, Function<? super T, Instant> time, TimeFolds how) {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(how, "how");
    List<Labeled<T>> rows = read(data);
    return new Folds<>(data, rows, TimeIndexes.of(times(rows, time), how).purged());
  }

  private static <T> Instant[] times(List<Labeled<T>> rows, Function<? super T, Instant> time) {
    return rows.stream()
        .map(row -> ordinary(Objects.requireNonNull(time.apply(row.row()), "time")))
        .toArray(Instant[]::new);
  }

  /** Horizons are added to it, so it must not be at an end of time. */
  private static Instant ordinary(Instant time) {
    if (Math.abs(time.getEpochSecond()) > FARTHEST) {
      throw new IllegalArgumentException(
          "time: " + time + " (expected: within 9,500 years of 1970)");
    }
    return time;
  }

  /**
   * Returns the folds.
   *
   * @return in order
   */
  public List<Fold<T>> folds() {
    return folds;
  }

  /**
   * Returns a score of each fold.
   *
   * @param score trains on one side and judges by the other
   * @return the scores
   */
  public CrossValidation score(ToDoubleFunction<Fold<T>> score) {
    Objects.requireNonNull(score, "score");
    return new CrossValidation(folds.stream().map(fold -> score.applyAsDouble(fold)).toList());
  }

  /**
   * Returns how many test rows of each fold are, feature by feature, among its training rows: what
   * a model can know by heart. Copies of a row, or several rows of one customer, are the usual
   * cause; {@link #grouped} keeps them together. Cost: a digest of each row for each fold.
   *
   * @return one number per fold
   */
  public List<Long> repeatedRows() {
    return folds.stream().map(RepeatedRows::count).toList();
  }

  /** Returns how many folds there are, of how many rows. */
  @Override
  public String toString() {
    String sizes =
        IntStream.range(0, Math.min(folds.size(), 10))
            .mapToObj(i -> folds.get(i).train().rows() + "/" + folds.get(i).test().rows())
            .toList()
            .toString();
    return folds.size() + " folds of " + rows + " rows, train/test " + sizes;
  }
}
