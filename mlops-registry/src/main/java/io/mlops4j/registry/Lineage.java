package io.mlops4j.registry;

import io.mlops4j.core.Elements;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelExport;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.data.DatasetFacts;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * Where a version comes from. What is not known says {@link #UNKNOWN}, never nothing. The profile
 * of the training data is the version's {@link io.mlops4j.core.ModelArtifact#baseline}.
 *
 * @param data the training data
 * @param code the training code
 * @param environment JVM, operating system, libraries
 * @param hyperparameters name to value as text
 * @param metrics what training reported about itself: finite numbers. Not evidence for a gate;
 *     {@link RegisteredModel#recordEvaluation} is
 * @param measurements the same kind of numbers, with the data set each was measured on
 * @param tags free labels
 * @param parents versions this one was made from (warm start, distillation, conversion)
 * @param run the id of the experiment run it came out of
 * @param licences the licences of the model and of the training data
 * @param createdBy who registered it; {@link #UNKNOWN} means the registry's actor, once stored
 * @param createdAt when it was registered, stamped by the registry; empty before
 */
public record Lineage(
    Data data,
    Code code,
    Environment environment,
    SortedMap<String, String> hyperparameters,
    SortedMap<String, Double> metrics,
    List<Measurement> measurements,
    SortedMap<String, String> tags,
    List<ModelVersion> parents,
    String run,
    Licences licences,
    String createdBy,
    Optional<Instant> createdAt) {

  /** What an unknown text says. */
  public static final String UNKNOWN = "UNKNOWN";

  /**
   * The training data.
   *
   * @param name what it is called
   * @param digest SHA-256 of all its rows
   * @param rows how many; empty if unknown
   * @param schema the fingerprint of what a row is
   * @param period the time the rows are from; empty if unknown
   * @param snapshot the digest of the {@link io.mlops4j.data.DatasetSnapshot} it was read from
   */
  public record Data(
      String name,
      String digest,
      OptionalLong rows,
      String schema,
      Optional<DatasetFacts.Period> period,
      String snapshot) {
    /** Checks for null and negative counts. */
    public Data {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(digest, "digest");
      Objects.requireNonNull(schema, "schema");
      Objects.requireNonNull(period, "period");
      Objects.requireNonNull(snapshot, "snapshot");
      if (rows.orElse(0) < 0) {
        throw new IllegalArgumentException("rows: " + rows + " (expected: 0 or more)");
      }
    }

    /**
     * Creates data of which no more is known.
     *
     * @param name what it is called
     * @param digest SHA-256 of all its rows
     * @param rows how many; empty if unknown
     */
    public Data(String name, String digest, OptionalLong rows) {
      this(name, digest, rows, UNKNOWN, Optional.empty(), UNKNOWN);
    }
  }

  /**
   * The training code.
   *
   * @param commit the revision
   * @param workTree whether it was changed since
   * @param diff SHA-256 of the changes since, new files included; empty if there are none or they
   *     are unknown
   * @param artifact the Maven coordinates of the jar it was in: {@code group:artifact:version}
   */
  public record Code(String commit, WorkTree workTree, Optional<String> diff, String artifact) {
    /** Checks for null. */
    public Code {
      Objects.requireNonNull(commit, "commit");
      Objects.requireNonNull(workTree, "workTree");
      Objects.requireNonNull(diff, "diff");
      Objects.requireNonNull(artifact, "artifact");
    }

    /**
     * Creates code of which no more is known.
     *
     * @param commit the revision
     * @param workTree whether it was changed since
     */
    public Code(String commit, WorkTree workTree) {
      this(commit, workTree, Optional.empty(), UNKNOWN);
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

  /**
   * A number and what it was measured on.
   *
   * @param metric its name
   * @param value finite
   * @param dataset what the data is called
   * @param digest SHA-256 of its rows
   */
  public record Measurement(String metric, double value, String dataset, String digest) {
    /** Checks that the value is finite. */
    public Measurement {
      Objects.requireNonNull(metric, "metric");
      Objects.requireNonNull(dataset, "dataset");
      Objects.requireNonNull(digest, "digest");
      requireFinite(metric, value);
    }
  }

  /**
   * Under which terms model and data may be used, as SPDX identifiers or in words.
   *
   * @param model the model's licence
   * @param data the training data's licence
   */
  public record Licences(String model, String data) {
    /** Checks for null. */
    public Licences {
      Objects.requireNonNull(model, "model");
      Objects.requireNonNull(data, "data");
    }
  }

  /** Copies the collections and checks the metrics. */
  public Lineage {
    Objects.requireNonNull(hyperparameters, "hyperparameters");
    Objects.requireNonNull(metrics, "metrics");
    Objects.requireNonNull(measurements, "measurements");
    Objects.requireNonNull(tags, "tags");
    Objects.requireNonNull(parents, "parents");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(environment, "environment");
    Objects.requireNonNull(run, "run");
    Objects.requireNonNull(licences, "licences");
    Objects.requireNonNull(createdBy, "createdBy");
    Objects.requireNonNull(createdAt, "createdAt");
    hyperparameters = Elements.sortedMap("hyperparameters", hyperparameters);
    metrics = Elements.sortedMap("metrics", metrics);
    measurements = Elements.list("measurements", measurements);
    tags = Elements.sortedMap("tags", tags);
    parents = Elements.list("parents", parents);
    for (Map.Entry<String, Double> metric : metrics.entrySet()) {
      requireFinite(metric.getKey(), metric.getValue());
    }
  }

  private static void requireFinite(String metric, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("metric " + metric + ": " + value + " (expected: finite)");
    }
  }

  /**
   * Returns a lineage in which everything is unknown.
   *
   * @return a start for the {@code with} methods
   */
  public static Lineage unknown() {
    return new LineageParts().build();
  }

  /**
   * Returns a lineage of something trained in this process: environment and code are captured, the
   * rest unknown. The code is the calling class's; {@link #here(Class)} names another.
   *
   * @return a start for the {@code with} methods
   */
  public static Lineage here() {
    return unknown().withEnvironment(Environment.capture()).withCode(CodeCapture.ofTheCaller());
  }

  /**
   * Returns a lineage of something trained in this process: environment and code are captured, the
   * rest unknown. Never fails: what cannot be found out is {@link #UNKNOWN}.
   *
   * <p>Of a class in a jar, commit and coordinates are what the jar says ({@code git.properties},
   * {@code META-INF/maven}, its manifest). Of a class in a directory, the commit is read from the
   * {@code .git} above the working directory, and {@code git}, if it is there, is asked for at most
   * two seconds what was changed since. Cost: the first call digests the class path (some 100 MB a
   * second or faster), later ones some milliseconds.
   *
   * @param code a class of the training code
   * @return a start for the {@code with} methods
   */
  public static Lineage here(Class<?> code) {
    return unknown().withEnvironment(Environment.capture()).withCode(CodeCapture.of(code));
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
    return LineageParts.of(training).build();
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
    return withData(new Data(name, digest, OptionalLong.of(rows)));
  }

  /**
   * Returns a copy with the training data.
   *
   * @param newData all that is known about it
   * @return the copy
   */
  public Lineage withData(Data newData) {
    return new LineageParts(this).data(Objects.requireNonNull(newData, "newData")).build();
  }

  /**
   * Returns a copy with the training data: digest of all rows, their number, schema and period.
   * What snapshot it was read from stays as it is.
   *
   * @param facts {@link io.mlops4j.data.LabeledDataset#facts()} of what was trained on
   * @return the copy
   */
  public Lineage withData(DatasetFacts facts) {
    return withData(
        new Data(
            facts.name(),
            facts.digest(),
            OptionalLong.of(facts.rows()),
            facts.schema(),
            facts.period(),
            data.snapshot()));
  }

  /**
   * Returns a copy that says which snapshot the training data was read from.
   *
   * @param snapshot {@link io.mlops4j.data.DatasetSnapshot#digest}
   * @return the copy
   */
  public Lineage withSnapshot(String snapshot) {
    return withData(
        new Data(data.name(), data.digest(), data.rows(), data.schema(), data.period(), snapshot));
  }

  /**
   * Returns a copy with the training code.
   *
   * @param commit the revision
   * @param workTree whether it was changed since
   * @return the copy
   */
  public Lineage withCode(String commit, WorkTree workTree) {
    return withCode(new Code(commit, workTree));
  }

  /**
   * Returns a copy with the training code.
   *
   * @param newCode all that is known about it
   * @return the copy
   */
  public Lineage withCode(Code newCode) {
    return new LineageParts(this).code(Objects.requireNonNull(newCode, "newCode")).build();
  }

  /**
   * Returns a copy with an environment.
   *
   * @param newEnvironment usually {@link Environment#capture()}
   * @return the copy
   */
  public Lineage withEnvironment(Environment newEnvironment) {
    Objects.requireNonNull(newEnvironment, "newEnvironment");
    return new LineageParts(this).environment(newEnvironment).build();
  }

  /**
   * Returns a copy with one more hyperparameter.
   *
   * @param name its name
   * @param value stored as {@link String#valueOf(Object)}
   * @return the copy
   */
  public Lineage withHyperparameter(String name, Object value) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(name, "name");
    return new LineageParts(this).hyperparameter(name, String.valueOf(value)).build();
  }

  /**
   * Returns a copy with more hyperparameters, such as those a trainer says of itself.
   *
   * @param more name to value
   * @return the copy
   */
  public Lineage withHyperparameters(Map<String, String> more) {
    LineageParts parts = new LineageParts(this);
    Elements.requireNoNulls("more", more);
    more.forEach(parts::hyperparameter);
    return parts.build();
  }

  /**
   * Returns a copy with one more number reported by training.
   *
   * @param name its name
   * @param value finite; a diverged metric is better left out and tagged
   * @return the copy
   */
  public Lineage withMetric(String name, double value) {
    Objects.requireNonNull(name, "name");
    return new LineageParts(this).metric(name, value).build();
  }

  /**
   * Returns a copy with one more number, and what it was measured on.
   *
   * @param name its name
   * @param value finite
   * @param on the data set
   * @return the copy
   */
  public Lineage withMetric(String name, double value, DatasetFacts on) {
    Objects.requireNonNull(name, "name");
    return new LineageParts(this)
        .measurement(new Measurement(name, value, on.name(), on.digest()))
        .build();
  }

  /**
   * Returns a copy with more numbers reported by training.
   *
   * @param more name to value, finite
   * @return the copy
   */
  public Lineage withMetrics(Map<String, Double> more) {
    LineageParts parts = new LineageParts(this);
    Elements.requireNoNulls("more", more);
    more.forEach(parts::metric);
    return parts.build();
  }

  /**
   * Returns a copy with one more tag.
   *
   * @param name its name
   * @param value its value
   * @return the copy
   */
  public Lineage withTag(String name, String value) {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(name, "name");
    return new LineageParts(this).tag(name, value).build();
  }

  /**
   * Returns a copy with more tags.
   *
   * @param more name to value
   * @return the copy
   */
  public Lineage withTags(Map<String, String> more) {
    LineageParts parts = new LineageParts(this);
    Elements.requireNoNulls("more", more);
    more.forEach(parts::tag);
    return parts.build();
  }

  /**
   * Returns a copy with one more parent.
   *
   * @param parent what this was made from
   * @return the copy
   */
  public Lineage withParent(ModelVersion parent) {
    return new LineageParts(this).parent(Objects.requireNonNull(parent, "parent")).build();
  }

  /**
   * Returns a copy that says which experiment run it came out of.
   *
   * @param id the run's id
   * @return the copy
   */
  public Lineage withRun(String id) {
    return new LineageParts(this).run(Objects.requireNonNull(id, "id")).build();
  }

  /**
   * Returns a copy with licences.
   *
   * @param model the model's, such as {@code Apache-2.0}
   * @param trainingData the training data's, such as {@code CC-BY-4.0}
   * @return the copy
   */
  public Lineage withLicences(String model, String trainingData) {
    Objects.requireNonNull(trainingData, "trainingData");
    return new LineageParts(this).licences(new Licences(model, trainingData)).build();
  }

  /**
   * Returns a copy with an author.
   *
   * @param who registered it
   * @return the copy
   */
  public Lineage withCreatedBy(String who) {
    return new LineageParts(this).createdBy(RegistryOptions.requireActor("who", who)).build();
  }

  /**
   * Returns what is not known, of the parts a version should be able to tell: its data, code,
   * environment, hyperparameters, metrics and licences.
   *
   * @return such as {@code data digest}, {@code commit}; empty if the lineage is complete
   */
  public List<String> missing() {
    return LineageParts.missing(this);
  }

  /**
   * Returns it as a document, as it stands in a version's manifest.
   *
   * @return canonical JSON
   */
  public byte[] toJson() {
    return Json.canonical(LineageJson.write(this));
  }

  /**
   * Returns the lineage in a document. Fields a newer library wrote are passed over.
   *
   * @param json what {@link #toJson} returned
   * @return the lineage
   * @throws io.mlops4j.core.MlopsException if it is not one
   */
  public static Lineage fromJson(byte[] json) {
    Objects.requireNonNull(json, "json");
    try {
      return LineageJson.read(Json.parse(json, "A lineage"));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IntegrityException("A document is no lineage: " + e.getMessage(), e);
    }
  }

  /** The copy that is stored. */
  Lineage stamped(Instant at, String actor) {
    String who = createdBy.equals(UNKNOWN) ? actor : createdBy;
    return new LineageParts(this).createdBy(who).createdAt(at).build();
  }
}
