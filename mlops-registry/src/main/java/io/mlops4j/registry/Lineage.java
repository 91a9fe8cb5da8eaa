package io.mlops4j.registry;

import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a version comes from. What is not known says {@link #UNKNOWN}, never nothing.
 *
 * @param data the training data
 * @param code the training code
 * @param environment JVM, operating system, libraries
 * @param hyperparameters name to value as text
 * @param metrics what training reported about itself: finite numbers. Not evidence for a gate;
 *     {@link RegisteredModel#recordEvaluation} is
 * @param tags free labels
 * @param parents versions this one was made from (warm start, distillation, conversion)
 * @param createdBy who registered it; {@link #UNKNOWN} means the registry's actor, once stored
 * @param createdAt when it was registered, stamped by the registry; empty before
 */
public record Lineage(
    Data data,
    Code code,
    Environment environment,
    SortedMap<String, String> hyperparameters,
    SortedMap<String, Double> metrics,
    SortedMap<String, String> tags,
    List<ModelVersion> parents,
    String createdBy,
    Optional<Instant> createdAt) {

  /** What an unknown text says. */
  public static final String UNKNOWN = "UNKNOWN";

  /**
   * The training data.
   *
   * @param name what it is called
   * @param digest SHA-256 of its content
   * @param rows how many; empty if unknown
   */
  public record Data(String name, String digest, OptionalLong rows) {
    /** Checks for null and negative counts. */
    public Data {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(digest, "digest");
      if (rows.orElse(0) < 0) {
        throw new IllegalArgumentException("rows: " + rows + " (expected: 0 or more)");
      }
    }
  }

  /**
   * The training code.
   *
   * @param commit the revision
   * @param workTree whether it was changed since
   */
  public record Code(String commit, WorkTree workTree) {
    /** Checks for null. */
    public Code {
      Objects.requireNonNull(commit, "commit");
      Objects.requireNonNull(workTree, "workTree");
    }
  }

  /** Whether code is as committed. */
  public enum WorkTree {
    /** As committed. */
    CLEAN,
    /** Changed since. */
    DIRTY,
    /** Nobody said. */
    UNKNOWN
  }

  /** Copies the collections and checks the metrics. */
  public Lineage {
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(createdBy, "createdBy");
    Objects.requireNonNull(createdAt, "createdAt");
    hyperparameters = Collections.unmodifiableSortedMap(new TreeMap<>(hyperparameters));
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    parents = List.copyOf(parents);
    for (Map.Entry<String, Double> metric : metrics.entrySet()) {
      if (!Double.isFinite(metric.getValue())) {
        throw new IllegalArgumentException(
            "metric " + metric.getKey() + ": " + metric.getValue() + " (expected: finite)");
      }
    }
  }

  /**
   * Returns a lineage in which everything is unknown.
   *
   * @return a start for the {@code with} methods
   */
  public static Lineage unknown() {
    return new Lineage(
        new Data(UNKNOWN, UNKNOWN, OptionalLong.empty()),
        new Code(UNKNOWN, WorkTree.UNKNOWN),
        Environment.unknown(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        List.of(),
        UNKNOWN,
        Optional.empty());
  }

  /**
   * Returns a lineage of something trained in this process: its environment is captured, the rest
   * unknown.
   *
   * @return a start for the {@code with} methods
   */
  public static Lineage here() {
    return unknown().withEnvironment(Environment.capture());
  }

  /**
   * Returns the lineage of something a training script exported: its data, code, environment,
   * libraries, hyperparameters and metrics. The environment's {@code jvm} names the script's
   * runtime, such as {@code CPython 3.11.7}.
   *
   * @param training what the export says
   * @return a start for the {@code with} methods
   */
  public static Lineage of(ModelExport.Training training) {
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
    return new Lineage(
        new Data(training.dataName(), training.dataDigest(), training.rows()),
        new Code(training.commit(), workTree),
        new Environment(training.runtime(), training.os(), libraries),
        training.hyperparameters(),
        training.metrics(),
        new TreeMap<>(),
        List.of(),
        UNKNOWN,
        Optional.empty());
  }

  /**
   * Returns a copy with the training data.
   *
   * @param name what it is called
   * @param digest SHA-256 of its content
   * @param rows how many
   * @return the copy
   */
  public Lineage withData(String name, String digest, long rows) {
    Data newData = new Data(name, digest, OptionalLong.of(rows));
    return new Lineage(
        newData, code, environment, hyperparameters, metrics, tags, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with the training code.
   *
   * @param commit the revision
   * @param workTree whether it was changed since
   * @return the copy
   */
  public Lineage withCode(String commit, WorkTree workTree) {
    Code newCode = new Code(commit, workTree);
    return new Lineage(
        data, newCode, environment, hyperparameters, metrics, tags, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with an environment.
   *
   * @param newEnvironment usually {@link Environment#capture()}
   * @return the copy
   */
  public Lineage withEnvironment(Environment newEnvironment) {
    return new Lineage(
        data, code, newEnvironment, hyperparameters, metrics, tags, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with one more hyperparameter.
   *
   * @param name its name
   * @param value stored as {@link String#valueOf(Object)}
   * @return the copy
   */
  public Lineage withHyperparameter(String name, Object value) {
    SortedMap<String, String> more = new TreeMap<>(hyperparameters);
    more.put(name, String.valueOf(value));
    return new Lineage(data, code, environment, more, metrics, tags, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with one more number reported by training.
   *
   * @param name its name
   * @param value finite; a diverged metric is better left out and tagged
   * @return the copy
   */
  public Lineage withMetric(String name, double value) {
    SortedMap<String, Double> more = new TreeMap<>(metrics);
    more.put(name, value);
    return new Lineage(
        data, code, environment, hyperparameters, more, tags, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with one more tag.
   *
   * @param name its name
   * @param value its value
   * @return the copy
   */
  public Lineage withTag(String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(tags);
    more.put(name, value);
    return new Lineage(
        data, code, environment, hyperparameters, metrics, more, parents, createdBy, createdAt);
  }

  /**
   * Returns a copy with one more parent.
   *
   * @param parent what this was made from
   * @return the copy
   */
  public Lineage withParent(ModelVersion parent) {
    List<ModelVersion> more = new ArrayList<>(parents);
    more.add(parent);
    return new Lineage(
        data, code, environment, hyperparameters, metrics, tags, more, createdBy, createdAt);
  }

  /**
   * Returns a copy with an author.
   *
   * @param who registered it
   * @return the copy
   */
  public Lineage withCreatedBy(String who) {
    return new Lineage(
        data, code, environment, hyperparameters, metrics, tags, parents, who, createdAt);
  }

  /** The copy that is stored. */
  Lineage stamped(Instant at, String actor) {
    String who = createdBy.equals(UNKNOWN) ? actor : createdBy;
    return new Lineage(
        data, code, environment, hyperparameters, metrics, tags, parents, who, Optional.of(at));
  }
}
