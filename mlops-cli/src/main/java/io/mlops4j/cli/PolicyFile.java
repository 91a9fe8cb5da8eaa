package io.mlops4j.cli;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.GatePolicy.WithoutChampion;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A policy that is kept in a repository beside the training code. docs/cli.md has the format.
 *
 * @param policy the gates
 * @param plan what an evaluation measures
 * @param metrics what gates and plan name
 */
record PolicyFile(GatePolicy policy, Plan plan, List<Metric> metrics) {
  private static final int FORMAT = 1;

  static PolicyFile read(Path file) {
    JsonAt root =
        JsonAt.read(file)
            .keys("format", "name", "gates", "minRows", "withoutChampion", "dataset", "evaluation");
    if (root.get("format").count() != FORMAT) {
      throw root.get("format")
          .bad(root.get("format").count() + " (expected: " + FORMAT + "; update mlops-cli?).");
    }
    GateReader reader = new GateReader();
    List<Gate> gates = root.get("gates").list().stream().map(at -> at.as(reader::gate)).toList();
    if (gates.isEmpty()) {
      throw root.get("gates").bad("an empty list lets everything pass. Require at least one gate.");
    }
    long minRows = root.find("minRows").map(JsonAt::count).orElse(100L);
    WithoutChampion rule =
        root.find("withoutChampion").map(PolicyFile::rule).orElse(WithoutChampion.VALUE_GATES_ONLY);
    Optional<String> dataset = root.find("dataset").map(JsonAt::text);
    GatePolicy policy =
        root.as(at -> new GatePolicy(at.get("name").text(), gates, minRows, rule, dataset));
    Plan plan = root.find("evaluation").map(at -> Plan.of(at, reader)).orElse(Plan.NONE);
    return new PolicyFile(policy, plan, List.copyOf(reader.metrics()));
  }

  private static WithoutChampion rule(JsonAt at) {
    return switch (at.text()) {
      case "value-gates-only" -> WithoutChampion.VALUE_GATES_ONLY;
      case "block" -> WithoutChampion.BLOCK;
      default -> throw at.bad("\"" + at.text() + "\" (expected: value-gates-only or block).");
    };
  }
}
