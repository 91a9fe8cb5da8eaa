package io.mlops4j.cli;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.registry.Stage;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a version the champion if its gates pass. */
@Command(
    name = "promote",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a version the champion if every gate of a policy passes. A refusal is stored, too.",
      "A version in NONE or STAGING is moved to VALIDATION first.",
      "Exits with 0 if it is champion now, 10 if a gate failed, 11 if the evidence does not tell,"
          + " 12 if promotions are frozen, the champion is another one or the stage does not allow"
          + " it."
    })
final class PromoteCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(index = "1", paramLabel = "VERSION", description = "A version's number or latest.")
  String which = "";

  @Option(names = "--policy", required = true, paramLabel = "FILE", description = "The gates.")
  Path policy = Path.of("");

  @Option(
      names = "--if-champion",
      paramLabel = "VERSION",
      description = "Only if the champion is this version (none: only if there is no champion).")
  @Nullable String expected;

  @Override
  Outcome run() {
    PolicyFile file = PolicyFile.read(policy);
    try (ModelRegistry registry = target.writing()) {
      var handle = target.model(registry, model);
      RegisteredVersion<?, ?> version = Target.version(handle, which);
      requireChampion(handle);
      requireNotFrozen(handle, version);
      Stage stage = version.stage();
      if (stage == Stage.NONE) {
        handle.stage(version.number());
      }
      if (stage == Stage.NONE || stage == Stage.STAGING) {
        handle.validate(version.number());
      } else if (stage != Stage.VALIDATION) {
        throw new CliException(
            ExitCode.REFUSED,
            version.version()
                + " is in "
                + stage
                + (stage == Stage.PRODUCTION
                    ? " already: it is the champion."
                    : stage.equals(Stage.ARCHIVED)
                        ? ". Bring it back first: mlops move " + model + " " + which + " staging."
                        : ", for ever. Register the model again."));
      }
      return Decisions.acted(handle.promote(version.number(), file.policy()));
    }
  }

  private void requireChampion(RegisteredModel<Map<String, ?>, Double> handle) {
    if (expected == null) {
      return;
    }
    String now = handle.champion().map(c -> Integer.toString(c.number())).orElse("none");
    if (!now.equals(expected)) {
      throw new CliException(
          ExitCode.REFUSED,
          "Stale: the champion of "
              + model
              + " is "
              + now
              + ", not "
              + expected
              + ". Evaluate against the present champion and decide again.");
    }
  }

  /** Before the version is moved, so that a refusal writes nothing; promote looks once more. */
  private static void requireNotFrozen(
      RegisteredModel<?, ?> handle, RegisteredVersion<?, ?> version) {
    handle
        .promotionFreeze()
        .ifPresent(
            freeze -> {
              throw new CliException(
                  ExitCode.REFUSED,
                  version.version()
                      + " was not promoted: promotions are frozen since "
                      + freeze.since()
                      + " by "
                      + freeze.actor()
                      + " ("
                      + freeze.reason()
                      + "). Run 'mlops unfreeze "
                      + handle.name()
                      + "' first; rollback works meanwhile.");
            });
  }
}
