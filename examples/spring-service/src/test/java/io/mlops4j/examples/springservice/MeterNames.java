package io.mlops4j.examples.springservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of meters in docs/serving.md, as Prometheus spells it. */
final class MeterNames {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(mlops\\.[a-z0-9.]+)` \\| ([a-z ]+) \\|([^|]*)\\|");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** What comes from Micrometer's own binders, with the tags used of it. */
  static final Map<String, Set<String>> BINDERS =
      Map.of(
          "process_cpu_usage", Set.of(),
          "system_cpu_count", Set.of(),
          "jvm_memory_used_bytes", Set.of("heap"),
          "jvm_memory_max_bytes", Set.of("heap"));

  private static final Map<String, List<String>> SUFFIXES =
      Map.of(
          "timer", List.of("_seconds_count", "_seconds_sum"),
          "time gauge", List.of("_seconds"),
          "counter", List.of("_total"),
          "gauge", List.of(""),
          "summary", List.of("_count", "_sum", "_max"));

  /** Values of tags by name. */
  private final SortedMap<String, SortedSet<String>> values = new TreeMap<>();

  MeterNames(String page) {
    BINDERS.forEach((name, tagged) -> values.put(name, new TreeSet<>(tagged)));
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      SortedSet<String> tagged = new TreeSet<>();
      Matcher code = CODE.matcher(row.group(3));
      while (code.find()) {
        tagged.add(code.group(1));
      }
      String name = row.group(1).replace('.', '_');
      for (String suffix : SUFFIXES.getOrDefault(row.group(2), List.of())) {
        values.put(name + suffix, tagged);
      }
    }
  }

  static String read(String file) {
    try {
      return Files.readString(Path.of("../..").resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MeterNames documented() {
    return new MeterNames(read("docs/serving.md"));
  }

  boolean knows(String name) {
    return values.containsKey(name);
  }

  /** Returns whether a meter has a tag of that value, as the table says. */
  boolean knows(String name, String value) {
    SortedSet<String> known = values.get(name);
    return known != null && known.contains(value);
  }

  /**
   * Everything spelled here is in an application's answer to Prometheus, but for what it does not
   * have: a cache, a mirror, a quality monitor, alerts.
   */
  void assertExportedIn(String scrape) {
    assertThat(values.keySet())
        .filteredOn(name -> !name.matches("mlops_(cache|mirror|quality|alert)_.*"))
        .hasSizeGreaterThan(30)
        .allSatisfy(
            name -> assertThat(scrape).containsPattern("(?m)^" + Pattern.quote(name) + "[{ ]"));
  }
}
