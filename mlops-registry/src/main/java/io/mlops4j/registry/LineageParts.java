package io.mlops4j.registry;

import static io.mlops4j.registry.Lineage.UNKNOWN;

import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.registry.Lineage.WorkTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** The parts of a lineage while it is put together. Used by one thread. */
final class LineageParts {
  private Lineage.Data data = new Lineage.Data(UNKNOWN, UNKNOWN, OptionalLong.empty());
  private Lineage.Code code = new Lineage.Code(UNKNOWN, WorkTree.UNKNOWN);
  private Environment environment = Environment.unknown();
  private final SortedMap<String, String> hyperparameters = new TreeMap<>();
  private final SortedMap<String, Double> metrics = new TreeMap<>();
  private final List<Lineage.Measurement> measurements = new ArrayList<>();
  private final SortedMap<String, String> tags = new TreeMap<>();
  private final List<ModelVersion> parents = new ArrayList<>();
  private String run = UNKNOWN;
  private Lineage.Licences licences = new Lineage.Licences(UNKNOWN, UNKNOWN);
  private String createdBy = UNKNOWN;
  private Optional<Instant> createdAt = Optional.empty();

  LineageParts() {}

  LineageParts(Lineage from) {
    data = from.data();
    code = from.code();
    environment = from.environment();
    hyperparameters.putAll(from.hyperparameters());
    metrics.putAll(from.metrics());
    measurements.addAll(from.measurements());
    tags.putAll(from.tags());
    parents.addAll(from.parents());
    run = from.run();
    licences = from.licences();
    createdBy = from.createdBy();
    createdAt = from.createdAt();
  }

  static LineageParts of(ModelExport.Training training) {
    LineageParts parts = new LineageParts();
    List<String> libraries =
        training.libraries().entrySet().stream()
            .map(e -> e.getKey() + "==" + e.getValue())
            .toList();
    WorkTree workTree =
        switch (training.workTree()) {
          case "CLEAN" -> WorkTree.CLEAN;
          case "DIRTY" -> WorkTree.DIRTY;
          default -> WorkTree.UNKNOWN;
        };
    parts.data = new Lineage.Data(training.dataName(), training.dataDigest(), training.rows());
    parts.code = new Lineage.Code(training.commit(), workTree);
    parts.environment = new Environment(training.runtime(), training.os(), libraries);
    parts.hyperparameters.putAll(training.hyperparameters());
    parts.metrics.putAll(training.metrics());
    return parts;
  }

  LineageParts data(Lineage.Data value) {
    data = value;
    return this;
  }

  LineageParts code(Lineage.Code value) {
    code = value;
    return this;
  }

  LineageParts environment(Environment value) {
    environment = value;
    return this;
  }

  LineageParts hyperparameter(String name, String value) {
    hyperparameters.put(name, value);
    return this;
  }

  LineageParts metric(String name, double value) {
    metrics.put(name, value);
    return this;
  }

  LineageParts measurement(Lineage.Measurement value) {
    measurements.add(value);
    return this;
  }

  LineageParts tag(String name, String value) {
    tags.put(name, value);
    return this;
  }

  LineageParts parent(ModelVersion value) {
    parents.add(value);
    return this;
  }

  LineageParts run(String value) {
    run = value;
    return this;
  }

  LineageParts licences(Lineage.Licences value) {
    licences = value;
    return this;
  }

  LineageParts createdBy(String value) {
    createdBy = value;
    return this;
  }

  LineageParts createdAt(Instant value) {
    createdAt = Optional.of(value);
    return this;
  }

  Lineage build() {
    return new Lineage(
        data,
        code,
        environment,
        hyperparameters,
        metrics,
        measurements,
        tags,
        parents,
        run,
        licences,
        createdBy,
        createdAt);
  }

  static List<String> missing(Lineage lineage) {
    List<String> missing = new ArrayList<>();
    Lineage.Data data = lineage.data();
    unless(!data.name().equals(UNKNOWN), "data name", missing);
    unless(!data.digest().equals(UNKNOWN), "data digest", missing);
    unless(data.rows().isPresent(), "data rows", missing);
    unless(!data.schema().equals(UNKNOWN), "data schema", missing);
    unless(!data.snapshot().equals(UNKNOWN), "data snapshot", missing);
    unless(!lineage.code().commit().equals(UNKNOWN), "commit", missing);
    unless(lineage.code().workTree() != WorkTree.UNKNOWN, "work tree", missing);
    unless(!lineage.environment().jvm().equals(UNKNOWN), "runtime", missing);
    unless(!lineage.environment().os().equals(UNKNOWN), "operating system", missing);
    unless(!lineage.environment().dependencies().isEmpty(), "libraries", missing);
    unless(!lineage.hyperparameters().isEmpty(), "hyperparameters", missing);
    unless(!lineage.metrics().isEmpty() || !lineage.measurements().isEmpty(), "metrics", missing);
    unless(!lineage.licences().model().equals(UNKNOWN), "model licence", missing);
    unless(!lineage.licences().data().equals(UNKNOWN), "data licence", missing);
    return List.copyOf(missing);
  }

  private static void unless(boolean known, String what, List<String> missing) {
    if (!known) {
      missing.add(what);
    }
  }
}
