package io.mlops4j.data;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Time;
import io.mlops4j.stats.Bucketing;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Rows and what they are: a description that is read anew each time it is asked for its rows, in
 * bounded memory and always in the same order.
 *
 * <p>Filters, maps and splits describe; nothing is read until {@link #stream}, {@link #rows} or
 * {@link #digest}. Immutable and thread-safe, as far as the functions given to it are.
 *
 * @param <T> the row type
 */
public final class Dataset<T> {
  private final String name;
  private final Schema<T> schema;
  private final Source<T> source;

  private Dataset(String name, Schema<T> schema, Source<T> source) {
    this.name = Objects.requireNonNull(name, "name");
    this.schema = Objects.requireNonNull(schema, "schema");
    this.source = source;
  }

  /**
   * Returns the rows of a CSV file: UTF-8, RFC 4180, with a header line, plain or compressed with
   * gzip (told by content, not by name).
   *
   * <p>A column belongs to the field of the same name, or of the same name ignoring case and
   * underscores ({@code scheduled_departure} is {@code scheduledDeparture}). Other columns are
   * ignored. An empty value is missing.
   *
   * @param file the file, opened at each reading
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the data set; reading it throws {@link DataException} naming file, line and column, and
   *     the value unless its feature is sensitive
   * @throws DataException if the schema cannot make rows
   */
  public static <T> Dataset<T> csv(Path file, Schema<T> schema) {
    String name = String.valueOf(file.getFileName());
    return new Dataset<>(
        name, schema, new CsvSource<>(name, () -> Files.newInputStream(file), schema));
  }

  /**
   * Returns the rows of CSV text from anywhere; {@link #csv(Path, Schema)} says what it looks like.
   *
   * @param name what to call it in messages
   * @param bytes opens the text, anew at each reading; the stream is closed
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the data set
   * @throws DataException if the schema cannot make rows
   */
  public static <T> Dataset<T> csv(
      String name, Supplier<? extends InputStream> bytes, Schema<T> schema) {
    CsvSource.Bytes opened =
        () -> {
          try {
            return bytes.get();
          } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
          }
        };
    return new Dataset<>(name, schema, new CsvSource<>(name, opened, schema));
  }

  /**
   * Returns the rows of a CSV file on the class path; {@link #csv(Path, Schema)} says what it looks
   * like.
   *
   * @param anchor the class whose loader finds the resource
   * @param resource its name, as {@link Class#getResourceAsStream} takes it
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the data set; reading it throws {@link DataException} if there is no such resource
   * @throws DataException if the schema cannot make rows
   */
  public static <T> Dataset<T> csvResource(Class<?> anchor, String resource, Schema<T> schema) {
    String name = resource.substring(resource.lastIndexOf('/') + 1);
    CsvSource.Bytes bytes =
        () -> {
          InputStream in = anchor.getResourceAsStream(resource);
          if (in == null) {
            throw new FileNotFoundException(
                "no resource " + resource + " beside " + anchor.getName());
          }
          return in;
        };
    return new Dataset<>(name, schema, new CsvSource<>(name, bytes, schema));
  }

  /**
   * Returns rows that are in memory.
   *
   * @param schema what rows are
   * @param rows the rows, copied
   * @param <T> the row type
   * @return the data set
   */
  public static <T> Dataset<T> of(Schema<T> schema, List<T> rows) {
    return new Dataset<>(schema.name(), schema, List.copyOf(rows)::stream);
  }

  /**
   * Returns rows from anywhere that can be read again and again.
   *
   * @param name what to call the data in messages
   * @param schema what rows are
   * @param rows opens them from the first, always the same ones in the same order; each stream is
   *     closed
   * @param <T> the row type
   * @return the data set
   */
  public static <T> Dataset<T> of(
      String name, Schema<T> schema, Supplier<? extends Stream<T>> rows) {
    Objects.requireNonNull(rows, "rows");
    return new Dataset<>(name, schema, rows::get);
  }

  /**
   * Returns the rows a query gives, read in pages of 1,000 in one transaction. A column belongs to
   * the field of the same name, as in a CSV file; NULL is missing. A field of type {@code Instant}
   * takes a {@code TIMESTAMP WITH TIME ZONE} only: local times are read as such.
   *
   * @param name what to call the data in messages
   * @param source gives a connection for each reading, held until the stream is closed or read to
   *     its end
   * @param query a {@code SELECT}, with an {@code ORDER BY} if the order matters; never made of
   *     text from outside
   * @param schema what rows are; must be able to make them
   * @param <T> the row type
   * @return the data set; reading it throws {@link DataException} naming row and column, never a
   *     value
   * @throws DataException if the schema cannot make rows
   */
  public static <T> Dataset<T> jdbc(
      String name, DataSource source, String query, Schema<T> schema) {
    return new Dataset<>(name, schema, new JdbcSource<>(name, source, query, schema));
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
   * Returns what rows are.
   *
   * @return the schema
   */
  public Schema<T> schema() {
    return schema;
  }

  /**
   * Returns the rows, from the first. Close it, unless it is read to its end: it may hold a file
   * open.
   *
   * @return a sequential, ordered stream; throws {@link DataException} on the first row that cannot
   *     be read
   * @throws DataException if the data cannot be opened, or its columns are not those of the schema
   */
  public Stream<T> stream() {
    return source.open();
  }

  /**
   * Shows every row to a visitor, and tells it of those that cannot be read instead of stopping at
   * the first: for validation. Memory is one row.
   *
   * @param visitor sees the rows, in order
   * @throws DataException if the data cannot be opened at all
   */
  public void read(RowVisitor<? super T> visitor) {
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
  public Optional<DatasetFacts> identify(RowVisitor<? super T> visitor) {
    return new FactsReader<>(name, schema, null).read(source, visitor);
  }

  /**
   * Returns how many rows there are, by reading them all.
   *
   * @return 0 or more
   */
  public long rows() {
    try (Stream<T> rows = stream()) {
      return rows.mapToLong(row -> 1).sum();
    }
  }

  /**
   * Returns the identity of the content, by reading it all in bounded memory: SHA-256 over the
   * schema's fingerprint and every feature's typed value, row by row. Where the rows come from, the
   * name of the file, its compression, its line ends and the order of its columns do not matter;
   * the order of the rows does.
   *
   * @return 64 hexadecimal digits
   */
  public String digest() {
    RowDigest<T> digest = new RowDigest<>(schema);
    try (Stream<T> rows = stream()) {
      rows.forEachOrdered(digest::add);
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
    try (Stream<T> rows = stream()) {
      rows.forEachOrdered(reader::add);
    }
    return reader.facts();
  }

  /**
   * Returns a copy whose rows are in memory, by reading them all now.
   *
   * @return the same rows, without a file behind them
   */
  public Dataset<T> inMemory() {
    try (Stream<T> rows = stream()) {
      List<T> list = rows.toList();
      return new Dataset<>(name, schema, list::stream);
    }
  }

  /**
   * Returns the rows that pass a test.
   *
   * @param keep what rows to keep; a pure function
   * @return those rows, in order
   */
  public Dataset<T> filter(Predicate<? super T> keep) {
    Objects.requireNonNull(keep, "keep");
    return new Dataset<>(name, schema, source.filtered(keep));
  }

  /**
   * Returns other rows made from these, one from each.
   *
   * @param to what the new rows are
   * @param change makes one; a pure function
   * @param <U> the new row type
   * @return the new rows, in order
   */
  public <U> Dataset<U> map(Schema<U> to, Function<? super T, ? extends U> change) {
    Objects.requireNonNull(change, "change");
    return new Dataset<>(name, to, source.mapped(change));
  }

  /**
   * Returns these rows with the truth about each.
   *
   * @param label the class (0, 1, …) or target value of a row; reading a NaN or an infinity is an
   *     error: filter rows whose label is unknown
   * @return the labeled rows, in order
   */
  public LabeledDataset<T> label(ToDoubleFunction<? super T> label) {
    return label(schema, row -> row, label);
  }

  /**
   * Returns features made from these rows, with the truth about each: for rows that hold both, so
   * that the label is not among the features.
   *
   * @param to what the features are
   * @param features makes them from a row; a pure function
   * @param label the class (0, 1, …) or target value of a row, as above
   * @param <U> the type of the features
   * @return the labeled rows, in order
   */
  public <U> LabeledDataset<U> label(
      Schema<U> to, Function<? super T, ? extends U> features, ToDoubleFunction<? super T> label) {
    return LabeledDataset.of(name, to, source, features, label);
  }

  /**
   * Returns the rows of a period.
   *
   * @param time a feature of kind time; a row without one is an error
   * @param from the first instant that belongs to it
   * @param to the first instant after it
   * @return those rows, in order
   * @throws IllegalArgumentException if there is no such time feature, or {@code to} is before
   *     {@code from}
   */
  public Dataset<T> between(String time, Instant from, Instant to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("to: " + to + " (expected: not before " + from + ")");
    }
    ToDoubleFunction<T> millis = millis(time);
    double first = Time.millis(from);
    double end = Time.millis(to);
    return filter(
        row -> {
          double at = millis.applyAsDouble(row);
          return at >= first && at < end;
        });
  }

  /**
   * Returns the rows of a period in local time.
   *
   * @param time a feature of kind time, read from local times
   * @param from the first moment that belongs to it
   * @param to the first moment after it
   * @return those rows, in order
   */
  public Dataset<T> between(String time, LocalDateTime from, LocalDateTime to) {
    return between(time, from.toInstant(ZoneOffset.UTC), to.toInstant(ZoneOffset.UTC));
  }

  /**
   * Returns the rows before a point in time, and those at or after it: what a model may learn from
   * and what it may be judged on.
   *
   * @param time a feature of kind time; a row without one is an error
   * @param at where the second part begins
   * @return both parts
   * @throws IllegalArgumentException if there is no such time feature
   */
  public Split<T> splitAt(String time, Instant at) {
    ToDoubleFunction<T> millis = millis(time);
    double begin = Time.millis(at);
    return new Split<>(
        filter(row -> millis.applyAsDouble(row) < begin),
        filter(row -> millis.applyAsDouble(row) >= begin));
  }

  /**
   * Returns the rows before a point in local time, and those at or after it.
   *
   * @param time a feature of kind time, read from local times
   * @param at where the second part begins
   * @return both parts
   */
  public Split<T> splitAt(String time, LocalDateTime at) {
    return splitAt(time, at.toInstant(ZoneOffset.UTC));
  }

  /**
   * Returns a share of the rows, and the others. Whether a row is in depends on its id and the salt
   * only: it is the same on every machine, all rows of one id stay together, a row keeps its part
   * as data grows, and a larger share contains the smaller one.
   *
   * @param id what to keep together: a customer, a flight number
   * @param salt any text; another one gives an independent split
   * @param fraction the share of the ids in the first part, 0 to 1, in steps of 1/65536
   * @return both parts
   */
  public Split<T> splitByHash(Function<? super T, String> id, String salt, double fraction) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new IllegalArgumentException("fraction: " + fraction + " (expected: 0 to 1)");
    }
    Bucketing bucketing = Bucketing.salted(salt);
    long slots = Math.round(fraction * Bucketing.SLOTS);
    Predicate<T> in = row -> bucketing.slot(id.apply(row)) < slots;
    return new Split<>(filter(in), filter(in.negate()));
  }

  private ToDoubleFunction<T> millis(String time) {
    Feature<T> feature = schema.feature(time);
    if (feature.kind() != FeatureKind.TIME) {
      throw new IllegalArgumentException("Feature " + feature + " (expected: a time)");
    }
    return row -> {
      double at = feature.number(row);
      if (Double.isNaN(at)) {
        throw new DataException(
            name + ": a row has no " + time + ", so that it is in no period. Filter such rows.");
      }
      return at;
    };
  }

  /** Returns the name and the schema, never a value. */
  @Override
  public String toString() {
    return "Dataset " + name + " of " + schema;
  }
}
