package io.mlops4j.cli;

import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Gate;
import io.mlops4j.registry.GatePolicy;
import io.mlops4j.registry.GatePolicy.WithoutChampion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
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
            .keys(
                "format",
                "name",
                "gates",
                "minRows",
                "withoutChampion",
                "dataset",
                "validFor",
                "approvals",
                "registrantMayApprove",
                "override",
                "maxOverlap",
                "disjointRows",
                "evaluation");
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
        terms(
            root,
            root.as(at -> new GatePolicy(at.get("name").text(), gates, minRows, rule, dataset)));
    Plan plan = root.find("evaluation").map(at -> Plan.of(at, reader)).orElse(Plan.NONE);
    return new PolicyFile(policy, plan, List.copyOf(reader.metrics()));
  }

  private static GatePolicy terms(JsonAt root, GatePolicy policy) {
    GatePolicy result = policy;
    Optional<JsonAt> validFor = root.find("validFor");
    if (validFor.isPresent()) {
      GatePolicy before = result;
      result = validFor.get().as(at -> before.validFor(duration(at)));
    }
    for (JsonAt approval : root.find("approvals").map(JsonAt::list).orElse(List.of())) {
      approval.keys("role", "count");
      GatePolicy before = result;
      long count = approval.find("count").map(JsonAt::count).orElse(1L);
      result =
          approval.as(at -> before.requireApproval(at.get("role").text(), Math.toIntExact(count)));
    }
    if (root.find("registrantMayApprove").map(JsonAt::flag).orElse(false)) {
      result = result.allowApprovalByRegistrant();
    }
    if (root.find("override").map(JsonAt::flag).orElse(false)) {
      result = result.allowOverride();
    }
    Optional<JsonAt> overlap = root.find("maxOverlap");
    if (overlap.isPresent()) {
      GatePolicy before = result;
      result = overlap.get().as(at -> before.withMaxOverlap(at.number()));
    }
    return root.find("disjointRows").map(JsonAt::flag).orElse(false)
        ? result.requireDisjointRows()
        : result;
  }

  private static Duration duration(JsonAt at) {
    try {
      return Duration.parse(at.text());
    } catch (DateTimeParseException e) {
      throw at.bad("\"" + at.text() + "\" (expected: a duration such as P2D or PT6H).");
    }
  }

  private static WithoutChampion rule(JsonAt at) {
    return switch (at.text()) {
      case "value-gates-only" -> WithoutChampion.VALUE_GATES_ONLY;
      case "block" -> WithoutChampion.BLOCK;
      default -> throw at.bad("\"" + at.text() + "\" (expected: value-gates-only or block).");
    };
  }
}
