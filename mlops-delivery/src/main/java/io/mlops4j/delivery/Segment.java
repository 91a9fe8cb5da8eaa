package io.mlops4j.delivery;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which requests are in a segment. Thread-safe if what it was made of is. */
sealed interface Segment<I, O> {

  /** Whether an answer is in. */
  boolean has(Prediction<I, O> prediction);

  /** Whether a row without an answer is in. */
  boolean has(EncodedRow<?> row);

  /** Whether it can tell that without an answer. */
  boolean knowsRows();

  static <I, O> Segment<I, O> ofAnswers(Predicate<? super Prediction<I, O>> answers) {
    return new OfAnswers<>(answers);
  }

  static <I, O> Segment<I, O> ofRows(Predicate<? super EncodedRow<?>> rows) {
    return new OfRows<>(rows);
  }

  /** Rows whose category is a value. */
  static <I, O> Segment<I, O> ofCategory(String feature, String value) {
    return new OfRows<>(new Category(feature, value));
  }

  /** What a user says of answers. */
  record OfAnswers<I, O>(Predicate<? super Prediction<I, O>> answers) implements Segment<I, O> {
    @Override
    public boolean has(Prediction<I, O> prediction) {
      return answers.test(prediction);
    }

    @Override
    public boolean has(EncodedRow<?> row) {
      return false;
    }

    @Override
    public boolean knowsRows() {
      return false;
    }
  }

  /** What is said of features. */
  record OfRows<I, O>(Predicate<? super EncodedRow<?>> rows) implements Segment<I, O> {
    @Override
    public boolean has(Prediction<I, O> prediction) {
      EncodedRow<I> row = prediction.row();
      return row != null && rows.test(row);
    }

    @Override
    public boolean has(EncodedRow<?> row) {
      return rows.test(row);
    }

    @Override
    public boolean knowsRows() {
      return true;
    }
  }

  /** A feature and its value; the feature's place is looked up once per schema. */
  final class Category implements Predicate<EncodedRow<?>> {
    private final String feature;
    private final String value;
    private volatile @Nullable Place place;

    private record Place(Schema<?> schema, int index) {}

    Category(String feature, String value) {
      this.feature = feature;
      this.value = value;
    }

    @Override
    public boolean test(EncodedRow<?> row) {
      Place known = place;
      if (known == null || known.schema != row.schema()) {
        known = new Place(row.schema(), index(row.schema()));
        place = known;
      }
      return known.index >= 0 && value.equals(row.text(known.index));
    }

    private int index(Schema<?> schema) {
      for (int i = 0; i < schema.size(); i++) {
        Feature<?> candidate = schema.features().get(i);
        if (candidate.name().equals(feature)) {
          return i;
        }
      }
      return -1;
    }
  }
}
