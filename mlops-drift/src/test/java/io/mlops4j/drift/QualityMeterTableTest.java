package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.drift.alert.AlertRule;
import io.mlops4j.drift.alert.Alerts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rows of quality and alerts in the table of meters are what monitors and alerts export. */
class QualityMeterTableTest {
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `(mlops\\.(?:quality|alert)\\.[a-z0-9.]+)` \\| ([a-z]+) \\|([^|]*)\\| [^|]+ \\|$");
  private static final Pattern VALUE = Pattern.compile("`([a-z]+)`");

  private static SortedMap<String, String> documented(String page) {
    SortedMap<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      TreeSet<String> results = new TreeSet<>();
      Matcher value = VALUE.matcher(row.group(3));
      while (value.find()) {
        results.add(value.group(1));
      }
      results.remove("result");
      rows.put(row.group(1), row.group(2) + results);
    }
    return rows;
  }

  private static SortedMap<String, String> exported() {
    var registry = new SimpleMeterRegistry();
    Fleet fleet = new Fleet();
    fleet.serve(1, Optional::empty);
    var monitor = QualityMonitor.following(fleet).meters(registry).build();
    Alerts.named("trips").rule(AlertRule.on("quality", monitor)).meters(registry).build().close();
    SortedMap<String, TreeSet<String>> results = new TreeMap<>();
    SortedMap<String, String> rows = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      String name = meter.getId().getName();
      String result = meter.getId().getTag("result");
      TreeSet<String> known = results.computeIfAbsent(name, n -> new TreeSet<>());
      if (result != null) {
        known.add(result);
      }
      rows.put(name, (meter instanceof FunctionCounter ? "counter" : "gauge") + known);
    }
    return rows;
  }

  @Test
  void table_isWhatMonitorsAndAlertsExport() throws IOException {
    String page = Files.readString(Path.of("../docs/serving.md"));
    assertThat(documented(page)).isEqualTo(exported());
    for (String wrong :
        new String[] {
          page.replace("mlops.alert.state", "mlops.alert.other"),
          page.replace("`unlogged` |", "`forgotten` |"),
          page.replace("| `mlops.quality.value` | gauge |", "| `mlops.quality.value` | counter |")
        }) {
      assertThatThrownBy(() -> assertThat(documented(wrong)).isEqualTo(exported()))
          .isInstanceOf(AssertionError.class);
    }
  }
}
