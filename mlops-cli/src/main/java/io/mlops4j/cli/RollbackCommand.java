package io.mlops4j.cli;

import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Returns to the champion before. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description =
        "Returns production to the champion before this one, after verifying all its bytes. Needs no"
            + " gate, works while promotions are frozen, and stays visible in the log.")
final class RollbackCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
  String reason = "";

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.writing()) {
      var handle = target.model(registry, model);
      String before = handle.champion().map(c -> c.version().toString()).orElse("no champion");
      RegisteredVersion<?, ?> now;
      try {
        now = handle.rollback(reason);
      } catch (IntegrityException e) {
        throw e;
      } catch (MlopsException e) {
        throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
      }
      var json = Json.object();
      json.put("champion", now.version().toString());
      json.put("withdrawn", before);
      json.put("reason", reason);
      return Outcome.passed(
          json,
          Report.titled("Rollback of " + model)
              .add(
                  Callout.warning(
                      now.version()
                          + " is the champion again instead of "
                          + before
                          + ": "
                          + reason)));
    }
  }
}
