package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.drift.DriftCounts;
import io.mlops4j.report.Table;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** How far the rows of a batch are from those a version was trained on, feature by feature. */
final class BatchProfile {
  private BatchProfile() {}

  static Table table(Baseline baseline, DriftCounts counts, ObjectNode json) {
    Table table = Table.of("feature", "rows", "PSI", "missing", "not in training");
    Map<String, Double> distances = counts.psi(baseline);
    for (FeatureCells cells : baseline.all()) {
      long[] live = counts.cells(cells.feature()).orElse(new long[0]);
      long rows = Arrays.stream(live).sum();
      Double psi = distances.get(cells.feature());
      if (psi != null) {
        json.put(cells.feature(), psi);
        table =
            table.row(
                cells.feature(),
                rows,
                psi,
                share(live[cells.missing()], rows),
                share(live[cells.unseen()], rows));
      }
    }
    return table;
  }

  private static String share(long part, long all) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / all);
  }
}
