package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.Gate;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Table;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads a policy file and says what it asks for. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Checks a policy file and says what its gates ask for. Needs no registry.")
final class PolicyCommand extends Operation {
  @Parameters(index = "0", paramLabel = "FILE", description = "The policy.")
  Path policy = Path.of("");

  @Override
  Outcome run() {
    PolicyFile file = PolicyFile.read(policy);
    var json = Json.object();
    json.put("name", file.policy().name());
    json.put("policyDigest", file.policy().digest());
    json.put("minRows", file.policy().minRows());
    ArrayNode gates = json.putArray("gates");
    Table table = Table.of("gate", "asks for");
    for (Gate gate : file.policy().gates()) {
      ObjectNode node = gates.addObject();
      node.put("subject", gate.subject());
      node.put("requirement", gate.requirement());
      table = table.row(gate.subject(), gate.requirement());
    }
    return Outcome.passed(
        json,
        Report.titled("Policy " + file.policy().name())
            .add(
                KeyValues.of("Digest", EvaluateAnswer.shortened(file.policy().digest()))
                    .and("Rows needed", file.policy().minRows())
                    .and("Without a champion", Decisions.word(file.policy().withoutChampion())),
                table));
  }
}
