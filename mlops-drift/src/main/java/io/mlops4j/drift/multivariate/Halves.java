package io.mlops4j.drift.multivariate;

import io.mlops4j.core.EncodedRow;
import io.mlops4j.core.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Two samples of training rows: what is learned from one is judged on the other. If the rows that
 * set a scale were compared as well, they would fit it better than any live row can, and a p-value
 * would be too small.
 *
 * @param learned from these scales, categories, bandwidth and components follow
 * @param compared with live rows
 */
record Halves<I>(List<EncodedRow<I>> learned, List<EncodedRow<I>> compared) {

  static <I> Halves<I> of(
      Schema<I> schema, Stream<? extends I> rows, int most, int least, long seed) {
    Objects.requireNonNull(schema, "schema");
    List<EncodedRow<I>> sample = Reservoir.of(schema, rows, 2 * most, seed);
    if (sample.size() < 2 * least || !RowNumbers.any(schema)) {
      throw new IllegalArgumentException(
          "reference: "
              + sample.size()
              + " rows of "
              + schema.name()
              + " (expected: at least "
              + 2 * least
              + ", twice leastRows, with something else than text)");
    }
    List<EncodedRow<I>> learned = new ArrayList<>();
    List<EncodedRow<I>> compared = new ArrayList<>();
    for (int i = 0; i < sample.size(); i++) {
      (i % 2 == 0 ? learned : compared).add(sample.get(i));
    }
    return new Halves<>(List.copyOf(learned), List.copyOf(compared));
  }
}
