package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.GoldenRows;
import io.mlops4j.core.InputEncoding;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.registry.RegisteredVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One of our versions on its way into MLflow's registry: files first, MLmodel last, then the entry.
 */
final class VersionUpload {
  private static final String DIGEST_TAG = "mlops4j.digest";
  private static final int READY = 2;
  private static final int UPLOAD_FAILED = 3;

  /** What Python needs to load the model; which versions is not for Java to say. */
  private static final String REQUIREMENTS = "mlflow\nonnx\nonnxruntime\n";

  private final Rest rest;
  private final String experimentId;
  private final String runId;
  private final RegisteredVersion<?, ?> version;
  private final String name;
  private final String what;
  private final String digest;

  VersionUpload(
      Rest rest, String experimentId, String runId, RegisteredVersion<?, ?> version, String name) {
    this.rest = rest;
    this.experimentId = experimentId;
    this.runId = runId;
    this.version = version;
    this.name = name;
    this.what = "version " + version.version();
    this.digest = digest(version);
  }

  /** Fixes the version: its identity and all its files. */
  private static String digest(RegisteredVersion<?, ?> version) {
    StringBuilder text = new StringBuilder(version.version().toString());
    text.append(' ').append(version.lineage().createdAt());
    version.digests().forEach((file, sha) -> text.append(' ').append(file).append('=').append(sha));
    return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  MlflowVersion register() {
    Optional<MlflowVersion> before = existing(false);
    if (before.isPresent()) {
      return before.get();
    }
    SortedMap<String, byte[]> files = files();
    createRegisteredModel();
    JsonNode info = createLoggedModel();
    String modelId = Answers.id(info, "model_id", rest, what);
    upload(info, modelId, files);
    ObjectNode output = Json.object().put("run_id", runId);
    output.putArray("models").addObject().put("model_id", modelId).put("step", 0);
    rest.postAgain("runs/outputs", output, "model of run " + runId);
    return createVersion(modelId);
  }

  private Optional<MlflowVersion> existing(boolean isNew) {
    Map<String, String> query =
        Map.of(
            "filter",
            "name = '" + name + "' AND tags.`" + DIGEST_TAG + "` = '" + digest + "'",
            "max_results",
            "2");
    JsonNode found = rest.get("model-versions/search", query, what).path("model_versions").path(0);
    return found.isMissingNode() ? Optional.empty() : Optional.of(version(found, isNew));
  }

  private MlflowVersion version(JsonNode answer, boolean isNew) {
    String number = answer.path("version").asText();
    if (!number.matches("[1-9][0-9]{0,8}")) {
      throw new MlflowException(rest + " answered without a version number for " + what + ".");
    }
    return new MlflowVersion(name, Integer.parseInt(number), isNew);
  }

  /** Reading verifies every digest, before anything is sent. */
  private SortedMap<String, byte[]> files() {
    ModelArtifact artifact = version.artifact();
    SortedMap<String, byte[]> files = new TreeMap<>();
    artifact.files().forEach(file -> files.put(file, artifact.bytes(file)));
    artifact
        .encoding()
        .map(InputEncoding::toJson)
        .ifPresent(j -> files.put(MlmodelText.ENCODING, j));
    artifact.goldenRows().map(GoldenRows::toJson).ifPresent(j -> files.put(MlmodelText.GOLDEN, j));
    if (artifact.format().equals("onnx")) {
      files.put("requirements.txt", REQUIREMENTS.getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  private void createRegisteredModel() {
    try {
      rest.postAgain(
          "registered-models/create", Json.object().put("name", name), "registered model " + name);
    } catch (MlflowException e) {
      if (!e.errorCode().equals("RESOURCE_ALREADY_EXISTS")) {
        throw e;
      }
    }
  }

  private JsonNode createLoggedModel() {
    ObjectNode body = Json.object();
    body.put("experiment_id", experimentId).put("name", name).put("source_run_id", runId);
    var params = body.putArray("params");
    version
        .lineage()
        .hyperparameters()
        .forEach(
            (key, value) -> params.add(RunLog.text("param", key, value, RunLog.MAX_PARAMETER)));
    tags(body);
    return rest.postOnce("logged-models", body, "logged model of " + what)
        .path("model")
        .path("info");
  }

  private void tags(ObjectNode body) {
    var tags = body.putArray("tags");
    Answers.entry(tags, DIGEST_TAG, digest);
    Answers.entry(tags, "mlops4j.version", version.version().toString());
    Answers.entry(tags, "mlops4j.stage", version.stage().name());
    version.digests().forEach((file, sha) -> Answers.entry(tags, "mlops4j.sha256." + file, sha));
  }

  private void upload(JsonNode info, String modelId, SortedMap<String, byte[]> files) {
    String of = "logged model " + modelId;
    boolean complete = false;
    try {
      ArtifactPath root = ArtifactRoot.of(info.path("artifact_uri").asText(), rest, of);
      files.forEach((file, bytes) -> put(root, file, bytes, of));
      byte[] mlmodel =
          MlmodelText.write(version, modelId, runId, files, rest.options().time().now());
      put(root, Mlmodel.FILE.toString(), mlmodel, of);
      complete = true;
    } finally {
      if (!complete) {
        markFailed(modelId);
      }
    }
    finish(modelId, READY);
  }

  private void put(ArtifactPath root, String file, byte[] bytes, String of) {
    ArtifactPath inner = ArtifactPath.of(file, "file of " + what);
    rest.putArtifact(root.resolve(inner), bytes, "file " + file + " of " + of);
  }

  /** Best effort: what went wrong with the upload is what the caller must hear. */
  private void markFailed(String modelId) {
    try {
      finish(modelId, UPLOAD_FAILED);
    } catch (MlflowException e) {
      return;
    }
  }

  private void finish(String modelId, int status) {
    rest.patch(
        "logged-models/" + modelId,
        Json.object().put("model_id", modelId).put("status", status),
        "logged model " + modelId);
  }

  private MlflowVersion createVersion(String modelId) {
    ObjectNode body = Json.object();
    body.put("name", name).put("source", "models:/" + modelId).put("run_id", runId);
    body.put("model_id", modelId);
    body.put("description", "Version " + version.version() + " of an MLOps4J registry.");
    tags(body);
    try {
      return version(
          rest.postOnce("model-versions/create", body, what).path("model_version"), true);
    } catch (MlflowException e) {
      if (!e.errorCode().equals(Rest.LOST)) {
        throw e;
      }
      return existing(true).orElseThrow(() -> e);
    }
  }
}
