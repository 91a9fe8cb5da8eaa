package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A registered model of an MLflow server. Thread-safe; each call asks the server. */
public final class MlflowRegisteredModel {
  private static final String NOT_THERE = "RESOURCE_DOES_NOT_EXIST";
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  /** MLflow's ids of logged models: no path, no address. */
  private static final Pattern MODEL_SOURCE = Pattern.compile("models:/(m-[0-9a-f]{1,64})");

  private static final Pattern RUN_ID = Pattern.compile("[0-9a-zA-Z]{1,64}");

  private final Rest rest;
  private final String name;

  MlflowRegisteredModel(Rest rest, String name) {
    this.rest = rest;
    this.name = name;
  }

  /**
   * Returns the model that an alias points to now.
   *
   * @param alias such as {@code champion}
   * @return the model, read whole
   * @throws MlflowException if there is no such model or alias, the server cannot be asked, or what
   *     it answers is refused
   */
  public MlflowModel alias(String alias) {
    String what = "registered model " + shown(name) + ", alias " + shown(alias);
    JsonNode answer =
        rest.get("registered-models/alias", Map.of("name", name, "alias", alias), what);
    return model(answer.path("model_version"), what);
  }

  /**
   * Returns the model of a version.
   *
   * @param number MLflow's version number, 1 or more
   * @return the model, read whole
   * @throws MlflowException if there is no such version, the server cannot be asked, or what it
   *     answers is refused
   */
  public MlflowModel version(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("number: " + number + " (expected: 1 or more)");
    }
    String what = "registered model " + shown(name) + ", version " + number;
    Map<String, String> query = Map.of("name", name, "version", String.valueOf(number));
    JsonNode version = rest.get("model-versions/get", query, what).path("model_version");
    if (!version.path("version").asText().equals(String.valueOf(number))) {
      throw new MlflowException(rest + " answered with another version than " + what + ".");
    }
    return model(version, what);
  }

  private MlflowModel model(JsonNode version, String what) {
    String number = version.path("version").asText();
    if (!NUMBER.matcher(number).matches() || !version.path("name").asText().equals(name)) {
      throw new MlflowException(rest + " answered with another model than " + what + ".");
    }
    String status = version.path("status").asText("READY");
    if (!status.equals("READY")) {
      throw new MlflowException(
          rest + ": " + what + " is " + Text.printable(status, 32) + ", not READY.");
    }
    Map<String, String> query = Map.of("name", name, "version", number);
    String uri =
        rest.get("model-versions/get-download-uri", query, what).path("artifact_uri").asText();
    ImportedLineage lineage = new ImportedLineage();
    lineage.fact("mlflow.server", rest.base().toString());
    modelId(version).flatMap(id -> loggedModel(rest, id)).ifPresent(lineage::loggedModel);
    run(version.path("run_id").asText(), what).ifPresent(lineage::run);
    lineage.version(version);
    ServerSource source = new ServerSource(rest, ArtifactRoot.of(uri, rest, what), what);
    return MlflowModel.read(source, rest.options().limits(), lineage);
  }

  private static Optional<String> modelId(JsonNode version) {
    var source = MODEL_SOURCE.matcher(version.path("source").asText());
    return source.matches() ? Optional.of(source.group(1)) : Optional.empty();
  }

  /** A logged model, or empty if it has been deleted or the server is older than MLflow 3. */
  static Optional<JsonNode> loggedModel(Rest rest, String id) {
    return ifThere(rest, "logged-models/" + id, Map.of(), "logged model " + id)
        .map(answer -> answer.path("model"));
  }

  /** The run, or empty if there is none or it has been deleted. */
  private Optional<JsonNode> run(String id, String what) {
    return run(rest, id, what);
  }

  static Optional<JsonNode> run(Rest rest, String id, String what) {
    if (id.isEmpty()) {
      return Optional.empty();
    }
    if (!RUN_ID.matcher(id).matches()) {
      throw new MlflowException(
          rest
              + ": "
              + what
              + " names the run \""
              + Text.printable(id, 64)
              + "\", which is no id.");
    }
    return ifThere(rest, "runs/get", Map.of("run_id", id), "run " + id)
        .map(answer -> answer.path("run"));
  }

  private static Optional<JsonNode> ifThere(
      Rest rest, String path, Map<String, String> query, String what) {
    try {
      return Optional.of(rest.get(path, query, what));
    } catch (MlflowException e) {
      if (List.of(NOT_THERE, "404", "ENDPOINT_NOT_FOUND").contains(e.errorCode())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String shown(String text) {
    return "'" + Text.printable(text, 64) + "'";
  }

  /** Returns its name. */
  @Override
  public String toString() {
    return name;
  }
}
