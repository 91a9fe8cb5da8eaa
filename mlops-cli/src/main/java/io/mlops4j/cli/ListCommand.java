package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists models, or the versions of one. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the models, or the versions of one model.")
final class ListCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "One model.")
  @Nullable String model;

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      return model == null ? models(registry) : versions(target.model(registry, model));
    }
  }

  private Outcome models(ModelRegistry registry) {
    var json = Json.object();
    ArrayNode models = json.putArray("models");
    Table table = Table.of("model", "versions", "champion", "frozen");
    for (String name : registry.models()) {
      RegisteredModel<Map<String, ?>, Double> handle = registry.model(name);
      int versions = handle.versions().size();
      @Nullable Integer champion = handle.champion().map(RegisteredVersion::number).orElse(null);
      boolean frozen = handle.promotionFreeze().isPresent();
      table = table.row(name, versions, champion, frozen);
      ObjectNode node = models.addObject();
      node.put("model", name);
      node.put("versions", versions);
      node.put("frozen", frozen);
      if (champion != null) {
        node.put("champion", champion);
      }
    }
    return Outcome.passed(json, Report.titled("Models in " + target.shown()).add(table));
  }

  private static Outcome versions(RegisteredModel<Map<String, ?>, Double> handle) {
    var json = Json.object();
    json.put("model", handle.name());
    handle.promotionFreeze().ifPresent(freeze -> json.put("frozen", freeze.reason()));
    ArrayNode versions = json.putArray("versions");
    Table table = Table.of("version", "stage", "evaluations", "trained on", "registered", "by");
    for (RegisteredVersion<?, ?> version : handle.versions()) {
      Lineage lineage = version.lineage();
      table =
          table.row(
              version.number(),
              version.stage(),
              version.evaluations().size(),
              lineage.data().name(),
              lineage.createdAt().orElse(null),
              lineage.createdBy());
      ObjectNode node = versions.addObject();
      node.put("number", version.number());
      node.put("stage", version.stage().name());
      node.put("evaluations", version.evaluations().size());
      node.put("data", lineage.data().name());
      node.put("createdBy", lineage.createdBy());
      lineage.createdAt().ifPresent(at -> node.put("createdAt", at.toString()));
    }
    return Outcome.passed(json, Report.titled("Versions of " + handle.name()).add(table));
  }
}
