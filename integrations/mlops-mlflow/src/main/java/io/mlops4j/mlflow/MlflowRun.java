package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelVersion;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A run on an MLflow server, as it shows in its UI. Everything but the start is safe to send again,
 * and is after errors that pass. Thread-safe. Closing it without {@link #finish} marks it FAILED.
 *
 * <pre>{@code
 * try (MlflowRun run = mlflow.experiment("flights").startRun("retraining 2026-11")) {
 *   run.param("trees", 200);
 *   run.metric("auc", 0.71);
 *   run.registerVersion(version);
 *   run.finish();
 * }
 * }</pre>
 */
public final class MlflowRun implements AutoCloseable {
  private final Rest rest;
  private final String experimentId;
  private final String id;
  private final String artifactUri;
  private final RunLog log;
  private final AtomicBoolean ended = new AtomicBoolean();

  MlflowRun(Rest rest, String experimentId, String id, String artifactUri) {
    this.rest = rest;
    this.experimentId = experimentId;
    this.id = id;
    this.artifactUri = artifactUri;
    this.log = new RunLog(rest, id);
  }

  /**
   * Returns its id in MLflow.
   *
   * @return 32 hexadecimal digits, as a rule
   */
  public String id() {
    return id;
  }

  /**
   * Returns where a person sees it.
   *
   * @return the address of its page in MLflow's UI
   */
  public URI page() {
    return URI.create(rest.base() + "/#/experiments/" + experimentId + "/runs/" + id);
  }

  /**
   * Logs a parameter. MLflow lets it be written once; the same value again is no error.
   *
   * @param name 1 to 250 of {@code A-Z a-z 0-9 _ - . : /} and space
   * @param value its {@code toString}, at most 6,000 characters
   * @throws MlflowException if it has another value already, or the server cannot be asked
   */
  public void param(String name, Object value) {
    params(Map.of(name, value));
  }

  /**
   * Logs parameters, 100 at a time.
   *
   * @param values name to value
   * @throws IllegalArgumentException naming one that MLflow would not take; nothing is sent then
   */
  public void params(Map<String, ?> values) {
    List<ObjectNode> entries = new ArrayList<>();
    new TreeMap<>(values)
        .forEach(
            (name, value) ->
                entries.add(
                    RunLog.text("param", name, String.valueOf(value), RunLog.MAX_PARAMETER)));
    requireOpen();
    log.write("params", entries);
  }

  /**
   * Logs a number.
   *
   * @param name 1 to 250 of {@code A-Z a-z 0-9 _ - . : /} and space
   * @param value NaN is kept by MLflow, an infinity becomes the largest double
   */
  public void metric(String name, double value) {
    metrics(Map.of(name, value), 0);
  }

  /**
   * Logs numbers of one step, 1,000 at a time.
   *
   * @param values name to number
   * @param step such as the epoch
   */
  public void metrics(Map<String, Double> values, long step) {
    long now = rest.options().time().now().toEpochMilli();
    List<ObjectNode> entries = new ArrayList<>();
    new TreeMap<>(values)
        .forEach((name, value) -> entries.add(RunLog.metric(name, value, step, now)));
    requireOpen();
    log.write("metrics", entries);
  }

  /**
   * Logs labels, 100 at a time. A label that is there is replaced.
   *
   * @param values name to text of at most 8,000 characters
   */
  public void tags(Map<String, String> values) {
    List<ObjectNode> entries = new ArrayList<>();
    new TreeMap<>(values)
        .forEach((name, value) -> entries.add(RunLog.text("tag", name, value, RunLog.MAX_TAG)));
    requireOpen();
    log.write("tags", entries);
  }

  /**
   * Logs what a lineage knows: hyperparameters, metrics, tags, the commit, the training data. A tag
   * {@code mlflow.…} of an imported version becomes {@code imported.mlflow.…}: those names mean
   * this run here (its name, its user, its parent).
   *
   * @param lineage of a version made in this run
   */
  public void lineage(Lineage lineage) {
    params(lineage.hyperparameters());
    metrics(lineage.metrics(), 0);
    Map<String, String> tags = new TreeMap<>();
    lineage.tags().forEach((name, value) -> tags.put(owned(name), value));
    if (!lineage.code().commit().equals(Lineage.UNKNOWN)) {
      tags.put("mlflow.source.git.commit", lineage.code().commit());
      tags.put("mlops4j.work_tree", lineage.code().workTree().name());
    }
    tags(tags);
    if (!lineage.data().digest().equals(Lineage.UNKNOWN)) {
      dataset(lineage.data());
    }
  }

  private static String owned(String tag) {
    return tag.startsWith("mlflow.") ? "imported." + tag : tag;
  }

  private void dataset(Lineage.Data data) {
    ObjectNode body = Json.object().put("run_id", id);
    ObjectNode input = body.putArray("datasets").addObject();
    Answers.entry(input.putArray("tags"), "mlflow.data.context", "training");
    ObjectNode source = Json.object().put("sha256", data.digest());
    ObjectNode dataset = input.putObject("dataset");
    // MLflow keeps 36 characters of a digest; the whole one is in the source.
    String digest = data.digest();
    dataset
        .put("name", data.name())
        .put("digest", digest.substring(0, Math.min(32, digest.length())));
    dataset.put("source_type", "mlops4j").put("source", Json.pretty(source));
    data.rows()
        .ifPresent(
            rows -> dataset.put("profile", Json.pretty(Json.object().put("num_rows", rows))));
    rest.postAgain("runs/log-inputs", body, "training data of run " + id);
  }

  /**
   * Logs the numbers of an evaluation, under the metrics' names. An undefined one is left out.
   *
   * @param report the evidence
   */
  public void evaluation(EvaluationReport report) {
    Map<String, Double> values = new TreeMap<>();
    report
        .metrics()
        .forEach((metric, value) -> value.number().ifPresent(n -> values.put(name(metric), n)));
    metrics(values, 0);
    tags(
        Map.of(
            "mlops4j.evaluation.dataset", report.datasetName(),
            "mlops4j.evaluation.dataset_digest", report.datasetDigest(),
            "mlops4j.evaluation.rows", String.valueOf(report.rows()),
            "mlops4j.evaluation.digest", report.digest()));
  }

  private static String name(Metric metric) {
    return metric.id().replaceAll("[^\\w.\\- :]", "_");
  }

  /**
   * Stores a file with the run, through the server's artifact proxy. Sent again, it replaces
   * itself.
   *
   * @param path where, such as {@code reports/gate.html}
   * @param content the bytes
   * @throws MlflowException if the path is not a plain relative one, or the server keeps artifacts
   *     elsewhere
   */
  public void artifact(String path, byte[] content) {
    requireOpen();
    String what = "artifacts of run " + id;
    ArtifactPath inner = ArtifactPath.of(path, "path");
    ArtifactPath root = ArtifactRoot.of(artifactUri, rest, what);
    rest.putArtifact(root.resolve(inner), content, "artifact " + inner + " of run " + id);
  }

  /**
   * Registers one of our versions in MLflow's registry under its own model name: its files as a
   * logged model of this run, with an MLmodel file that {@code mlflow.onnx.load_model} reads, and a
   * model version that points to it. Needs MLflow 3.
   *
   * <p>A version that has been registered before (same files, same lineage) is found by its tag
   * {@code mlops4j.digest} and returned. A connection lost while the logged model is created may
   * leave one behind that is empty and pending; registering again makes another.
   *
   * @param version ours; a damaged one is refused
   * @return MLflow's version
   */
  public MlflowVersion registerVersion(RegisteredVersion<?, ?> version) {
    return registerVersion(version, version.version().model());
  }

  /**
   * Registers one of our versions in MLflow's registry.
   *
   * @param version ours; a damaged one is refused
   * @param name the registered model there; created if there is none; 1 to 128 of {@code A-Z a-z
   *     0-9 . _ -}
   * @return MLflow's version
   */
  public MlflowVersion registerVersion(RegisteredVersion<?, ?> version, String name) {
    requireOpen();
    ModelVersion.requireName(name);
    return new VersionUpload(rest, experimentId, id, version, name).register();
  }

  /** Ends the run: FINISHED. */
  public void finish() {
    end("FINISHED");
  }

  /** Ends the run: FAILED. */
  public void fail() {
    end("FAILED");
  }

  private void end(String status) {
    requireOpen();
    ObjectNode body = Json.object().put("run_id", id).put("status", status);
    body.put("end_time", rest.options().time().now().toEpochMilli());
    rest.postAgain("runs/update", body, "end of run " + id);
    ended.set(true);
  }

  private void requireOpen() {
    if (ended.get()) {
      throw new IllegalStateException("Run " + id + " has ended. Start another.");
    }
  }

  /** Ends the run as FAILED, if it has not been ended. */
  @Override
  public void close() {
    if (!ended.get()) {
      fail();
    }
  }

  /** Returns the id. */
  @Override
  public String toString() {
    return id;
  }
}
