package io.mlops4j.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Builds a schema by hand, feature by feature, in the order of the calls. Used by one thread; the
 * schema it builds is immutable.
 *
 * @param <T> the row type
 */
public final class SchemaBuilder<T> {
  private final String name;
  private final List<Feature<T>> features = new ArrayList<>();
  private @Nullable RowFactory<T> factory;

  SchemaBuilder(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Adds a number.
   *
   * @param feature its name
   * @param accessor reads it; NaN is missing
   * @return this builder
   */
  public SchemaBuilder<T> numeric(String feature, ToDoubleFunction<T> accessor) {
    features.add(Feature.number(feature, FeatureKind.NUMERIC, true, accessor));
    return this;
  }

  /**
   * Adds a boolean, as the numbers 0 and 1.
   *
   * @param feature its name
   * @param accessor reads it
   * @return this builder
   */
  public SchemaBuilder<T> bool(String feature, Predicate<T> accessor) {
    Objects.requireNonNull(accessor, "accessor");
    features.add(
        Feature.number(feature, FeatureKind.NUMERIC, false, row -> accessor.test(row) ? 1.0 : 0.0));
    return this;
  }

  /**
   * Adds a category.
   *
   * @param feature its name
   * @param accessor reads it; null is missing
   * @return this builder
   */
  public SchemaBuilder<T> categorical(String feature, Function<T, @Nullable String> accessor) {
    features.add(Feature.text(feature, FeatureKind.CATEGORICAL, List.of(), accessor));
    return this;
  }

  /**
   * Adds free text.
   *
   * @param feature its name
   * @param accessor reads it; null is missing
   * @return this builder
   */
  public SchemaBuilder<T> text(String feature, Function<T, @Nullable String> accessor) {
    features.add(Feature.text(feature, FeatureKind.TEXT, List.of(), accessor));
    return this;
  }

  /**
   * Adds a vector of floats.
   *
   * @param feature its name
   * @param length how many, at least 1
   * @param accessor reads it; null is missing
   * @return this builder
   */
  public SchemaBuilder<T> vector(
      String feature, int length, Function<T, float @Nullable []> accessor) {
    if (length < 1) {
      throw new IllegalArgumentException("length: " + length + " (expected: 1 or more)");
    }
    features.add(Feature.vector(feature, length, accessor));
    return this;
  }

  /**
   * Adds a point in time.
   *
   * @param feature its name
   * @param epochMillis reads it as milliseconds since 1970-01-01T00:00Z; NaN is missing
   * @return this builder
   */
  public SchemaBuilder<T> time(String feature, ToDoubleFunction<T> epochMillis) {
    features.add(Feature.number(feature, FeatureKind.TIME, true, epochMillis));
    return this;
  }

  /**
   * Adds all features of a part that each row holds: with their kinds, domains, definitions and
   * sensitivity.
   *
   * @param prefix what their names begin with here, or the empty string
   * @param part the features of the part
   * @param path how to get from a row to its part
   * @param <P> the type of the part
   * @return this builder
   */
  public <P> SchemaBuilder<T> including(
      String prefix, Schema<P> part, Function<? super T, ? extends P> path) {
    Objects.requireNonNull(path, "path");
    part.features().forEach(feature -> features.add(feature.on(prefix + feature.name(), path)));
    return this;
  }

  /**
   * Says how rows are made, so that they can be read from files.
   *
   * @param rows the factory
   * @return this builder
   */
  public SchemaBuilder<T> factory(RowFactory<T> rows) {
    if (factory != null) {
      throw new IllegalStateException("factory was already set to " + factory);
    }
    factory = Objects.requireNonNull(rows, "rows");
    return this;
  }

  /**
   * Returns the schema.
   *
   * @return an immutable schema of the features added so far
   * @throws IllegalArgumentException if there is none, or two have the same name
   */
  public Schema<T> build() {
    return new Schema<>(name, features, factory);
  }
}
