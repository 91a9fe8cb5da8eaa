package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Block;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one version. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a version: stage, files, where it comes from, what was measured.")
final class ShowCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "A version's number, latest or champion.")
  String which = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      RegisteredVersion<?, ?> version = Target.version(target.model(registry, model), which);
      ModelArtifact artifact = version.artifact();
      Lineage lineage = version.lineage();
      List<EvaluationReport> reports = version.evaluations();
      var json = Json.object();
      json.put("version", version.version().toString());
      json.put("stage", version.stage().name());
      json.put("modelFormat", artifact.format());
      artifact.signature().ifPresent(signature -> json.put("signature", signature));
      var files = json.putObject("files");
      version.digests().forEach(files::put);
      json.set("lineage", lineage(lineage));
      ArrayNode evaluations = json.putArray("evaluations");
      reports.forEach(report -> evaluations.add(EvaluateAnswer.json(report)));
      List<CheckEvidence> recorded = version.checks();
      ArrayNode checks = json.putArray("checks");
      recorded.forEach(check -> checks.add(json(check)));
      Report page = page(version, artifact, lineage, reports);
      return Outcome.passed(json, recorded.isEmpty() ? page : page.add(checks(recorded)));
    }
  }

  private static ObjectNode lineage(Lineage lineage) {
    var json = Json.object();
    json.put("data", lineage.data().name());
    json.put("dataDigest", lineage.data().digest());
    lineage.data().rows().ifPresent(rows -> json.put("dataRows", rows));
    json.put("commit", lineage.code().commit());
    json.put("workTree", lineage.code().workTree().name());
    json.put("runtime", lineage.environment().jvm());
    json.put("createdBy", lineage.createdBy());
    lineage.createdAt().ifPresent(at -> json.put("createdAt", at.toString()));
    var parameters = json.putObject("hyperparameters");
    lineage.hyperparameters().forEach(parameters::put);
    var metrics = json.putObject("trainingMetrics");
    lineage.metrics().forEach(metrics::put);
    var tags = json.putObject("tags");
    lineage.tags().forEach(tags::put);
    ArrayNode parents = json.putArray("parents");
    lineage.parents().forEach(parent -> parents.add(parent.toString()));
    return json;
  }

  private static ObjectNode json(CheckEvidence check) {
    var json = Json.object();
    json.put("name", check.name());
    json.put("outcome", check.outcome().name());
    json.put("sentence", check.sentence());
    check.data().ifPresent(digest -> json.put("data", digest));
    check.suite().ifPresent(suite -> json.put("suite", suite));
    json.put("at", check.at().toString());
    json.put("evidence", check.digest());
    return json;
  }

  private static Section checks(List<CheckEvidence> recorded) {
    Table checks = Table.of("checked", "name", "outcome", "suite", "sentence", "evidence");
    for (CheckEvidence check : recorded) {
      checks =
          checks.row(
              check.at(),
              check.name(),
              check.outcome(),
              check.suite().map(EvaluateAnswer::shortened).orElse(null),
              check.sentence(),
              EvaluateAnswer.shortened(check.digest()));
    }
    return Section.titled("Checks").add(checks);
  }

  private static Report page(
      RegisteredVersion<?, ?> version,
      ModelArtifact artifact,
      Lineage lineage,
      List<EvaluationReport> reports) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        KeyValues.of("Stage", version.stage())
            .and("Format", artifact.format())
            .and("Signature", artifact.signature().map(EvaluateAnswer::shortened).orElse(null))
            .and("Trained on", lineage.data().name())
            .and("Data digest", EvaluateAnswer.shortened(lineage.data().digest()))
            .and("Code", lineage.code().commit() + " " + lineage.code().workTree())
            .and("Runtime", lineage.environment().jvm())
            .and("Registered", lineage.createdAt().orElse(null))
            .and("By", lineage.createdBy()));
    Table files = Table.of("file", "SHA-256");
    for (var file : version.digests().entrySet()) {
      files = files.row(file.getKey(), file.getValue());
    }
    blocks.add(Section.titled("Files").add(files));
    if (!lineage.hyperparameters().isEmpty()) {
      Table parameters = Table.of("hyperparameter", "value");
      for (var parameter : lineage.hyperparameters().entrySet()) {
        parameters = parameters.row(parameter.getKey(), parameter.getValue());
      }
      blocks.add(Section.titled("Hyperparameters").add(parameters));
    }
    Table evaluations = Table.of("evaluated", "rows", "data", "first metric", "value", "evidence");
    for (EvaluationReport report : reports) {
      var first = report.metrics().entrySet().stream().findFirst();
      evaluations =
          evaluations.row(
              report.evaluatedAt(),
              report.rows(),
              report.datasetName(),
              first.map(e -> e.getKey().id()).orElse(null),
              first
                  .filter(e -> e.getValue().number().isPresent())
                  .map(e -> e.getValue().number().getAsDouble())
                  .orElse(null),
              EvaluateAnswer.shortened(report.digest()));
    }
    blocks.add(Section.titled("Evaluations").add(evaluations));
    return Report.titled(version.version().toString()).add(blocks.toArray(Block[]::new));
  }
}
