package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Problem;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads everything again. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Reads every object of every model again and says what is damaged, missing or rewritten.",
      "Exits with 0 if nothing is, 22 otherwise."
    })
final class VerifyCommand extends Operation {
  @Mixin final Target target = new Target();

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      List<Problem> problems = registry.verify();
      int models = registry.models().size();
      var json = Json.object();
      json.put("models", models);
      ArrayNode array = json.putArray("problems");
      Table table = Table.of("where", "what");
      for (Problem problem : problems) {
        ObjectNode node = array.addObject();
        node.put("where", problem.where());
        node.put("what", problem.what());
        table = table.row(problem.where(), problem.what());
      }
      Report report = Report.titled("Verification of " + target.shown());
      return problems.isEmpty()
          ? Outcome.passed(
              json,
              report.add(
                  Callout.pass(
                      "Every object of " + models + " models is what was stored; the logs chain.")))
          : new Outcome(
              ExitCode.INTEGRITY,
              json,
              report.add(
                  Callout.fail(problems.size() + " objects are not what was stored."), table));
    }
  }
}
