package io.mlops4j.core;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One named, typed column of a row type. Immutable; reading a value neither reflects nor boxes.
 *
 * @param <T> the row type
 */
public final class Feature<T> {
  private static final int MAX_NAME = 128;

  private final String name;
  private final FeatureKind kind;
  private final boolean nullable;
  private final boolean sensitive;
  private final List<String> domain;
  private final int length;
  private final @Nullable String definition;
  private final @Nullable ToDoubleFunction<T> number;
  private final @Nullable Function<T, @Nullable String> text;
  private final @Nullable Function<T, float @Nullable []> vector;

  private Feature(
      String name,
      FeatureKind kind,
      boolean nullable,
      boolean sensitive,
      List<String> domain,
      int length,
      @Nullable String definition,
      @Nullable ToDoubleFunction<T> number,
      @Nullable Function<T, @Nullable String> text,
      @Nullable Function<T, float @Nullable []> vector) {
    this.name = name;
    this.kind = kind;
    this.nullable = nullable;
    this.sensitive = sensitive;
    this.domain = List.copyOf(domain);
    this.length = length;
    this.definition = definition;
    this.number = number;
    this.text = text;
    this.vector = vector;
  }

  static <T> Feature<T> number(
      String name, FeatureKind kind, boolean nullable, ToDoubleFunction<T> accessor) {
    Objects.requireNonNull(accessor, "accessor");
    return new Feature<>(
        requireName(name), kind, nullable, false, List.of(), 1, null, accessor, null, null);
  }

  static <T> Feature<T> text(
      String name, FeatureKind kind, List<String> domain, Function<T, @Nullable String> accessor) {
    Objects.requireNonNull(accessor, "accessor");
    return new Feature<>(
        requireName(name), kind, true, false, domain, 1, null, null, accessor, null);
  }

  static <T> Feature<T> vector(String name, int length, Function<T, float @Nullable []> accessor) {
    Objects.requireNonNull(accessor, "accessor");
    return new Feature<>(
        requireName(name),
        FeatureKind.VECTOR,
        true,
        false,
        List.of(),
        length,
        null,
        null,
        null,
        accessor);
  }

  private static String requireName(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()
        || name.length() > MAX_NAME
        || !name.equals(Text.printable(name, MAX_NAME + 1))) {
      throw new IllegalArgumentException(
          "feature name: \""
              + Text.printable(name, 64)
              + "\" (expected: 1 to 128 printable characters, not blank)");
    }
    return name;
  }

  Feature<T> asSensitive() {
    return new Feature<>(
        name, kind, nullable, true, domain, length, definition, number, text, vector);
  }

  Feature<T> withDefinition(String fingerprint) {
    return new Feature<>(
        name, kind, nullable, sensitive, domain, length, fingerprint, number, text, vector);
  }

  Feature<T> withDomain(List<String> values) {
    if (kind != FeatureKind.CATEGORICAL) {
      throw new IllegalArgumentException(
          "domain of " + this + " (expected: a categorical feature)");
    }
    if (new HashSet<>(values).size() != values.size()) {
      throw new IllegalArgumentException("domain of " + this + ": a value occurs twice");
    }
    return new Feature<>(
        name, kind, nullable, sensitive, values, length, definition, number, text, vector);
  }

  Feature<T> withLength(int floats) {
    return new Feature<>(
        name, kind, nullable, sensitive, domain, floats, definition, number, text, vector);
  }

  Feature<T> asText() {
    if (kind != FeatureKind.CATEGORICAL && kind != FeatureKind.TEXT) {
      throw new IllegalArgumentException("text: " + this + " (expected: a feature of strings)");
    }
    return new Feature<>(
        name,
        FeatureKind.TEXT,
        nullable,
        sensitive,
        domain,
        length,
        definition,
        number,
        text,
        vector);
  }

  /** The same feature of rows that are encoded already, at its position in them. */
  <R> Feature<EncodedRow<R>> encoded(int position) {
    return new Feature<>(
        name,
        kind,
        nullable,
        sensitive,
        domain,
        length,
        definition,
        number == null ? null : row -> row.number(position),
        text == null ? null : row -> row.text(position),
        vector == null ? null : row -> row.vector(position));
  }

  <R> Feature<R> on(Function<? super R, ? extends T> path) {
    return on(name, path);
  }

  /** The same feature of an outer row, under another name there. */
  <R> Feature<R> on(String as, Function<? super R, ? extends T> path) {
    ToDoubleFunction<T> numbers = number;
    Function<T, @Nullable String> texts = text;
    Function<T, float @Nullable []> vectors = vector;
    return new Feature<>(
        requireName(as),
        kind,
        nullable,
        sensitive,
        domain,
        length,
        definition,
        numbers == null ? null : row -> numbers.applyAsDouble(path.apply(row)),
        texts == null ? null : row -> texts.apply(path.apply(row)),
        vectors == null ? null : row -> vectors.apply(path.apply(row)));
  }

  /**
   * Returns what the column is called.
   *
   * @return the name, unique in its schema
   */
  public String name() {
    return name;
  }

  /**
   * Returns what its values are.
   *
   * @return the kind
   */
  public FeatureKind kind() {
    return kind;
  }

  /**
   * Returns whether a value may be missing.
   *
   * @return false for primitives
   */
  public boolean nullable() {
    return nullable;
  }

  /**
   * Returns whether its values are kept out of every error, log, report, metric and stored sample.
   *
   * @return true if marked so
   */
  public boolean sensitive() {
    return sensitive;
  }

  /**
   * Returns the values a categorical feature is expected to take. Not part of the fingerprint: a
   * new airport is not a new schema.
   *
   * @return the expected values in order, or an empty list if open
   */
  public List<String> domain() {
    return domain;
  }

  /**
   * Returns how many floats a vector holds.
   *
   * @return the length; 1 for other kinds; 0 for a vector whose length was not declared
   */
  public int length() {
    return length;
  }

  /**
   * Returns the fingerprint of what computes this feature's values, if they are computed by a
   * declared definition, such as one of a feature view. Part of the schema's fingerprint; an
   * encoding learned from such a schema refuses rows whose definition is another.
   *
   * @return 64 hexadecimal digits, or empty for a value that is given
   */
  public Optional<String> definition() {
    return Optional.ofNullable(definition);
  }

  /**
   * Returns the value of a numeric, boolean (0 or 1) or time (epoch milliseconds) feature.
   *
   * @param row the row
   * @return the number; NaN if it is missing or the feature is of another kind
   */
  public double number(T row) {
    return number == null ? Double.NaN : number.applyAsDouble(row);
  }

  /**
   * Returns the value of a categorical or text feature.
   *
   * @param row the row
   * @return the string; null if it is missing or the feature is of another kind
   */
  public @Nullable String text(T row) {
    return text == null ? null : text.apply(row);
  }

  /**
   * Returns the value of a vector feature.
   *
   * @param row the row
   * @return the row's own array, not to be changed; null if missing or of another kind
   */
  public float @Nullable [] vector(T row) {
    return vector == null ? null : vector.apply(row);
  }

  ToDoubleFunction<T> numberAccessor() {
    return Objects.requireNonNull(number);
  }

  Function<T, @Nullable String> textAccessor() {
    return Objects.requireNonNull(text);
  }

  /** Returns whether values are numbers (numeric or time). */
  boolean isNumber() {
    return number != null;
  }

  /** Returns name and kind, never a value. */
  @Override
  public String toString() {
    String suffix = kind == FeatureKind.VECTOR ? "(" + length + ")" : "";
    return name + ": " + kind.name().toLowerCase(java.util.Locale.ROOT) + suffix;
  }
}
