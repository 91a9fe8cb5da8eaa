package io.mlops4j.registry.lineage;

import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.lineage.Reproduction.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What of two lineages is not the same, field by field. Author and time are not compared. */
final class LineageDifferences {
  private static final String NONE = "none";

  private final List<Difference> differences = new ArrayList<>();

  private LineageDifferences() {}

  static List<Difference> between(Lineage registered, Lineage again) {
    LineageDifferences all = new LineageDifferences();
    all.data(registered.data(), again.data());
    all.each("hyperparameter ", registered.hyperparameters(), again.hyperparameters());
    all.code(registered.code(), again.code());
    all.environment(registered.environment(), again.environment());
    return all.differences;
  }

  private void data(Lineage.Data registered, Lineage.Data again) {
    add("data name", registered.name(), again.name());
    add("data digest", registered.digest(), again.digest());
    add(
        "data rows",
        registered.rows().isPresent() ? "" + registered.rows().getAsLong() : Lineage.UNKNOWN,
        again.rows().isPresent() ? "" + again.rows().getAsLong() : Lineage.UNKNOWN);
    add("data schema", registered.schema(), again.schema());
    add("data snapshot", registered.snapshot(), again.snapshot());
  }

  private void code(Lineage.Code registered, Lineage.Code again) {
    add("commit", registered.commit(), again.commit());
    add("work tree", registered.workTree().name(), again.workTree().name());
    add("uncommitted changes", registered.diff().orElse(NONE), again.diff().orElse(NONE));
    add("code artifact", registered.artifact(), again.artifact());
  }

  private void environment(Environment registered, Environment again) {
    add("jvm", registered.jvm(), again.jvm());
    add("operating system", registered.os(), again.os());
    each("setting ", registered.settings(), again.settings());
    each("native library ", natives(registered), natives(again));
    if (registered.artifacts().isEmpty() || again.artifacts().isEmpty()) {
      add("libraries", names(registered), names(again));
    } else {
      each("library ", libraries(registered), libraries(again));
    }
  }

  private static String names(Environment environment) {
    return environment.dependencies().isEmpty()
        ? Lineage.UNKNOWN
        : String.join(", ", environment.dependencies());
  }

  private static SortedMap<String, String> natives(Environment environment) {
    SortedMap<String, String> natives = new TreeMap<>();
    environment.natives().forEach(library -> natives.put(library.name(), library.from()));
    return natives;
  }

  /**
   * By {@code group:artifact} if the jar says it, so that two versions of one library are one line;
   * else by the file's name. Two of one name are told apart by their digests only.
   */
  private static SortedMap<String, String> libraries(Environment environment) {
    Map<String, TreeSet<String>> byName = new TreeMap<>();
    for (Environment.Artifact artifact : environment.artifacts()) {
      String coordinates = artifact.coordinates();
      int version = coordinates.lastIndexOf(':');
      String name = version > 0 ? coordinates.substring(0, version) : artifact.name();
      String value =
          (version > 0 ? coordinates.substring(version + 1) + " " : "")
              + "sha256 "
              + artifact.digest();
      byName.computeIfAbsent(name, n -> new TreeSet<>()).add(value);
    }
    SortedMap<String, String> libraries = new TreeMap<>();
    byName.forEach(
        (name, values) -> libraries.put(name, values.stream().collect(Collectors.joining(", "))));
    return libraries;
  }

  private void each(
      String what, SortedMap<String, String> registered, SortedMap<String, String> again) {
    TreeSet<String> names = new TreeSet<>(registered.keySet());
    names.addAll(again.keySet());
    for (String name : names) {
      add(what + name, registered.getOrDefault(name, NONE), again.getOrDefault(name, NONE));
    }
  }

  private void add(String what, String registered, String again) {
    if (!registered.equals(again)) {
      differences.add(new Difference(what, registered, again));
    }
  }
}
