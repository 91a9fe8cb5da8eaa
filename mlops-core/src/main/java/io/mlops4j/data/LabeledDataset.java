package io.mlops4j.data;

import io.mlops4j.core.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Rows with the truth about each: what models are trained and judged on. Read anew each time, like
 * {@link Dataset}. Immutable and thread-safe, as far as the functions given to it are.
 *
 * @param <T> the type of the features
 */
public final class LabeledDataset<T> {
  private final String name;
  private final Schema<T> schema;
  private final Source<Labeled<T>> source;

  private LabeledDataset(String name, Schema<T> schema, Source<Labeled<T>> source) {
    this.name = name;
    this.schema = Objects.requireNonNull(schema, "schema");
    this.source = source;
  }

  /**
   * Returns labeled rows that are in memory.
   *
   * @param schema what the features are
   * @param rows the rows, copied
   * @param <T> the type of the features
   * @return the data set
   */
  public static <T> LabeledDataset<T> of(Schema<T> schema, List<Labeled<T>> rows) {
    return new LabeledDataset<>(schema.name(), schema, List.copyOf(rows)::stream);
  }

  static <S, T> LabeledDataset<T> of(
      String name,
      Schema<T> schema,
      Source<S> rows,
      Function<? super S, ? extends T> features,
      ToDoubleFunction<? super S> label) {
    Objects.requireNonNull(features, "features");
    Objects.requireNonNull(label, "label");
    return new LabeledDataset<>(
        name,
        schema,
        new Source<>() {
          @Override
          public Stream<Labeled<T>> open() {
            return rows.mapped(labels()).open();
          }

          @Override
          public void visit(RowVisitor<? super Labeled<T>> visitor) {
            rows.mapped(labels()).visit(visitor);
          }

          /** New for each reading: it counts. */
          private Function<S, Labeled<T>> labels() {
            AtomicLong number = new AtomicLong();
            return row -> labeled(name, number.incrementAndGet(), row, features, label);
          }
        });
  }

  private static <S, T> Labeled<T> labeled(
      String name,
      long number,
      S row,
      Function<? super S, ? extends T> features,
      ToDoubleFunction<? super S> label) {
    double truth = label.applyAsDouble(row);
    if (!Double.isFinite(truth)) {
      throw new DataException(
          name + ": row " + number + " has no label. Filter rows whose label is unknown.");
    }
    return new Labeled<>(features.apply(row), truth);
  }

  /**
   * Returns what the data is called in messages.
   *
   * @return the file's name, or the schema's
   */
  public String name() {
    return name;
  }

  /**
   * Returns what the features are.
   *
   * @return the schema; the label is not among them
   */
  public Schema<T> schema() {
    return schema;
  }

  /**
   * Returns the rows, from the first. Close it, unless it is read to its end.
   *
   * @return a sequential, ordered stream; throws {@link DataException} on the first row that cannot
   *     be read or has no label
   */
  public Stream<Labeled<T>> stream() {
    return source.open();
  }

  /**
   * Shows every row to a visitor, and tells it of those that cannot be read or have no label.
   *
   * @param visitor sees the rows, in order
   * @throws DataException if the data cannot be opened at all
   */
  public void read(RowVisitor<? super Labeled<T>> visitor) {
    source.visit(Objects.requireNonNull(visitor, "visitor"));
  }

  /**
   * Shows every row to a visitor, like {@link #read}, and returns what identifies them, in the same
   * pass.
   *
   * @param visitor sees the rows, in order
   * @return the facts as {@link #facts()} says them; empty if a row could not be read
   * @throws DataException if the data cannot be opened at all
   */
  public Optional<DatasetFacts> identify(RowVisitor<? super Labeled<T>> visitor) {
    return new FactsReader<>(name, schema, null).readLabeled(source, visitor);
  }

  /**
   * Returns the features without the labels.
   *
   * @return the same rows, in order
   */
  public Stream<T> features() {
    return stream().map(Labeled::row);
  }

  /**
   * Returns all labels, by reading all rows.
   *
   * @return one per row, in order
   */
  public double[] labels() {
    try (Stream<Labeled<T>> rows = stream()) {
      return rows.mapToDouble(Labeled::label).toArray();
    }
  }

  /**
   * Returns how many rows there are, by reading them all.
   *
   * @return 0 or more
   */
  public long rows() {
    try (Stream<Labeled<T>> rows = stream()) {
      return rows.mapToLong(row -> 1).sum();
    }
  }

  /**
   * Returns the identity of the content, by reading it all in bounded memory: like {@link
   * Dataset#digest}, with the label after each row's features.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    RowDigest<T> digest = new RowDigest<>(schema);
    try (Stream<Labeled<T>> rows = stream()) {
      rows.forEachOrdered(row -> digest.add(row.row(), row.label()));
    }
    return digest.hex();
  }

  /**
   * Returns what identifies the content, by reading it all once in bounded memory: digest, number
   * of rows, schema, and the period by the first feature of kind time, if there is one.
   *
   * @return the facts for a lineage
   */
  public DatasetFacts facts() {
    return facts(new FactsReader<>(name, schema, null));
  }

  /**
   * Returns what identifies the content, when the time of a row is not a feature.
   *
   * @param time when a row is from
   * @return the facts for a lineage
   */
  public DatasetFacts facts(Function<? super T, Instant> time) {
    Objects.requireNonNull(time, "time");
    return facts(new FactsReader<>(name, schema, row -> time.apply(row).toEpochMilli()));
  }

  private DatasetFacts facts(FactsReader<T> reader) {
    try (Stream<Labeled<T>> rows = stream()) {
      rows.forEachOrdered(row -> reader.add(row.row(), row.label()));
    }
    return reader.facts();
  }

  /**
   * Returns the rows that pass a test.
   *
   * @param keep what rows to keep; a pure function
   * @return those rows, in order
   */
  public LabeledDataset<T> filter(Predicate<? super Labeled<T>> keep) {
    Objects.requireNonNull(keep, "keep");
    return new LabeledDataset<>(name, schema, source.filtered(keep));
  }

  /**
   * Returns a copy whose rows are in memory, by reading them all now.
   *
   * @return the same rows, without a file behind them
   */
  public LabeledDataset<T> inMemory() {
    try (Stream<Labeled<T>> rows = stream()) {
      List<Labeled<T>> list = rows.toList();
      return new LabeledDataset<>(name, schema, list::stream);
    }
  }

  /** Returns the name and the schema, never a value. */
  @Override
  public String toString() {
    return "LabeledDataset " + name + " of " + schema;
  }
}
