package io.mlops4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.core.Text;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * MLflow's records of one model, as a lineage. What a run says of itself is kept under its own
 * names; what this module vouches for (where the model was found) is written last, so that no tag
 * of a run can stand in for it.
 */
final class ImportedLineage {
  private static final int MAX_ENTRIES = 1000;
  private static final int MAX_VALUE = 8000;
  private static final int MAX_REQUIREMENTS = 500;

  /** MLflow's database cannot hold infinities: it stores the largest double instead. */
  private static final double STORED_INFINITY = Double.MAX_VALUE;

  private final SortedMap<String, String> parameters = new TreeMap<>();
  private final SortedMap<String, Double> metrics = new TreeMap<>();
  private final SortedMap<String, String> tags = new TreeMap<>();
  private final SortedMap<String, String> own = new TreeMap<>();
  private Lineage.Data data = Lineage.unknown().data();
  private Environment environment = Environment.unknown();

  /** What the MLmodel file says, and the Python packages it asks for. */
  ImportedLineage mlmodel(Mlmodel mlmodel, String requirements) {
    own.putAll(mlmodel.facts());
    List<String> packages =
        requirements
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .limit(MAX_REQUIREMENTS)
            .map(line -> Text.printable(line, 256))
            .toList();
    String python =
        mlmodel.fact("mlflow.python_version").map(v -> "Python " + v).orElse(Lineage.UNKNOWN);
    environment = new Environment(python, Lineage.UNKNOWN, packages);
    return this;
  }

  /** Adds a fact of this module's own. */
  ImportedLineage fact(String name, String value) {
    if (!value.isEmpty()) {
      own.put(name, Text.printable(value, 512));
    }
    return this;
  }

  /** The run: its parameters, last metrics, tags and data sets. */
  ImportedLineage run(JsonNode run) {
    fact("mlflow.run_name", run.path("info").path("run_name").asText());
    fact("mlflow.experiment_id", run.path("info").path("experiment_id").asText());
    fact("mlflow.run_status", run.path("info").path("status").asText());
    texts(run.path("data").path("params"), parameters, "");
    texts(run.path("data").path("tags"), tags, "");
    for (JsonNode metric : run.path("data").path("metrics")) {
      if (metrics.size() < MAX_ENTRIES) {
        metric(name(metric), metric.path("value"));
      }
    }
    dataset(run.path("inputs").path("dataset_inputs"));
    return this;
  }

  /**
   * The logged model's own parameters and tags. Not its metrics: they repeat the run's, and MLflow
   * answers 0 there for a metric that is NaN.
   */
  ImportedLineage loggedModel(JsonNode model) {
    texts(model.path("data").path("params"), parameters, "");
    texts(model.path("info").path("tags"), tags, "mlflow.model_tag.");
    return this;
  }

  /** The entry in MLflow's registry. */
  ImportedLineage version(JsonNode version) {
    fact("mlflow.registered_model", version.path("name").asText());
    fact("mlflow.registered_version", version.path("version").asText());
    String stage = version.path("current_stage").asText("None");
    if (!stage.equals("None")) {
      fact("mlflow.imported_stage", stage);
    }
    List<String> aliases = new ArrayList<>();
    version.path("aliases").forEach(alias -> aliases.add(alias.asText()));
    fact("mlflow.aliases", String.join(",", aliases));
    texts(version.path("tags"), tags, "mlflow.version_tag.");
    return this;
  }

  private void metric(String name, JsonNode value) {
    double number =
        value.isNumber()
            ? value.doubleValue()
            : switch (value.asText()) {
              case "Infinity" -> Double.POSITIVE_INFINITY;
              case "-Infinity" -> Double.NEGATIVE_INFINITY;
              default -> Double.NaN;
            };
    if (Double.isNaN(number) || Math.abs(number) >= STORED_INFINITY) {
      own.put(
          "mlflow.metric." + name,
          Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    } else {
      metrics.put(name, number);
    }
  }

  private void dataset(JsonNode inputs) {
    int count = 0;
    for (JsonNode input : inputs) {
      if (count == 32) {
        break;
      }
      JsonNode set = input.path("dataset");
      String name = Text.printable(set.path("name").asText(Lineage.UNKNOWN), 500);
      String digest = "mlflow:" + Text.printable(set.path("digest").asText("none"), 64);
      String context = context(input.path("tags"));
      own.put("mlflow.dataset." + ++count, name + " " + digest + " " + context);
      if (context.equals("training") || count == 1) {
        data = new Lineage.Data(name, digest, rows(set.path("profile").asText()));
      }
    }
    if (count > 0) {
      own.put(
          "mlflow.dataset_digests",
          "weak: MLflow hashes at most the first 10,000 rows, some columns, and keeps 8 digits");
    }
  }

  private static String context(JsonNode tags) {
    for (JsonNode tag : tags) {
      if (tag.path("key").asText().equals("mlflow.data.context")) {
        return Text.printable(tag.path("value").asText(), 64);
      }
    }
    return "";
  }

  private static OptionalLong rows(String profile) {
    try {
      JsonNode rows =
          Signature.json(profile.getBytes(java.nio.charset.StandardCharsets.UTF_8), "profile")
              .path("num_rows");
      return rows.canConvertToLong() && rows.isIntegralNumber() && rows.longValue() >= 0
          ? OptionalLong.of(rows.longValue())
          : OptionalLong.empty();
    } catch (MlflowException e) {
      return OptionalLong.empty(); // A profile is free text in MLflow.
    }
  }

  private static void texts(JsonNode list, Map<String, String> into, String prefix) {
    for (JsonNode entry : list) {
      if (into.size() >= MAX_ENTRIES) {
        return;
      }
      // Repeats the MLmodel files of old clients, up to megabytes.
      if (!name(entry).equals("mlflow.log-model.history")) {
        into.put(prefix + name(entry), Text.printable(entry.path("value").asText(), MAX_VALUE));
      }
    }
  }

  private static String name(JsonNode entry) {
    return Text.printable(entry.path("key").asText(), 250);
  }

  Lineage build() {
    String commit = tags.getOrDefault("mlflow.source.git.commit", Lineage.UNKNOWN);
    SortedMap<String, String> all = new TreeMap<>(tags);
    all.putAll(own);
    return Lineage.unknown()
        .withData(data)
        .withCode(commit, Lineage.WorkTree.UNKNOWN)
        .withEnvironment(environment)
        .withHyperparameters(parameters)
        .withMetrics(metrics)
        .withTags(all);
  }
}
