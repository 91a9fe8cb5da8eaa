package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.Text;
import java.util.Map;
import java.util.UUID;

/** An experiment of an MLflow server, in which runs are started. Thread-safe. */
public final class MlflowExperiment {
  private static final String NOT_THERE = "RESOURCE_DOES_NOT_EXIST";
  private static final String THERE = "RESOURCE_ALREADY_EXISTS";
  private static final String REQUEST_TAG = "mlops4j.request";
  private static final int MAX_RUN_NAME = 250;

  private final Rest rest;
  private final String name;
  private final String id;

  private MlflowExperiment(Rest rest, String name, String id) {
    this.rest = rest;
    this.name = name;
    this.id = id;
  }

  static MlflowExperiment of(Rest rest, String name) {
    String what = "experiment '" + Text.printable(name, 64) + "'";
    try {
      return existing(rest, name, what);
    } catch (MlflowException e) {
      if (!e.errorCode().equals(NOT_THERE)) {
        throw e;
      }
    }
    try {
      // Names are unique in MLflow, so creating twice does no harm: the second is told.
      rest.postAgain("experiments/create", Json.object().put("name", name), what);
    } catch (MlflowException e) {
      if (!e.errorCode().equals(THERE)) {
        throw e;
      }
    }
    return existing(rest, name, what);
  }

  private static MlflowExperiment existing(Rest rest, String name, String what) {
    JsonNode experiment =
        rest.get("experiments/get-by-name", Map.of("experiment_name", name), what)
            .path("experiment");
    if (!experiment.path("lifecycle_stage").asText("active").equals("active")) {
      throw new MlflowException(
          rest + ": " + what + " was deleted. Restore it in MLflow, or use another name.");
    }
    return new MlflowExperiment(rest, name, Answers.id(experiment, "experiment_id", rest, what));
  }

  /**
   * Returns its id in MLflow.
   *
   * @return such as {@code 1}
   */
  public String id() {
    return id;
  }

  /**
   * Starts a run. A request whose answer was lost is looked for by a tag of its own ({@code
   * mlops4j.request}), so that no second run is left behind.
   *
   * @param runName what it is called in the UI
   * @return the run; end it, or close it
   * @throws MlflowException if the server cannot be asked or refuses
   */
  public MlflowRun startRun(String runName) {
    if (runName.isBlank() || runName.length() > MAX_RUN_NAME) {
      throw new IllegalArgumentException(
          "runName: expected 1 to " + MAX_RUN_NAME + " characters, not blank");
    }
    String request = UUID.randomUUID().toString();
    ObjectNode body = Json.object();
    body.put("experiment_id", id).put("run_name", runName);
    body.put("start_time", rest.options().time().now().toEpochMilli());
    var tags = body.putArray("tags");
    Answers.entry(tags, REQUEST_TAG, request);
    Answers.entry(tags, "mlflow.runName", runName);
    Answers.entry(tags, "mlflow.source.name", "MLOps4J");
    Answers.entry(tags, "mlflow.source.type", "LOCAL");
    String what = "run '" + Text.printable(runName, 64) + "' of experiment " + id;
    JsonNode run;
    try {
      run = rest.postOnce("runs/create", body, what).path("run");
    } catch (MlflowException e) {
      run = found(request, what, e);
    }
    String runId = Answers.id(run.path("info"), "run_id", rest, what);
    return new MlflowRun(rest, id, runId, run.path("info").path("artifact_uri").asText());
  }

  /** The run that a lost request may have made. */
  private JsonNode found(String request, String what, MlflowException problem) {
    if (!problem.errorCode().equals(Rest.LOST)) {
      throw problem;
    }
    ObjectNode search = Json.object();
    search.putArray("experiment_ids").add(id);
    search.put("filter", "tags.`" + REQUEST_TAG + "` = '" + request + "'").put("max_results", 2);
    JsonNode run = rest.postAgain("runs/search", search, what).path("runs").path(0);
    if (run.isMissingNode()) {
      throw problem;
    }
    return run;
  }

  /** Returns its name. */
  @Override
  public String toString() {
    return name;
  }
}
