package io.mlops4j.features;

import io.mlops4j.core.Feature;
import io.mlops4j.core.Schema;
import io.mlops4j.core.Text;
import io.mlops4j.data.DataException;
import io.mlops4j.data.Dataset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Compares served rows with joined ones, pair by pair. */
final class RowComparison<R> {
  private static final int MAX_EXAMPLES = 10;

  private final Schema<FeatureRow<R>> schema;
  private final TreeMap<String, Long> byFeature = new TreeMap<>();
  private final List<String> examples = new ArrayList<>();
  private long rows;
  private long differing;

  RowComparison(Schema<FeatureRow<R>> schema) {
    this.schema = schema;
  }

  JoinDifferences of(Dataset<FeatureRow<R>> served, Dataset<FeatureRow<R>> joined) {
    try (Stream<FeatureRow<R>> first = served.stream();
        Stream<FeatureRow<R>> second = joined.stream()) {
      Iterator<FeatureRow<R>> left = first.iterator();
      Iterator<FeatureRow<R>> right = second.iterator();
      while (left.hasNext() && right.hasNext()) {
        compare(left.next(), right.next());
      }
      if (left.hasNext() || right.hasNext()) {
        throw new DataException(
            served.name() + " has other rows than the join: more or fewer than " + rows + ".");
      }
    }
    return new JoinDifferences(rows, differing, byFeature, examples);
  }

  private void compare(FeatureRow<R> served, FeatureRow<R> joined) {
    rows++;
    if (!served.row().equals(joined.row()) || !served.at().equals(joined.at())) {
      throw new DataException(
          "Row "
              + rows
              + " was served for "
              + served.at()
              + " and is joined for "
              + joined.at()
              + ", or is another row: join the very rows that were served, at their own times.");
    }
    boolean differs = false;
    for (Feature<FeatureRow<R>> feature : schema.features()) {
      if (feature.definition().isPresent() && !same(feature, served, joined)) {
        differs = true;
        byFeature.merge(feature.name(), 1L, Long::sum);
        if (examples.size() < MAX_EXAMPLES) {
          examples.add(sentence(feature, served, joined));
        }
      }
    }
    differing += differs ? 1 : 0;
  }

  private boolean same(Feature<FeatureRow<R>> of, FeatureRow<R> served, FeatureRow<R> joined) {
    return Double.compare(of.number(served), of.number(joined)) == 0
        && Objects.equals(of.text(served), of.text(joined));
  }

  private String sentence(Feature<FeatureRow<R>> of, FeatureRow<R> served, FeatureRow<R> joined) {
    String where = "row " + rows + " at " + served.at() + ": " + of.name();
    return of.sensitive()
        ? where + " differs"
        : where + " was served as " + shown(of, served) + " and is joined as " + shown(of, joined);
  }

  private static <R> String shown(Feature<FeatureRow<R>> of, FeatureRow<R> row) {
    return FeatureView.isText(of)
        ? Text.printable(String.valueOf(of.text(row)), 64)
        : Double.toString(of.number(row));
  }
}
