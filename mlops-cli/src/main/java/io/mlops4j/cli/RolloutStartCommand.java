package io.mlops4j.cli;

import io.mlops4j.core.MlopsException;
import io.mlops4j.delivery.RolloutLog;
import io.mlops4j.registry.ModelRegistry;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks the services for a rollout. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description =
        "Asks for the rollout of a version. The services that serve the model start it, by their"
            + " plan, within their interval; one that is under way is ended first.")
final class RolloutStartCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(index = "1", paramLabel = "VERSION", description = "A number or latest.")
  String version = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; begins with 'again:' to offer a version that was rolled back before.")
  String reason = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.writing()) {
      var candidate = Target.version(target.model(registry, model), version).version();
      RolloutLog log = RolloutLog.of(target.store(), model);
      try {
        log.request(candidate, reason, RolloutAnswer.actor(target), Instant.now());
      } catch (MlopsException e) {
        throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
      }
      return Outcome.passed(RolloutAnswer.json(log), log.report());
    }
  }
}
