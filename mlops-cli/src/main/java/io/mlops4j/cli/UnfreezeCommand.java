package io.mlops4j.cli;

import io.mlops4j.core.Json;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets promotions go on. */
@Command(name = "unfreeze", mixinStandardHelpOptions = true, description = "Lets promotions go on.")
final class UnfreezeCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
  String reason = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.writing()) {
      boolean was = target.model(registry, model).unfreezePromotions(reason);
      var json = Json.object();
      json.put("frozen", false);
      json.put("wasFrozen", was);
      return Outcome.passed(
          json,
          Report.titled("Freeze of " + model)
              .add(
                  Callout.info(
                      was
                          ? "Promotions of " + model + " go on."
                          : "Promotions of " + model + " were not frozen; nothing was written.")));
    }
  }
}
