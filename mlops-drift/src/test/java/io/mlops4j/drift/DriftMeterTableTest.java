package io.mlops4j.drift;

import static io.mlops4j.drift.Fleet.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.core.Baseline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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

  @Test
  void meters_anyTrafficAndVersions_areAsManyAsFeatures() {
    var registry = new SimpleMeterRegistry();
    Fleet fleet = new Fleet();
    var drift = DriftMonitor.following(fleet).meters(registry).build();
    var quality =
        QualityMonitor.following(fleet).segmentBy(Fleet.SCHEMA, "airport").meters(registry).build();
    Baseline baseline = Fleet.baseline(1);
    Set<Integer> sizes = new TreeSet<>();
    for (int version = 1; version <= 5; version++) {
      fleet.serve(version, baseline);
      for (int i = 0; i < 2_000; i++) {
        var trip = new Fleet.Trip((double) i, "\u202E<b>" + version + "-" + i);
        var prediction = fleet.prediction(version, trip, 0.5, START.plusSeconds(i));
        drift.onPrediction(prediction);
        quality.onPrediction(prediction);
      }
      sizes.add(registry.getMeters().size());
    }
    assertThat(sizes).hasSize(1);
    assertThat(registry.getMeters())
        .allSatisfy(m -> assertThat(m.getId().toString()).doesNotContain("<b>", "\u202E"));
    // The control: a feature more is a meter more, so the count would show a tag that grows.
    Fleet other = new Fleet();
    other.serve(
        1, Baseline.fit(Fleet.SCHEMA.only("distance"), () -> Fleet.trips(500, 1, 0).stream()));
    var small = new SimpleMeterRegistry();
    DriftMonitor.following(other)
        .meters(small)
        .build()
        .onPrediction(other.prediction(1, Fleet.trips(1, 1, 0).get(0), 0.5, START));
    assertThat(gauges(small)).isEqualTo(gauges(registry) - 1);
  }

  private static long gauges(SimpleMeterRegistry registry) {
    return registry.find("mlops.drift.psi").meters().size();
  }
}
