package io.mlops4j.cli;

import io.mlops4j.core.MlopsException;
import io.mlops4j.delivery.RolloutLog;
import io.mlops4j.registry.ModelRegistry;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a person may do to a rollout that is under way. */
abstract class RolloutActCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
  String reason = "";

  abstract void act(RolloutLog log, String actor, Instant at);

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.writing()) {
      target.model(registry, model);
      RolloutLog log = RolloutLog.of(target.store(), model);
      try {
        act(log, RolloutAnswer.actor(target), Instant.now());
      } catch (MlopsException e) {
        throw new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
      }
      return Outcome.passed(RolloutAnswer.json(log), log.report());
    }
  }

  /** Stays at the present step. */
  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Lets a rollout stay at its step. A rollback stays armed.")
  static final class Pause extends RolloutActCommand {
    @Override
    void act(RolloutLog log, String actor, Instant at) {
      log.pause(reason, actor, at);
    }
  }

  /** Goes on. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a paused rollout go on.")
  static final class Resume extends RolloutActCommand {
    @Override
    void act(RolloutLog log, String actor, Instant at) {
      log.resume(reason, actor, at);
    }
  }

  /** Back to the champion. */
  @Command(
      name = "abort",
      mixinStandardHelpOptions = true,
      description =
          "Ends a rollout: services answer with the champion again, within their interval.")
  static final class Abort extends RolloutActCommand {
    @Override
    void act(RolloutLog log, String actor, Instant at) {
      log.abort(reason, actor, at);
    }
  }
}
