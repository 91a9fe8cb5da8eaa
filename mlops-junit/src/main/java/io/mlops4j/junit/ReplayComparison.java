package io.mlops4j.junit;

import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.features.FeatureRow;
import io.mlops4j.features.FeatureSet;
import io.mlops4j.features.FeatureValues;
import io.mlops4j.features.FeatureView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Compares what a replay read online with the point-in-time join of the same questions. */
final class ReplayComparison<E, K> {
  private static final int MAX_SHOWN = 5;

  private final FeatureView<E, K> view;
  private final List<E> events;
  private final long seed;

  ReplayComparison(FeatureView<E, K> view, List<E> events, long seed) {
    this.view = view;
    this.events = events;
    this.seed = seed;
  }

  void compare(List<ReplayQuestion<K>> questions, List<FeatureValues> online) {
    Schema<ReplayQuestion<K>> asked =
        Schema.<ReplayQuestion<K>>builder("replay")
            .time("at", question -> question.at().toEpochMilli())
            .build();
    FeatureSet<ReplayQuestion<K>> set =
        FeatureSet.<ReplayQuestion<K>>of(asked, ReplayQuestion::at).with(view, ReplayQuestion::key);
    Dataset<FeatureRow<ReplayQuestion<K>>> joined =
        set.join(Dataset.of(asked, questions))
            .events(view, Dataset.of(view.events(), events))
            .dataset();
    List<String> wrong = new ArrayList<>();
    int[] n = {0, 0};
    try (Stream<FeatureRow<ReplayQuestion<K>>> rows = joined.stream()) {
      rows.forEachOrdered(
          row -> {
            FeatureValues read = online.get(n[0]++);
            FeatureValues expected = row.of(view.name());
            if (!read.equals(expected)) {
              n[1]++;
              if (wrong.size() < MAX_SHOWN) {
                wrong.add(difference(row.row(), read, expected));
              }
            }
          });
    }
    if (n[1] > 0) {
      throw new AssertionError(
          "View "
              + view.name()
              + ": "
              + n[1]
              + " of "
              + n[0]
              + " reads differ from the point-in-time join (seed "
              + seed
              + "):\n  "
              + String.join("\n  ", wrong));
    }
  }

  private String difference(ReplayQuestion<K> of, FeatureValues read, FeatureValues expected) {
    return view.entity().name()
        + " "
        + view.entity().text(of.key())
        + " at "
        + of.at()
        + "\n    online:   "
        + read
        + "\n    training: "
        + expected;
  }
}
