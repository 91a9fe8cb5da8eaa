package io.mlops4j.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How a row becomes a model's input: columns, vocabularies, rules for the unseen, and order. Frozen
 * at training, stored in the version, applied by serving, never written in user code.
 *
 * <p>Immutable and thread-safe. Learn one from data with {@link EncodingBuilder}, or read the one a
 * Python script wrote with {@link #fromJson}.
 */
public final class InputEncoding {
  private static final Pattern DEFINITION = Pattern.compile("[0-9a-f]{64}");

  private final List<EncodedColumn> columns;
  private final SortedMap<String, String> definitions;
  private final int width;

  private InputEncoding(List<EncodedColumn> columns, Map<String, String> definitions) {
    this.columns = List.copyOf(columns);
    this.definitions = Collections.unmodifiableSortedMap(new TreeMap<>(definitions));
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns: 0 (expected: at least 1)");
    }
    long total = columns.stream().mapToLong(EncodedColumn::width).sum();
    if (total > 1 << 24) {
      throw new IllegalArgumentException(
          "width: " + total + " floats a row (expected: at most 16777216)");
    }
    this.width = (int) total;
  }

  /**
   * Returns the encoding made of some columns.
   *
   * @param columns in the order of the model's input
   * @return the encoding
   */
  public static InputEncoding of(List<EncodedColumn> columns) {
    return new InputEncoding(columns, Map.of());
  }

  /** The same with what computed the features it was learned from. */
  static InputEncoding of(List<EncodedColumn> columns, Map<String, String> definitions) {
    definitions.forEach(InputEncoding::requireDefinition);
    return new InputEncoding(columns, definitions);
  }

  static void requireDefinition(String feature, String fingerprint) {
    if (!DEFINITION.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException(
          "definition of "
              + Text.printable(feature, 64)
              + ": \""
              + Text.printable(fingerprint, 64)
              + "\" (expected: 64 hexadecimal digits)");
    }
  }

  /**
   * Returns the encoding that passes every feature of a schema on as it is: numbers as floats
   * (missing is NaN), vectors whole.
   *
   * @param schema numeric, time and vector features only
   * @return one column per number
   * @throws IllegalArgumentException if a feature is categorical or text, or a vector without a
   *     declared length; names it and says what to do
   */
  public static InputEncoding numeric(Schema<?> schema) {
    List<EncodedColumn> columns = new ArrayList<>();
    for (Feature<?> feature : schema.features()) {
      columns.add(
          switch (feature.kind()) {
            case NUMERIC, TIME -> new EncodedColumn.Numeric(feature.name(), Float.NaN);
            case VECTOR -> vector(feature);
            case CATEGORICAL, TEXT ->
                throw new IllegalArgumentException(
                    "Feature "
                        + feature
                        + " has no number. Learn an encoding from training data, or store the"
                        + " one used in training with the version.");
          });
    }
    return InputEncoding.of(columns).withDefinitions(schema);
  }

  private static EncodedColumn vector(Feature<?> feature) {
    if (feature.length() == 0) {
      throw new IllegalArgumentException(
          "Feature " + feature + " has no declared length. Declare it: schema.withLength(...).");
    }
    return new EncodedColumn.Vector(feature.name(), feature.length());
  }

  /**
   * Starts an encoding to be learned from training rows.
   *
   * @param schema what rows are
   * @param <T> the row type
   * @return a builder without columns
   */
  public static <T> EncodingBuilder<T> learn(Schema<T> schema) {
    return new EncodingBuilder<>(schema);
  }

  /**
   * Returns the encoding a document holds.
   *
   * @param json what {@link #toJson} or a training script wrote; docs/core.md has the format
   * @return the encoding
   * @throws MlopsException naming the column and what is wrong with it
   */
  public static InputEncoding fromJson(byte[] json) {
    ObjectNode root = Json.parse(json, "Input encoding");
    List<EncodedColumn> columns = EncodingJson.read(root);
    try {
      return of(columns, EncodingJson.definitions(root));
    } catch (IllegalArgumentException e) {
      throw new MlopsException("Input encoding: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the document {@link #fromJson} reads.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    return Json.canonical(EncodingJson.write(columns, definitions));
  }

  /**
   * Returns the columns in the order of the model's input.
   *
   * @return at least one
   */
  public List<EncodedColumn> columns() {
    return columns;
  }

  /**
   * Returns the fingerprints of what computed the features in training, of those it reads that were
   * computed by a declared definition. Rows in which one of them is computed otherwise are refused
   * by {@link #bind}.
   *
   * @return feature to {@link Feature#definition}
   */
  public SortedMap<String, String> definitions() {
    return definitions;
  }

  /**
   * Returns this encoding with the definitions of the features it reads, for one that was made
   * without a schema, in Python for example. A learned one has them already.
   *
   * @param schema the rows the model was trained on
   * @return a copy that refuses rows of other definitions
   */
  public InputEncoding withDefinitions(Schema<?> schema) {
    Map<String, String> found = new TreeMap<>();
    for (EncodedColumn column : columns) {
      if (schema.has(column.feature())) {
        schema
            .feature(column.feature())
            .definition()
            .ifPresent(definition -> found.put(column.feature(), definition));
      }
    }
    return new InputEncoding(columns, found);
  }

  /**
   * Returns how many floats a row becomes.
   *
   * @return at least 1
   */
  public int width() {
    return width;
  }

  /**
   * Returns this encoding compiled for rows of a schema.
   *
   * @param schema what rows are; may have more features than are encoded
   * @param <T> the row type
   * @return the encoder
   * @throws MlopsException if a column's feature is absent or of an unfitting kind; lists both
   *     sides; or if it is computed by another definition than in training
   */
  public <T> RowEncoder<T> bind(Schema<T> schema) {
    return new RowEncoder<>(Objects.requireNonNull(schema, "schema"), this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InputEncoding that
        && columns.equals(that.columns)
        && definitions.equals(that.definitions);
  }

  @Override
  public int hashCode() {
    return Objects.hash(columns, definitions);
  }

  /** Returns the columns' features and kinds, never a vocabulary. */
  @Override
  public String toString() {
    return "InputEncoding"
        + columns.stream()
            .map(c -> c.feature() + " " + c.getClass().getSimpleName() + "[" + c.width() + "]")
            .toList();
  }
}
