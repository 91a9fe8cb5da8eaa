package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.registry.GateDecision;
import io.mlops4j.registry.GateResult;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.Locale;

/** What {@code decide} and {@code promote} say. */
final class Decisions {
  private Decisions() {}

  /** Of a dry run. */
  static Outcome of(GateDecision decision) {
    return of(decision, code(decision.verdict()));
  }

  /** Of a promotion: what did not become champion is never a success, whatever its gates say. */
  static Outcome acted(GateDecision decision) {
    ExitCode code = code(decision.verdict());
    boolean held = code == ExitCode.PASSED && !decision.promoted();
    return of(decision, held ? ExitCode.REFUSED : code);
  }

  private static Outcome of(GateDecision decision, ExitCode code) {
    // Line by line: a table would cut the sentences.
    return new Outcome(code, json(decision), decision.toReport()).withText(decision + "\n");
  }

  /** Whatever is neither a pass nor a failure does not tell. */
  private static ExitCode code(Verdict verdict) {
    if (verdict == Verdict.PASS) {
      return ExitCode.PASSED;
    }
    return verdict == Verdict.FAIL ? ExitCode.FAILED : ExitCode.INCONCLUSIVE;
  }

  static ObjectNode json(GateDecision decision) {
    ObjectNode json = Json.object();
    json.put("candidate", decision.candidate().toString());
    decision.champion().ifPresent(champion -> json.put("champion", champion.toString()));
    json.put("policy", decision.policyName());
    json.put("policyDigest", decision.policyDigest());
    json.put("verdict", word(decision.verdict()));
    json.put("promoted", decision.promoted());
    json.put("decision", decision.digest());
    json.put("decidedAt", decision.decidedAt().toString());
    ArrayNode evidence = json.putArray("evidence");
    decision.evidence().forEach(evidence::add);
    ArrayNode gates = json.putArray("gates");
    for (GateResult result : decision.results()) {
      ObjectNode gate = gates.addObject();
      gate.put("subject", result.metric());
      gate.put("verdict", word(result.verdict()));
      gate.put("observed", result.observed());
      gate.put("required", result.required());
      gate.put("sentence", result.sentence());
      result.candidate().ifPresent(value -> gate.put("candidate", value));
      result.champion().ifPresent(value -> gate.put("champion", value));
    }
    return json;
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
