package io.mlops4j.cli;

import picocli.CommandLine.Command;

/** Canary rollouts: what services do, and what a person may do about it. */
@Command(
    name = "rollout",
    mixinStandardHelpOptions = true,
    description = "Shows, starts, pauses, resumes and aborts canary rollouts.",
    subcommands = {
      RolloutStatusCommand.class,
      RolloutStartCommand.class,
      RolloutActCommand.Pause.class,
      RolloutActCommand.Resume.class,
      RolloutActCommand.Abort.class
    })
final class RolloutCommand {}
