package io.mlops4j.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model that {@code python/export_mlops4j.py} wrote: its files with encoding, signature, golden
 * rows and baseline, and what is known of its training.
 *
 * <pre>{@code
 * var export = ModelExport.read(Path.of("export/flight-delay"));
 * var version = delay.register(export.files(), Lineage.of(export.training()));
 * }</pre>
 *
 * <p>Everything is read and verified once, into memory; the directory may change afterwards.
 * Immutable and thread-safe. docs/from-python.md has the format.
 */
public final class ModelExport {
  private static final String ONNX = "onnx";

  private final String name;
  private final ModelFiles files;
  private final Schema<Map<String, ?>> schema;
  private final Training training;

  private ModelExport(
      String name, ModelFiles files, Schema<Map<String, ?>> schema, Training training) {
    this.name = name;
    this.files = files;
    this.schema = schema;
    this.training = training;
  }

  /**
   * What a training script says of a model. What is not known says {@code UNKNOWN}.
   *
   * @param dataName what the training data is called
   * @param dataDigest SHA-256 of its content: {@code LabeledDataset.digest()} of the same rows
   * @param rows how many; empty if unknown
   * @param commit the revision of the training code
   * @param workTree {@code CLEAN}, {@code DIRTY} or {@code UNKNOWN}
   * @param runtime such as {@code CPython 3.11.7}
   * @param os such as {@code Linux x86_64}
   * @param libraries name to version
   * @param hyperparameters name to value as text
   * @param metrics what training reported about itself: finite numbers. Not evidence for a gate
   */
  public record Training(
      String dataName,
      String dataDigest,
      OptionalLong rows,
      String commit,
      String workTree,
      String runtime,
      String os,
      SortedMap<String, String> libraries,
      SortedMap<String, String> hyperparameters,
      SortedMap<String, Double> metrics) {
    /** Copies the maps. */
    public Training {
      Objects.requireNonNull(dataName, "dataName");
      Objects.requireNonNull(dataDigest, "dataDigest");
      Objects.requireNonNull(rows, "rows");
      Objects.requireNonNull(commit, "commit");
      Objects.requireNonNull(workTree, "workTree");
      Objects.requireNonNull(runtime, "runtime");
      Objects.requireNonNull(os, "os");
      libraries = Collections.unmodifiableSortedMap(new TreeMap<>(libraries));
      hyperparameters = Collections.unmodifiableSortedMap(new TreeMap<>(hyperparameters));
      metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }
  }

  /**
   * Returns the export in a directory. Cost: every file is read and digested once.
   *
   * @param directory what the script wrote, with {@code mlops4j.json} in it
   * @return the export
   * @throws MlopsException if the format is unknown, a file is missing, too large, changed, or no
   *     plain file of that directory, or a document does not say what it must; names the file
   */
  public static ModelExport read(Path directory) {
    ExportDirectory found = ExportDirectory.read(Objects.requireNonNull(directory, "directory"));
    String name = found.text("name");
    if (!ObjectStore.KEY_PART.matcher(name).matches()) {
      throw found.bad(
          "its name is \"" + Text.printable(name, 64) + "\" (expected: a model's name)");
    }
    if (!found.text("modelFormat").equals(ONNX)) {
      throw found.bad(
          "the model has format "
              + Text.printable(found.text("modelFormat"), 32)
              + " (expected: onnx)");
    }
    Map<String, byte[]> models = found.models("." + ONNX);
    if (models.size() != 1) {
      throw found.bad("it has " + models.size() + " files ending in .onnx (expected: 1)");
    }
    Schema<Map<String, ?>> schema = schema(found, name);
    ModelFiles files =
        ModelFiles.of(ONNX, models)
            .withEncoding(InputEncoding.fromJson(found.require("encoding.json")))
            .withSignature(schema.fingerprint())
            .withGoldenRows(GoldenRows.fromJson(found.require("golden.json")))
            .withBaseline(Baseline.fromJson(found.require("baseline.json")));
    requireFits(found, files, schema);
    return new ModelExport(name, files, schema, training(found));
  }

  /** The documents must speak of the same features, before a row is encoded with them. */
  private static void requireFits(
      ExportDirectory found, ModelFiles files, Schema<Map<String, ?>> schema) {
    try {
      files.encoding().orElseThrow().bind(schema);
    } catch (MlopsException e) {
      throw found.bad("encoding.json does not fit signature.json: " + e.getMessage());
    }
    for (FeatureCells cells : files.baseline().orElseThrow().features()) {
      if (!schema.has(cells.feature())
          || schema.feature(cells.feature()).kind() != cells.kind()
          || schema.feature(cells.feature()).sensitive() != cells.sensitive()) {
        throw found.bad(
            "baseline.json describes "
                + cells.feature()
                + " otherwise than signature.json (kind or sensitivity)");
      }
    }
  }

  private static Schema<Map<String, ?>> schema(ExportDirectory found, String name) {
    ObjectNode json = found.json("signature.json");
    if (json.path("format").asInt() != 1 || !json.path("features").isArray()) {
      throw found.bad("signature.json is not of format 1 with a list of features");
    }
    MapSchemaBuilder builder = Schema.ofMap(name);
    List<String> sensitive = new ArrayList<>();
    try {
      for (JsonNode feature : json.path("features")) {
        String called = feature.path("name").asText();
        switch (feature.path("kind").asText()) {
          case "numeric" -> builder.numeric(called);
          case "categorical" -> builder.categorical(called);
          default ->
              throw new IllegalArgumentException(
                  "kind of "
                      + Text.printable(called, 64)
                      + ": "
                      + Text.printable(feature.path("kind").toString(), 32)
                      + " (expected: numeric, categorical)");
        }
        if (feature.path("sensitive").asBoolean(false)) {
          sensitive.add(called);
        }
      }
      Schema<Map<String, ?>> schema = builder.build();
      for (JsonNode feature : json.path("features")) {
        if (feature.path("domain").isArray()) {
          List<String> domain = new ArrayList<>();
          feature.path("domain").forEach(value -> domain.add(value.asText()));
          schema = schema.withDomain(feature.path("name").asText(), domain.toArray(String[]::new));
        }
      }
      schema = schema.withSensitive(sensitive.toArray(String[]::new));
      String said = json.path("fingerprint").asText();
      if (!said.equals(schema.fingerprint())) {
        throw new IllegalArgumentException(
            "its features have fingerprint "
                + schema.fingerprint().substring(0, 12)
                + "…, it says "
                + Text.printable(said, 12));
      }
      return schema;
    } catch (IllegalArgumentException e) {
      throw found.bad("signature.json: " + e.getMessage());
    }
  }

  private static Training training(ExportDirectory found) {
    ObjectNode json = found.json("training.json");
    JsonNode rows = json.path("data").path("rows");
    SortedMap<String, Double> metrics = new TreeMap<>();
    json.path("metrics")
        .properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isNumber()) {
                throw found.bad(
                    "training.json: metric "
                        + Text.printable(entry.getKey(), 64)
                        + " is not a number");
              }
              metrics.put(entry.getKey(), entry.getValue().doubleValue());
            });
    return new Training(
        known(json.path("data").path("name")),
        known(json.path("data").path("digest")),
        rows.canConvertToLong() && rows.longValue() >= 0
            ? OptionalLong.of(rows.longValue())
            : OptionalLong.empty(),
        known(json.path("code").path("commit")),
        known(json.path("code").path("workTree")),
        known(json.path("environment").path("python")),
        known(json.path("environment").path("os")),
        texts(json.path("libraries")),
        texts(json.path("hyperparameters")),
        metrics);
  }

  private static String known(JsonNode value) {
    return value.isTextual() ? Text.printable(value.textValue(), 256) : "UNKNOWN";
  }

  private static SortedMap<String, String> texts(JsonNode json) {
    SortedMap<String, String> result = new TreeMap<>();
    json.properties()
        .forEach(
            entry -> result.put(entry.getKey(), Text.printable(entry.getValue().asText(), 1_024)));
    return result;
  }

  /**
   * Returns what the model is called.
   *
   * @return a name a registry accepts
   */
  public String name() {
    return name;
  }

  /**
   * Returns the model's files, in memory, with its encoding, signature, golden rows and baseline.
   *
   * @return what a registry registers and a loader loads
   */
  public ModelFiles files() {
    return files;
  }

  /**
   * Returns the features the model was trained on, over rows that are maps. A record with the same
   * components in the same order has the same fingerprint.
   *
   * @return the schema, sensitive features marked
   */
  public Schema<Map<String, ?>> schema() {
    return schema;
  }

  /**
   * Returns what the training script says.
   *
   * @return for a registry's lineage
   */
  public Training training() {
    return training;
  }

  /** Returns the name and the features' names, never a value. */
  @Override
  public String toString() {
    return "ModelExport '" + name + "' " + schema;
  }
}
