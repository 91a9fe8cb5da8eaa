package io.mlops4j.cli;

import io.mlops4j.delivery.RolloutLog;
import io.mlops4j.registry.ModelRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says where the last rollout of a model stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Says where the last rollout of a model stands, with its evidence and its log.",
      "Exits with 0 if it was promoted, 10 if it was rolled back, 11 while it is under way, 12 if"
          + " it was aborted, 20 if there has been none."
    })
final class RolloutStatusCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      target.model(registry, model);
      RolloutLog log = RolloutLog.of(target.store(), model);
      var status = log.status();
      return new Outcome(RolloutAnswer.code(status), RolloutAnswer.json(log), log.report());
    }
  }
}
