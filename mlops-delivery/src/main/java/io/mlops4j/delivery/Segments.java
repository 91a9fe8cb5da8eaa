package io.mlops4j.delivery;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Feature;
import io.mlops4j.core.Prediction;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which predictions each watch of a plan looks at. */
final class Segments {
  private Segments() {}

  /** Returns one condition per watch, null for those that look at all. */
  static <I, O> List<@Nullable Predicate<Prediction<I, O>>> of(RolloutBuilder<I, O> builder) {
    List<@Nullable Predicate<Prediction<I, O>>> result = new ArrayList<>();
    for (Watch watch : builder.plan.watches()) {
      String name = watch.segment().orElse(null);
      if (name == null) {
        result.add(null);
      } else {
        Predicate<? super Prediction<I, O>> given = builder.segments.get(name);
        result.add(given == null ? byFeature(name) : given::test);
      }
    }
    return result;
  }

  private static <I, O> Predicate<Prediction<I, O>> byFeature(String name) {
    int equals = name.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "segment: '"
              + name
              + "' (expected: feature=value, or a name given to RolloutBuilder.segment)");
    }
    return new ByFeature<>(name.substring(0, equals).strip(), name.substring(equals + 1).strip());
  }

  /** Rows whose category is a value; the feature's place is looked up once per schema. */
  private static final class ByFeature<I, O> implements Predicate<Prediction<I, O>> {
    private final String feature;
    private final String value;
    private volatile @Nullable Place place;

    private record Place(Schema<?> schema, int index) {}

    ByFeature(String feature, String value) {
      this.feature = feature;
      this.value = value;
    }

    @Override
    public boolean test(Prediction<I, O> prediction) {
      EncodedRow<I> row = prediction.row();
      if (row == null) {
        return false;
      }
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
