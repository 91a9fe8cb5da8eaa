package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rows of drift in the table of meters are what a monitor exports. */
class DriftMeterTableTest {
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(mlops\\.drift\\.[a-z0-9.]+)` \\| ([a-z]+) \\| `([a-z]+)`[^|]*\\|");

  private static SortedMap<String, String> documented(String page) {
    SortedMap<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      rows.put(row.group(1), row.group(2) + " by " + row.group(3));
    }
    return rows;
  }

  private static SortedMap<String, String> exported() {
    var registry = new SimpleMeterRegistry();
    Fleet fleet = new Fleet();
    fleet.serve(1, Fleet.baseline(1));
    var monitor = DriftMonitor.following(fleet).meters(registry).build();
    monitor.onPrediction(fleet.prediction(1, Fleet.trips(1, 1, 0).get(0), 0.5, START));
    SortedMap<String, String> rows = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      String type = meter.getId().getType().name().toLowerCase(Locale.ROOT);
      meter.getId().getTags().stream()
          .filter(tag -> !tag.getKey().equals("source"))
          .forEach(tag -> rows.put(meter.getId().getName(), type + " by " + tag.getKey()));
    }
    return rows;
  }

  @Test
  void table_isWhatAMonitorExports() throws IOException {
    String page = Files.readString(Path.of("../docs/serving.md"));
    assertThat(documented(page)).isEqualTo(exported());
    assertThatThrownBy(
            () ->
                assertThat(documented(page.replace("mlops.drift.psi", "mlops.drift.other")))
                    .isEqualTo(exported()))
        .isInstanceOf(AssertionError.class);
  }
}
