package io.mlops4j.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Digests;
import io.mlops4j.core.Json;
import io.mlops4j.registry.CanServe.Answer;
import io.mlops4j.registry.GateResult.Verdict;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The live instances at one moment, and a candidate they should be able to serve. */
record FleetEvidence(Servable candidate, List<FleetInstance> instances) {
  /** As many instances as a person reads about. */
  private static final int NAMED = 10;

  FleetEvidence {
    instances = List.copyOf(instances);
  }

  byte[] toJson() {
    ObjectNode json = Json.object();
    json.put("v", LogRecord.FORMAT);
    json.put("model", candidate.version().model());
    var array = json.putArray("fleet");
    instances.forEach(instance -> array.add(Announced.toJson(instance)));
    return Json.canonical(json);
  }

  String digest() {
    return Digests.sha256(toJson());
  }

  GateResult judge(Gate gate) {
    List<CanServe> answers = instances.stream().map(candidate::by).toList();
    List<String> no = sentences(answers, Answer.NO);
    List<String> unknown = sentences(answers, Answer.UNKNOWN);
    int yes = answers.size() - no.size() - unknown.size();
    String observed =
        answers.isEmpty()
            ? "no live instance"
            : yes + " of " + answers.size() + " live instances can serve it";
    if (!no.isEmpty()) {
      return result(gate, Verdict.FAIL, observed, named(no));
    }
    if (!unknown.isEmpty()) {
      return result(gate, Verdict.INCONCLUSIVE, observed, named(unknown));
    }
    return answers.isEmpty()
        ? result(
            gate,
            Verdict.INCONCLUSIVE,
            observed,
            "No live instance has announced itself, so nobody can tell who could serve "
                + candidate.version()
                + ". Let instances call announce(...), or leave this gate out.")
        : result(
            gate,
            Verdict.PASS,
            observed,
            "Every live instance (" + yes + ") can serve " + candidate.version() + ".");
  }

  private static List<String> sentences(List<CanServe> answers, Answer wanted) {
    return answers.stream().filter(a -> a.answer() == wanted).map(CanServe::sentence).toList();
  }

  private static String named(List<String> sentences) {
    String shown = sentences.stream().limit(NAMED).collect(Collectors.joining(" "));
    return sentences.size() > NAMED
        ? shown + " And " + (sentences.size() - NAMED) + " more instances."
        : shown;
  }

  private static GateResult result(Gate gate, Verdict verdict, String observed, String sentence) {
    return new GateResult(
        gate.subject(),
        verdict,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        observed,
        gate.requirement(),
        sentence);
  }
}
