package io.mlops4j.cli;

import io.mlops4j.core.Json;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PromotionFreeze;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds promotions. */
@Command(
    name = "freeze",
    mixinStandardHelpOptions = true,
    description = "Lets nothing be promoted, by any process, until unfreeze. Rollback goes on.")
final class FreezeCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
  String reason = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.writing()) {
      PromotionFreeze freeze = target.model(registry, model).freezePromotions(reason);
      var json = Json.object();
      json.put("frozen", true);
      json.put("by", freeze.actor());
      json.put("since", freeze.since().toString());
      json.put("reason", freeze.reason());
      return Outcome.passed(
          json,
          Report.titled("Freeze of " + model)
              .add(
                  Callout.warning(
                      "Promotions of "
                          + model
                          + " are frozen by "
                          + freeze.actor()
                          + ": "
                          + freeze.reason())));
    }
  }
}
