package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of meters in docs/serving.md is what a predictor with everything on exports. */
class MeterTableTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(mlops\\.[a-z0-9.]+)` \\| ([a-z ]+) \\|([^|]*)\\| [^|]+ \\|$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/serving.md"));
  }

  /** Returns "type tag=value,…" by name, as a page says it. */
  private static SortedMap<String, String> documented(String page) {
    SortedMap<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      if (row.group(1).matches("mlops\\.(drift|quality|alert)\\..*")) {
        continue; // Another module's, and compared there.
      }
      List<String> codes = new ArrayList<>();
      Matcher code = CODE.matcher(row.group(3));
      while (code.find()) {
        codes.add(code.group(1));
      }
      String tags =
          codes.isEmpty()
              ? ""
              : " " + codes.get(0) + "=" + new TreeSet<>(codes.subList(1, codes.size()));
      assertThat(rows.put(row.group(1), row.group(2) + tags)).as("second %s", row).isNull();
    }
    return rows;
  }

  /** Returns the same as a registry holds it. */
  private static SortedMap<String, String> exported(SimpleMeterRegistry registry) {
    SortedMap<String, SortedMap<String, SortedSet<String>>> tags = new TreeMap<>();
    SortedMap<String, String> rows = new TreeMap<>();
    for (Meter meter : registry.getMeters()) {
      String name = meter.getId().getName();
      rows.put(name, type(meter));
      SortedMap<String, SortedSet<String>> known = tags.computeIfAbsent(name, n -> new TreeMap<>());
      for (Tag tag : meter.getId().getTags()) {
        if (!tag.getKey().equals("model")) {
          known.computeIfAbsent(tag.getKey(), k -> new TreeSet<>()).add(tag.getValue());
        }
      }
    }
    tags.forEach(
        (name, known) ->
            known.forEach(
                (key, values) -> rows.merge(name, " " + key + "=" + values, String::concat)));
    return rows;
  }

  private static String type(Meter meter) {
    if (meter instanceof TimeGauge) {
      return "time gauge";
    }
    if (meter instanceof FunctionTimer) {
      return "timer";
    }
    if (meter instanceof FunctionCounter) {
      return "counter";
    }
    return meter.getId().getType() == Meter.Type.DISTRIBUTION_SUMMARY
        ? "summary"
        : meter.getId().getType().name().toLowerCase(Locale.ROOT);
  }

  private static SortedMap<String, String> ofAPredictorWithEverythingOn() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SwitchableSource<float[], Double> source = new SwitchableSource<>();
    source.select(Models.release(1, () -> Models.one("plus1")));
    try (Predictor<float[], Double> candidate = Predictor.of(Models.one("plus2")).build();
        Mirror<float[], Double> mirror = Mirror.to(candidate).meters(registry).build();
        Predictor<float[], Double> predictor =
            Predictor.from(source)
                .microBatching(MicroBatching.withDefaults())
                .cache(Caching.withDefaults())
                .circuitBreaker(CircuitBreaking.withDefaults())
                .previousVersionFallback()
                .fallback(row -> 0.0)
                .mirror(mirror)
                .meters(registry)
                .build()) {
      predictor.predict(Models.row(1));
      return exported(registry);
    }
  }

  @Test
  void table_isWhatAPredictorExports() throws IOException {
    assertThat(documented(page())).isEqualTo(ofAPredictorWithEverythingOn());
  }

  @Test
  void table_aRowOrATagTooFewOrTooMany_isNoticed() throws IOException {
    SortedMap<String, String> exported = ofAPredictorWithEverythingOn();
    String page = page();
    List<String> wrong =
        List.of(
            page.replaceFirst("\\| `mlops\\.predict\\.p95` .*\n", ""),
            page.replace("`coalesced` |", "|"),
            page.replace("| `mlops.swaps` | counter |", "| `mlops.swaps` | gauge |"),
            page + "| `mlops.imagined` | gauge | | nothing |\n");
    assertThat(wrong)
        .allSatisfy(
            text -> {
              assertThat(text).isNotEqualTo(page);
              assertThatThrownBy(() -> assertThat(documented(text)).isEqualTo(exported))
                  .isInstanceOf(AssertionError.class);
            });
  }
}
