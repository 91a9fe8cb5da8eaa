package io.mlops4j.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one description of a row: named, typed, ordered features of a row type, with compiled
 * accessors. Encoding, validation, slices, drift and batch reading all use it.
 *
 * <p>Derive it from a record with {@link #of}, or build it by hand with {@link #builder}, {@link
 * #floats} or {@link #ofMap}. Immutable and thread-safe; reading a row neither reflects nor boxes a
 * primitive.
 *
 * @param <T> the row type
 */
public final class Schema<T> {
  private final String name;
  private final List<Feature<T>> features;
  private final Map<String, Integer> positions;
  private final @Nullable RowFactory<T> factory;
  private final String fingerprint;
  private final RowReader<T> reader;

  Schema(String name, List<Feature<T>> features, @Nullable RowFactory<T> factory) {
    this.name = Objects.requireNonNull(name, "name");
    this.features = List.copyOf(features);
    this.factory = factory;
    this.positions = new HashMap<>();
    if (features.isEmpty()) {
      throw new IllegalArgumentException("Schema " + name + " has no features.");
    }
    for (Feature<T> feature : features) {
      if (positions.putIfAbsent(feature.name(), positions.size()) != null) {
        throw new IllegalArgumentException(
            "Schema " + name + " has two features named " + feature.name() + ".");
      }
    }
    this.fingerprint = fingerprint(this.features);
    this.reader = new RowReader<>(this.features);
  }

  /**
   * Returns the schema of a record: one feature per component, in order. Numbers and booleans are
   * numeric, strings and enums categorical, {@code float[]} a vector, dates and times a time; boxes
   * and objects may be missing.
   *
   * @param type the record
   * @param <R> the row type
   * @return its schema
   * @throws IllegalArgumentException naming the component that no feature can be made of, and what
   *     is supported
   */
  public static <R extends Record> Schema<R> of(Class<R> type) {
    RecordAccessors<R> accessors = new RecordAccessors<>(type);
    List<Feature<R>> features =
        Arrays.stream(type.getRecordComponents()).map(accessors::feature).toList();
    return new Schema<>(type.getSimpleName(), features, new RecordFactory<>(type));
  }

  /**
   * Returns the schema of rows that are arrays of floats. NaN is missing.
   *
   * @param names one name per position
   * @return numeric features over the array's positions; a row must be at least that long
   */
  public static Schema<float[]> floats(String... names) {
    List<Feature<float[]>> features = new ArrayList<>();
    List<RowField> fields = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      int position = i;
      String named = names[i];
      features.add(
          Feature.number(named, FeatureKind.NUMERIC, true, row -> floatAt(row, position, named)));
      fields.add(new RowField(names[i], float.class));
    }
    return new Schema<>("float[" + names.length + "]", features, new FloatsFactory(fields));
  }

  private static double floatAt(float[] row, int position, String name) {
    if (position >= row.length) {
      throw new MlopsException(
          "Feature "
              + name
              + " is float "
              + (position + 1)
              + " of a row, this one has "
              + row.length
              + ".");
    }
    return row[position];
  }

  /**
   * Starts a schema by hand.
   *
   * @param name what rows are called, for messages
   * @param <R> the row type
   * @return a builder without features
   */
  public static <R> SchemaBuilder<R> builder(String name) {
    return new SchemaBuilder<>(name);
  }

  /**
   * Starts a schema of rows that are maps from feature name to value: numbers and booleans for
   * numeric features, anything with a {@code toString} for categorical ones. An absent key or a
   * null is missing.
   *
   * @param name what rows are called, for messages
   * @return a builder without features
   */
  public static MapSchemaBuilder ofMap(String name) {
    return new MapSchemaBuilder(name);
  }

  /**
   * Returns what rows are called.
   *
   * @return the record's simple name, or the name given
   */
  public String name() {
    return name;
  }

  /**
   * Returns the features in order.
   *
   * @return at least one
   */
  public List<Feature<T>> features() {
    return features;
  }

  /**
   * Returns how many features there are.
   *
   * @return at least 1
   */
  public int size() {
    return features.size();
  }

  /**
   * Returns the position of a feature.
   *
   * @param feature its name
   * @return 0 to {@code size() - 1}
   * @throws IllegalArgumentException if there is none of that name; lists those that exist
   */
  public int indexOf(String feature) {
    Integer position = positions.get(feature);
    if (position == null) {
      throw new IllegalArgumentException(
          "Schema "
              + name
              + " has no feature "
              + Text.printable(feature, 64)
              + ". Features: "
              + names()
              + ".");
    }
    return position;
  }

  /**
   * Returns whether there is a feature of a name.
   *
   * @param feature the name
   * @return true if there is
   */
  public boolean has(String feature) {
    return positions.containsKey(feature);
  }

  /**
   * Returns the feature of a name.
   *
   * @param feature its name
   * @return the feature
   * @throws IllegalArgumentException if there is none of that name; lists those that exist
   */
  public Feature<T> feature(String feature) {
    return features.get(indexOf(feature));
  }

  /**
   * Returns the signature of rows: SHA-256 over name, kind and order of the features (and the
   * length of vectors, and the definitions of computed features). Domains, sensitivity and the Java
   * type are not part of it.
   *
   * @return 64 hexadecimal digits
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns how rows are made from named values.
   *
   * @return the factory, or empty for a schema built by hand without one
   */
  public Optional<RowFactory<T>> factory() {
    return Optional.ofNullable(factory);
  }

  /**
   * Returns the row that named values stand for.
   *
   * @param values field name to number, string, boolean or null; absent means missing
   * @return a new row
   * @throws MlopsException if this schema cannot make rows, or a value does not fit; names the
   *     field
   */
  public T row(Map<String, ? extends @Nullable Object> values) {
    if (factory == null) {
      throw new MlopsException(
          "Schema "
              + name
              + " cannot make rows: it was built by hand. Give the builder a factory.");
    }
    List<RowField> fields = factory.fields();
    @Nullable Object[] converted = new @Nullable Object[fields.size()];
    for (int i = 0; i < converted.length; i++) {
      RowField field = fields.get(i);
      try {
        converted[i] = field.convert(values.get(field.name()));
      } catch (IllegalArgumentException e) {
        throw new MlopsException(name + "." + field.name() + ": " + e.getMessage(), e);
      }
    }
    try {
      return factory.create(converted);
    } catch (MlopsException e) {
      // The row's own exception may quote a value that must not be shown.
      throw allShown() ? e : new MlopsException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns a reusable place for one row's values.
   *
   * @return an empty buffer
   */
  public RowBuffer<T> newBuffer() {
    return new RowBuffer<>(this);
  }

  /**
   * Returns a copy of a row's values.
   *
   * @param row the row
   * @return its values, independent of the row
   */
  public EncodedRow<T> encode(T row) {
    RowBuffer<T> buffer = newBuffer();
    buffer.set(row);
    return buffer.toRow();
  }

  /**
   * Returns a copy of this schema in which the values of some features never appear in an error,
   * log, report, metric or stored sample.
   *
   * @param names the features
   * @return the same features, those marked
   */
  public Schema<T> withSensitive(String... names) {
    return withEach(List.of(names), Feature::asSensitive);
  }

  /**
   * Returns a copy of this schema in which a categorical feature is expected to take certain
   * values.
   *
   * @param feature its name
   * @param values the expected values
   * @return the same features, one with a domain
   * @throws IllegalArgumentException if the feature is not categorical or a value occurs twice
   */
  public Schema<T> withDomain(String feature, String... values) {
    return withEach(List.of(feature), f -> f.withDomain(List.of(values)));
  }

  /**
   * Returns a copy of this schema in which a vector has a declared length.
   *
   * @param feature its name
   * @param length how many floats, at least 1
   * @return the same features, one with a length
   */
  public Schema<T> withLength(String feature, int length) {
    if (length < 1 || feature(feature).kind() != FeatureKind.VECTOR) {
      throw new IllegalArgumentException(
          "length of " + feature(feature) + ": " + length + " (expected: a vector, 1 or more)");
    }
    return withEach(List.of(feature), f -> f.withLength(length));
  }

  /**
   * Returns a copy of this schema in which a feature is known to be computed by a definition: a
   * feature view, for one. Models trained on it refuse rows of other definitions.
   *
   * @param feature its name
   * @param fingerprint of what computes it: 64 hexadecimal digits
   * @return the same features, one with a definition
   * @throws IllegalArgumentException if the fingerprint is none
   */
  public Schema<T> withDefinition(String feature, String fingerprint) {
    InputEncoding.requireDefinition(feature, fingerprint);
    return withEach(List.of(feature), f -> f.withDefinition(fingerprint));
  }

  /**
   * Returns a copy of this schema in which string features are free text, not categories.
   *
   * @param names the features
   * @return the same features, those of kind text
   * @throws IllegalArgumentException naming a feature that is not made of strings
   */
  public Schema<T> withText(String... names) {
    return withEach(List.of(names), Feature::asText);
  }

  /**
   * Returns a schema with some of the features only.
   *
   * @param names the features to keep, in the order wanted
   * @return those features of the same rows
   */
  public Schema<T> only(String... names) {
    return new Schema<>(name, Arrays.stream(names).map(this::feature).toList(), factory);
  }

  /**
   * Returns the same features seen on another row type that holds one of these rows.
   *
   * @param rowType what the outer rows are called
   * @param path how to get from an outer row to one of these
   * @param <R> the outer row type
   * @return the features over the outer type; it cannot make rows
   */
  public <R> Schema<R> on(String rowType, Function<? super R, ? extends T> path) {
    return new Schema<>(rowType, features.stream().map(f -> f.<R>on(path)).toList(), null);
  }

  /**
   * Returns the same features of rows that are encoded already.
   *
   * @return it cannot make rows; reading a vector copies it
   */
  public Schema<EncodedRow<T>> encoded() {
    List<Feature<EncodedRow<T>>> result = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      result.add(features.get(i).encoded(i));
    }
    return new Schema<>(name, result, null);
  }

  RowReader<T> reader() {
    return reader;
  }

  private Schema<T> withEach(List<String> names, UnaryOperator<Feature<T>> change) {
    Map<Integer, Feature<T>> changed = new LinkedHashMap<>();
    for (String feature : names) {
      changed.put(indexOf(feature), change.apply(feature(feature)));
    }
    List<Feature<T>> result = new ArrayList<>(features);
    changed.forEach(result::set);
    return new Schema<>(name, result, factory);
  }

  private boolean allShown() {
    return factory().stream()
        .flatMap(f -> f.fields().stream())
        .allMatch(field -> has(field.name()) && !feature(field.name()).sensitive());
  }

  private String names() {
    return features.stream().map(Feature::name).collect(Collectors.joining(", "));
  }

  private static String fingerprint(List<? extends Feature<?>> features) {
    StringBuilder text = new StringBuilder();
    for (Feature<?> feature : features) {
      // A length before each name keeps names with separators in them apart.
      text.append(feature.name().length()).append(':').append(feature.name());
      text.append('|').append(feature.kind()).append('|').append(feature.length());
      feature.definition().ifPresent(definition -> text.append('|').append(definition));
      text.append('\n');
    }
    return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the name and the features, never a value. */
  @Override
  public String toString() {
    return name
        + features.stream().map(Feature::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
