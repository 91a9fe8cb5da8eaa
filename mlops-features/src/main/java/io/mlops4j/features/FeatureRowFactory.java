package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.FeatureKind;
import io.mlops4j.core.RowFactory;
import io.mlops4j.core.RowField;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes joined rows of named values: golden rows, stored samples, files of a batch. */
final class FeatureRowFactory<R> implements RowFactory<FeatureRow<R>> {
  private final FeatureSet<R> set;
  private final RowFactory<R> rows;
  private final List<RowField> fields;

  FeatureRowFactory(FeatureSet<R> set, RowFactory<R> rows) {
    this.set = set;
    this.rows = rows;
    List<RowField> all = new ArrayList<>(rows.fields());
    for (FeatureSet.Attached<R, ?> attached : set.views()) {
      for (Feature<FeatureValues> feature : attached.view().schema().features()) {
        boolean number =
            feature.kind() == FeatureKind.NUMERIC || feature.kind() == FeatureKind.TIME;
        String name = attached.prefix() + feature.name();
        all.add(new RowField(name, number ? double.class : String.class));
      }
    }
    this.fields = List.copyOf(all);
  }

  @Override
  public List<RowField> fields() {
    return fields;
  }

  @Override
  public FeatureRow<R> create(@Nullable Object[] values) {
    int own = rows.fields().size();
    R row = rows.create(java.util.Arrays.copyOf(values, own));
    Instant stated = set.timeOf(row);
    Instant time = stated == null ? Instant.EPOCH : stated;
    FeatureValues[] all = new FeatureValues[set.views().size()];
    int next = own;
    for (int i = 0; i < all.length; i++) {
      FeatureView<?, ?> view = set.views().get(i).view();
      double[] numbers = new double[view.width()];
      @Nullable String[] texts = new @Nullable String[view.width()];
      for (int f = 0; f < view.width(); f++) {
        Object value = values[next++];
        numbers[f] = value instanceof Double number ? number : Double.NaN;
        texts[f] = value instanceof String text ? text : null;
      }
      all[i] =
          view.values(
              set.views().get(i).keyOf(row),
              Nanos.of(time),
              new ViewEvaluator.Values(numbers, texts, ViewEvaluator.Values.NONE));
    }
    return new FeatureRow<>(set, row, time, all);
  }
}
