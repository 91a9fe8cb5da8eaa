package io.mlops4j.spring;

import io.mlops4j.core.Feature;
import io.mlops4j.core.Schema;
import io.mlops4j.spring.MlopsProperties.PredictorProperties;
import java.util.List;

/**
 * What a predictor's rows are: the application's own {@code Schema} bean of the row type if there
 * is one, else the record; with the marks that properties set.
 */
record RowSchema<I>(
    String predictor, PredictorProperties properties, Class<I> row, FittingBeans fitting) {

  Schema<I> schema() {
    Schema<I> plain = described();
    properties
        .sensitive()
        .forEach(feature -> requireFeature(plain, property("sensitive"), feature));
    properties.text().forEach(feature -> requireFeature(plain, property("text"), feature));
    try {
      return plain
          .withText(properties.text().toArray(new String[0]))
          .withSensitive(properties.sensitive().toArray(new String[0]));
    } catch (IllegalArgumentException e) {
      throw new StartException(
          property("text") + ": " + e.getMessage() + ".", "Name features made of strings.", e);
    }
  }

  private Schema<I> described() {
    List<Schema<I>> own = fitting.all(Schema.class, row);
    if (own.size() == 1) {
      return own.get(0);
    }
    if (own.size() > 1) {
      throw new StartException(
          "There are " + own.size() + " beans of type " + type() + ".",
          "Put @Qualifier(\"" + predictor + "\") on the one for this predictor, or keep one.");
    }
    if (!row.isRecord()) {
      throw new StartException(
          property("row-type") + ": " + row.getName() + " is not a record.",
          "Make it a record, or declare a bean of type "
              + type()
              + " that describes its features.");
    }
    try {
      return ofRecord(row.asSubclass(Record.class));
    } catch (IllegalArgumentException e) {
      throw new StartException(
          property("row-type") + ": " + e.getMessage(),
          "Change that component, or declare a bean of type " + type() + ".",
          e);
    }
  }

  /** The record's class is the row type's: the schema is one of these rows. */
  @SuppressWarnings("unchecked")
  private Schema<I> ofRecord(Class<? extends Record> type) {
    return (Schema<I>) Schema.of(type);
  }

  private String type() {
    return "Schema<" + row.getSimpleName() + ">";
  }

  private String property(String last) {
    return "mlops.predictors." + predictor + "." + last;
  }

  static void requireFeature(Schema<?> rows, String property, String feature) {
    if (!rows.has(feature)) {
      throw new StartException(
          property
              + " names the feature '"
              + feature
              + "', which "
              + rows.name()
              + " does not have.",
          "Name one of its features: "
              + String.join(", ", rows.features().stream().map(Feature::name).toList())
              + ".");
    }
  }
}
