package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.core.Json;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sets two versions side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Sets two versions side by side: what was measured on the same rows, and what is different"
          + " in where they come from.",
      "For a decision, use decide: numbers side by side do not say what is chance."
    })
final class CompareCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(index = "1", paramLabel = "VERSION", description = "A number, latest or champion.")
  String first = "";

  @Parameters(index = "2", paramLabel = "VERSION", description = "A number, latest or champion.")
  String second = "";

  /** Reports of two versions about the same rows. */
  private record Pair(EvaluationReport first, EvaluationReport second) {}

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      var handle = target.model(registry, model);
      RegisteredVersion<?, ?> a = Target.version(handle, first);
      RegisteredVersion<?, ?> b = Target.version(handle, second);
      Pair pair =
          pair(a, b)
              .orElseThrow(
                  () ->
                      new CliException(
                          ExitCode.NOT_FOUND,
                          a.version()
                              + " and "
                              + b.version()
                              + " were never evaluated on the same rows by the same evaluator ("
                              + a.evaluations().size()
                              + " and "
                              + b.evaluations().size()
                              + " evaluations). Run mlops evaluate for both on one file."));
      var json = Json.object();
      json.put("first", a.version().toString());
      json.put("second", b.version().toString());
      json.put("dataset", pair.first().datasetName());
      json.put("datasetDigest", pair.first().datasetDigest());
      json.put("rows", pair.first().rows());
      Table metrics = metrics(pair, a, b, json.putArray("metrics"));
      Table lineage = lineage(a.lineage(), b.lineage(), a, b, json.putArray("differences"));
      return Outcome.passed(
          json,
          Report.titled(a.version() + " and " + b.version())
              .subtitle(pair.first().rows() + " rows of " + pair.first().datasetName())
              .add(metrics, Section.titled("What is different").add(lineage)));
    }
  }

  /** The newest of the first that the second has a counterpart of. */
  private static Optional<Pair> pair(RegisteredVersion<?, ?> a, RegisteredVersion<?, ?> b) {
    List<EvaluationReport> ours = a.evaluations();
    List<EvaluationReport> theirs = b.evaluations();
    for (int i = ours.size() - 1; i >= 0; i--) {
      for (int j = theirs.size() - 1; j >= 0; j--) {
        if (ours.get(i).whyNotComparable(theirs.get(j)).isEmpty()) {
          return Optional.of(new Pair(ours.get(i), theirs.get(j)));
        }
      }
    }
    return Optional.empty();
  }

  private static Table metrics(
      Pair pair, RegisteredVersion<?, ?> a, RegisteredVersion<?, ?> b, ArrayNode json) {
    Table table =
        Table.of("metric", a.version().toString(), b.version().toString(), "gain of the first");
    for (Metric metric : pair.first().metrics().keySet()) {
      OptionalDouble ours = pair.first().value(metric).number();
      OptionalDouble theirs = pair.second().value(metric).number();
      ObjectNode node = json.addObject();
      node.put("metric", metric.id());
      ours.ifPresent(value -> node.put("first", value));
      theirs.ifPresent(value -> node.put("second", value));
      @Nullable Double gain = null;
      if (ours.isPresent() && theirs.isPresent()) {
        gain = metric.direction().gain(ours.getAsDouble(), theirs.getAsDouble());
        node.put("gain", gain);
      }
      table = table.row(metric.id(), boxed(ours), boxed(theirs), gain);
    }
    return table;
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static Table lineage(
      Lineage ours,
      Lineage theirs,
      RegisteredVersion<?, ?> a,
      RegisteredVersion<?, ?> b,
      ArrayNode json) {
    Table table = Table.of("what", a.version().toString(), b.version().toString());
    Map<String, String> first = facts(ours, a);
    Map<String, String> second = facts(theirs, b);
    Set<String> keys = new TreeSet<>(first.keySet());
    keys.addAll(second.keySet());
    List<String> order = new ArrayList<>(keys);
    for (String key : order) {
      @Nullable String one = first.get(key);
      @Nullable String other = second.get(key);
      if (!Objects.equals(one, other)) {
        table = table.row(key, one, other);
        ObjectNode node = json.addObject();
        node.put("what", key);
        node.put("first", one);
        node.put("second", other);
      }
    }
    return table;
  }

  private static Map<String, String> facts(Lineage lineage, RegisteredVersion<?, ?> version) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("training data", lineage.data().name());
    facts.put("training data digest", EvaluateAnswer.shortened(lineage.data().digest()));
    facts.put("code", lineage.code().commit() + " " + lineage.code().workTree());
    facts.put("runtime", lineage.environment().jvm());
    facts.put("stage", version.stage().name());
    version
        .digests()
        .forEach((file, digest) -> facts.put("file " + file, EvaluateAnswer.shortened(digest)));
    lineage.hyperparameters().forEach((name, value) -> facts.put("parameter " + name, value));
    lineage.tags().forEach((name, value) -> facts.put("tag " + name, value));
    return facts;
  }
}
