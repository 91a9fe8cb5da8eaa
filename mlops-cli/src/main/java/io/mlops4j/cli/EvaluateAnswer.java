package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.cli.EvaluateCommand.Measured;
import io.mlops4j.core.Json;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.FairnessResult;
import io.mlops4j.evaluation.Metric;
import io.mlops4j.evaluation.MetricValue;
import io.mlops4j.evaluation.PairedComparison;
import io.mlops4j.evaluation.PairedDifference;
import io.mlops4j.evaluation.SliceResult;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code evaluate} says. */
final class EvaluateAnswer {
  private EvaluateAnswer() {}

  static Outcome of(
      RegisteredVersion<?, ?> version,
      @Nullable Entrant champion,
      Measured measured,
      List<EvaluationReport> stored) {
    EvaluationReport report = measured.candidate();
    boolean trainedOn = version.lineage().data().digest().equals(report.datasetDigest());
    boolean isNew = stored.contains(report);
    ObjectNode json = json(report);
    json.put("stored", isNew);
    json.put("trainingRows", trainedOn);
    if (champion != null) {
      json.put("champion", champion.version().version().toString());
      json.put("championStored", stored.size() > (isNew ? 1 : 0));
    }
    List<Block> blocks = new ArrayList<>();
    if (trainedOn) {
      blocks.add(
          Callout.warning(
              report.modelVersion()
                  + " was trained on these very rows: every gate on them will be inconclusive."));
    }
    blocks.add(
        KeyValues.of("Rows", report.rows())
            .and("Data", report.datasetName() + " " + shortened(report.datasetDigest()))
            .and(
                "Evidence",
                shortened(report.digest())
                    + (isNew ? "" : " (the same as before; not stored again)"))
            .and(
                "Compared with",
                champion == null ? null : champion.version().version().toString()));
    blocks.add(metrics(report));
    slices(report).ifPresent(blocks::add);
    fairness(report).ifPresent(blocks::add);
    Report page =
        Report.titled(report.modelVersion() + " on " + report.datasetName())
            .at(report.evaluatedAt())
            .add(blocks.toArray(Block[]::new));
    return Outcome.passed(json, page);
  }

  static String shortened(String digest) {
    return digest.substring(0, Math.min(12, digest.length()));
  }

  private static Table metrics(EvaluationReport report) {
    Optional<PairedComparison> comparison = report.details().comparisons().stream().findFirst();
    Table table =
        comparison.isPresent()
            ? Table.of("metric", "candidate", "champion", "difference", "p")
            : Table.of("metric", "value");
    for (Metric metric : report.metrics().keySet()) {
      Cell value = cell(report, metric);
      if (comparison.isEmpty()) {
        table = table.row(metric.id(), value);
        continue;
      }
      PairedDifference difference = comparison.get().differences().get(metric);
      table =
          table.row(
              metric.id(),
              value,
              difference == null ? null : boxed(difference.champion()),
              difference == null ? null : difference(difference),
              difference == null || difference.pValue().isEmpty()
                  ? null
                  : Cell.of(difference.pValue().getAsDouble()));
    }
    return table;
  }

  private static Cell cell(EvaluationReport report, Metric metric) {
    MetricValue value = report.value(metric);
    if (value.number().isEmpty()) {
      return Cell.of("undefined");
    }
    double number = value.number().getAsDouble();
    return report
        .details()
        .interval(metric)
        .map(i -> Cell.interval(number, i.low(), i.high()))
        .orElseGet(() -> Cell.of(number));
  }

  private static @Nullable Object boxed(MetricValue value) {
    return value.number().isPresent() ? (Object) value.number().getAsDouble() : null;
  }

  private static @Nullable Object difference(PairedDifference difference) {
    if (difference.value().isEmpty()) {
      return null;
    }
    double value = difference.value().getAsDouble();
    return difference
        .interval()
        .map(i -> Cell.interval(value, i.low(), i.high()))
        .orElseGet(() -> Cell.of(value));
  }

  private static Optional<Block> slices(EvaluationReport report) {
    List<SliceResult> slices = report.details().slices();
    if (slices.isEmpty()) {
      return Optional.empty();
    }
    Metric first = report.metrics().keySet().iterator().next();
    Table table = Table.of("slice", "rows", first.id());
    for (SliceResult slice : slices) {
      MetricValue value = slice.metrics().get(first);
      table = table.row(slice.name(), slice.rows(), value == null ? null : boxed(value));
    }
    return Optional.of(Section.titled("Slices").add(table));
  }

  private static Optional<Block> fairness(EvaluationReport report) {
    if (report.details().fairness().isEmpty()) {
      return Optional.empty();
    }
    Table table = Table.of("by", "measure", "value");
    for (FairnessResult result : report.details().fairness()) {
      for (var measure : result.values().entrySet()) {
        table = table.row(result.attribute(), measure.getKey().id(), boxed(measure.getValue()));
      }
    }
    return Optional.of(Section.titled("Fairness").add(table));
  }

  /** The numbers of a report, as other commands show them, too. */
  static ObjectNode json(EvaluationReport report) {
    ObjectNode json = Json.object();
    json.put("version", report.modelVersion());
    json.put("evidence", report.digest());
    json.put("dataset", report.datasetName());
    json.put("datasetDigest", report.datasetDigest());
    json.put("rows", report.rows());
    json.put("evaluatedAt", report.evaluatedAt().toString());
    ObjectNode metrics = json.putObject("metrics");
    report
        .metrics()
        .forEach((metric, value) -> metrics.set(metric.id(), value(report, metric, value)));
    ArrayNode comparisons = json.putArray("comparisons");
    for (PairedComparison comparison : report.details().comparisons()) {
      ObjectNode node = comparisons.addObject();
      node.put("champion", comparison.champion());
      ObjectNode differences = node.putObject("differences");
      for (Map.Entry<Metric, PairedDifference> e : comparison.differences().entrySet()) {
        ObjectNode one = differences.putObject(e.getKey().id());
        e.getValue().value().ifPresent(v -> one.put("value", v));
        e.getValue()
            .interval()
            .ifPresent(
                i -> {
                  one.put("low", i.low());
                  one.put("high", i.high());
                });
        e.getValue().pValue().ifPresent(p -> one.put("p", p));
      }
    }
    return json;
  }

  private static ObjectNode value(EvaluationReport report, Metric metric, MetricValue value) {
    ObjectNode node = Json.object();
    if (value instanceof MetricValue.Undefined undefined) {
      node.put("undefined", undefined.reason());
    }
    value.number().ifPresent(number -> node.put("value", number));
    report
        .details()
        .interval(metric)
        .ifPresent(
            interval -> {
              node.put("low", interval.low());
              node.put("high", interval.high());
            });
    return node;
  }
}
