package io.mlops4j.cli;

import io.mlops4j.registry.ModelRegistry;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what a policy would say. */
@Command(
    name = "decide",
    mixinStandardHelpOptions = true,
    description = {
      "Says what a policy says about a version against the champion, and changes nothing.",
      "Exits with 0 if every gate passes, 10 if one fails, 11 if the evidence does not tell."
    })
final class DecideCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "A version's number, latest or champion.")
  String which = "";

  @Option(names = "--policy", required = true, paramLabel = "FILE", description = "The gates.")
  Path policy = Path.of("");

  @Override
  Outcome run() {
    PolicyFile file = PolicyFile.read(policy);
    try (ModelRegistry registry = target.reading()) {
      var handle = target.model(registry, model);
      return Decisions.of(handle.decide(Target.version(handle, which).number(), file.policy()));
    }
  }
}
