package io.mlops4j.cli;

import io.mlops4j.core.Schema;
import io.mlops4j.evaluation.BinaryEvaluation;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.evaluation.Fairness;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.RegressionEvaluation;
import io.mlops4j.evaluation.Slicing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an evaluation measures: the {@code evaluation} part of a policy file.
 *
 * @param task binary or regression
 * @param label the column of the truth
 * @param positive the text that is 1
 * @param metrics beside the standard ones and those of the gates
 * @param columns read beside the features, for slices and groups
 * @param slices how rows are divided
 * @param fairness between which groups
 * @param churnAt from which score on a decision is positive
 */
record Plan(
    Optional<Task> task,
    Optional<String> label,
    Optional<String> positive,
    List<Metric> metrics,
    List<Column> columns,
    List<Cut> slices,
    List<Groups> fairness,
    double churnAt) {
  static final Plan NONE =
      new Plan(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          0.5);

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** What kind of answers the model gives. */
  enum Task {
    BINARY,
    REGRESSION
  }

  /** Slices by one feature. */
  record Cut(JsonAt at, String by, List<Double> edges, Optional<Long> minRows) {
    static Cut of(JsonAt at) {
      at.keys("by", "edges", "minRows");
      return new Cut(
          at,
          at.get("by").text(),
          at.find("edges").map(JsonAt::numbers).orElse(List.of()),
          at.find("minRows").map(JsonAt::count));
    }

    Slicing<Map<String, ?>> slicing(Schema<Map<String, ?>> schema) {
      return at.as(
          place -> {
            Slicing<Map<String, ?>> slicing = Slicing.by(schema, by, array(edges));
            return minRows.map(slicing::withMinRows).orElse(slicing);
          });
    }
  }

  /** Groups by one feature, and which decision is favourable. */
  record Groups(
      JsonAt at,
      String by,
      List<Double> edges,
      boolean below,
      double threshold,
      Optional<Long> minGroupSize,
      Optional<String> reference) {
    static Groups of(JsonAt at) {
      String kind = at.oneOf("selectedAtLeast", "selectedBelow");
      at.keys("by", "edges", kind, "minGroupSize", "reference");
      return new Groups(
          at,
          at.get("by").text(),
          at.find("edges").map(JsonAt::numbers).orElse(List.of()),
          kind.equals("selectedBelow"),
          at.get(kind).number(),
          at.find("minGroupSize").map(JsonAt::count),
          at.find("reference").map(JsonAt::text));
    }

    Fairness<Map<String, ?>> fairness(Schema<Map<String, ?>> schema) {
      return at.as(
          place -> {
            Fairness<Map<String, ?>> groups = Fairness.by(schema, by, array(edges));
            groups = below ? groups.selectedBelow(threshold) : groups.selectedAtLeast(threshold);
            if (minGroupSize.isPresent()) {
              groups = groups.withMinGroupSize(minGroupSize.get());
            }
            return reference.isPresent() ? groups.withReference(reference.get()) : groups;
          });
    }
  }

  static Plan of(JsonAt at, GateReader gates) {
    at.keys("task", "label", "positive", "metrics", "columns", "slices", "fairness", "churnAt");
    Plan plan =
        new Plan(
            at.find("task").map(Plan::task),
            at.find("label").map(JsonAt::text),
            at.find("positive").map(JsonAt::text),
            list(at, "metrics").stream().map(gates::metric).toList(),
            list(at, "columns").stream().map(Column::of).toList(),
            list(at, "slices").stream().map(Cut::of).toList(),
            list(at, "fairness").stream().map(Groups::of).toList(),
            at.find("churnAt").map(JsonAt::number).orElse(0.5));
    require(at, "slices", gates.slicings(), plan.slices().stream().map(Cut::by).toList());
    require(at, "fairness", gates.attributes(), plan.fairness().stream().map(Groups::by).toList());
    return plan;
  }

  private static List<JsonAt> list(JsonAt at, String key) {
    return at.find(key).map(JsonAt::list).orElse(List.of());
  }

  private static Task task(JsonAt at) {
    return switch (at.text()) {
      case "binary" -> Task.BINARY;
      case "regression" -> Task.REGRESSION;
      default -> throw at.bad("\"" + at.text() + "\" (expected: binary or regression).");
    };
  }

  /** A gate that can only ever be inconclusive is a mistake that is found before training. */
  private static void require(JsonAt at, String what, Set<String> asked, List<String> made) {
    for (String name : asked) {
      if (!made.contains(name)) {
        throw at.bad(
            "a gate looks at "
                + what
                + " by \""
                + name
                + "\", which \""
                + what
                + "\" does not list (it has "
                + made
                + ").");
      }
    }
  }

  /** Returns the evaluator of this plan over rows of a schema. */
  Evaluator<Map<String, ?>> evaluator(Schema<Map<String, ?>> schema, Task of, List<Metric> asked) {
    boolean binary = of == Task.BINARY;
    Set<Metric> all =
        new LinkedHashSet<>(binary ? BinaryEvaluation.STANDARD : RegressionEvaluation.STANDARD);
    all.addAll(asked);
    Evaluator.Builder<Map<String, ?>> builder =
        (binary ? Evaluator.<Map<String, ?>>binary() : Evaluator.<Map<String, ?>>regression())
            .metrics(new ArrayList<>(all).toArray(Metric[]::new))
            .churnAt(churnAt);
    slices.forEach(cut -> builder.slices(cut.slicing(schema)));
    fairness.forEach(groups -> builder.fairness(groups.fairness(schema)));
    return builder.build();
  }
}
