package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The features of one entity at one time, as one view computes them. Immutable and thread-safe. */
public final class FeatureValues {
  private final Schema<FeatureValues> schema;
  private final String key;
  private final long at;
  private final ViewEvaluator.Values values;

  FeatureValues(Schema<FeatureValues> schema, String key, long at, ViewEvaluator.Values values) {
    this.schema = schema;
    this.key = key;
    this.at = at;
    this.values = values;
  }

  /**
   * Returns the number a feature has.
   *
   * @param feature its name
   * @return the number; NaN if it is missing or the feature is a text
   * @throws IllegalArgumentException if there is no such feature; lists those that exist
   */
  public double number(String feature) {
    return number(schema.indexOf(Objects.requireNonNull(feature, "feature")));
  }

  /**
   * Returns the text a feature has.
   *
   * @param feature its name
   * @return the text; null if it is missing or the feature is a number
   * @throws IllegalArgumentException if there is no such feature; lists those that exist
   */
  public @Nullable String text(String feature) {
    return text(schema.indexOf(Objects.requireNonNull(feature, "feature")));
  }

  /**
   * Returns the time the features are of.
   *
   * @return the time asked for
   */
  public Instant at() {
    return Nanos.instant(at);
  }

  /**
   * Returns when the latest event happened that the view looks at.
   *
   * @return a time not after {@link #at}, or empty if there is no event
   */
  public Optional<Instant> newestEvent() {
    return values.newest() == ViewEvaluator.Values.NONE
        ? Optional.empty()
        : Optional.of(Nanos.instant(values.newest()));
  }

  /**
   * Returns what the features are.
   *
   * @return the view's schema
   */
  public Schema<FeatureValues> schema() {
    return schema;
  }

  double number(int feature) {
    return values.numbers()[feature];
  }

  @Nullable String text(int feature) {
    return values.texts()[feature];
  }

  ViewEvaluator.Values values() {
    return values;
  }

  /**
   * Whether both are of the same features, entity and time, and have the same values bit by bit.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureValues that
        && at == that.at
        && key.equals(that.key)
        && schema.fingerprint().equals(that.schema.fingerprint())
        && java.util.Arrays.equals(values.numbers(), that.values.numbers())
        && java.util.Arrays.equals(values.texts(), that.values.texts());
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(values.numbers())
        + 31 * java.util.Arrays.hashCode(values.texts());
  }

  /** Returns names and values; of sensitive features the name only. */
  @Override
  public String toString() {
    StringBuilder result = new StringBuilder(schema.name()).append('[');
    for (int i = 0; i < schema.size(); i++) {
      Feature<FeatureValues> feature = schema.features().get(i);
      result.append(i == 0 ? "" : ", ").append(feature.name()).append('=');
      String text = text(i);
      if (feature.sensitive()) {
        result.append("(sensitive)");
      } else if (feature.kind() == FeatureKind.NUMERIC || feature.kind() == FeatureKind.TIME) {
        result.append(number(i));
      } else {
        result.append(text == null ? "(missing)" : Text.printable(text, 64));
      }
    }
    return result.append(']').toString();
  }
}
