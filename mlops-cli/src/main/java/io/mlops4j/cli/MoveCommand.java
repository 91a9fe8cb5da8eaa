package io.mlops4j.cli;

import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.registry.IntegrityException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves a version by name; never to production. */
@Command(
    name = "move",
    mixinStandardHelpOptions = true,
    description = "Moves a version to staging, validation, archived or rejected (for ever).")
final class MoveCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(index = "1", paramLabel = "VERSION", description = "A version's number or latest.")
  String which = "";

  @Parameters(
      index = "2",
      paramLabel = "STAGE",
      description = "staging, validation, archived or rejected.")
  To to = To.STAGING;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why; needed for archived and rejected.")
  String reason = "";

  /** Where a person may move a version. */
  enum To {
    STAGING,
    VALIDATION,
    ARCHIVED,
    REJECTED
  }

  @Override
  Outcome run() {
    if (reason.isBlank() && (to == To.ARCHIVED || to == To.REJECTED)) {
      throw new CliException(
          ExitCode.USAGE, "Why? It is written into the log for good. Add --reason TEXT.");
    }
    try (ModelRegistry registry = target.writing()) {
      var handle = target.model(registry, model);
      RegisteredVersion<?, ?> version = Target.version(handle, which);
      RegisteredVersion<?, ?> moved = move(handle, version.number());
      var json = Json.object();
      json.put("version", moved.version().toString());
      json.put("from", version.stage().name());
      json.put("stage", moved.stage().name());
      return Outcome.passed(
          json,
          Report.titled(moved.version().toString())
              .add(
                  Callout.info(
                      moved.version()
                          + " went from "
                          + version.stage()
                          + " to "
                          + moved.stage()
                          + ".")));
    }
  }

  private RegisteredVersion<?, ?> move(RegisteredModel<Map<String, ?>, Double> handle, int number) {
    try {
      return switch (to) {
        case STAGING -> handle.stage(number);
        case VALIDATION -> handle.validate(number);
        case ARCHIVED -> handle.archive(number, reason);
        case REJECTED -> handle.reject(number, reason);
      };
    } catch (IntegrityException e) {
      throw e;
    } catch (MlopsException e) {
      throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
    }
  }
}
