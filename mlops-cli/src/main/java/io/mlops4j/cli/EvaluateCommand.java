package io.mlops4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.cli.Plan.Task;
import io.mlops4j.cli.Rows.Label;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Model;
import io.mlops4j.core.Schema;
import io.mlops4j.data.LabeledDataset;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.evaluation.Evaluator;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a stored version on rows, beside the champion, and stores the evidence. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a version on labeled rows and stores the report as evidence for gates.",
      "If there is a champion, both are measured on the same rows and compared row by row."
    })
final class EvaluateCommand extends Operation {
  @Mixin final Target target = new Target();

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "A version's number, latest or champion.")
  String which = "";

  @Option(
      names = "--rows",
      required = true,
      paramLabel = "CSV",
      description = "Labeled rows that no model was trained on: CSV with a header, plain or gzip.")
  Path rows = Path.of("");

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "Measure what this policy's gates and its evaluation part ask for.")
  @Nullable Path policy;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "The column of the truth, unless the policy says it.")
  @Nullable String label;

  @Option(
      names = "--positive",
      paramLabel = "TEXT",
      description = "The label that is 1, if labels are texts.")
  @Nullable String positive;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "binary or regression; binary unless given here or in the policy.")
  @Nullable Task task;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "What the version's rows are, if it does not store it (signature.json).")
  @Nullable Path schema;

  @Option(names = "--alone", description = "Do not compare with the champion.")
  boolean alone;

  @Option(names = "--html", paramLabel = "FILE", description = "Write the whole report as a page.")
  @Nullable Path html;

  @Override
  Outcome run() {
    PolicyFile file = policy == null ? null : PolicyFile.read(policy);
    Plan plan = file == null ? Plan.NONE : file.plan();
    Task kind = task != null ? task : plan.task().orElse(Task.BINARY);
    writePage("");
    try (ModelRegistry registry = target.writing()) {
      RegisteredModel<Map<String, ?>, Double> handle = target.model(registry, model);
      Entrant candidate = new Entrant(Target.version(handle, which), schema);
      Entrant champion = champion(handle, candidate);
      List<Column> read = candidate.columns();
      if (champion != null) {
        read = Columns.union(read, champion.columns());
      }
      read = Columns.union(read, plan.columns());
      LabeledDataset<Map<String, ?>> data =
          Rows.read(rows, candidate.columns(), read, label(plan, kind));
      Schema<Map<String, ?>> all = Columns.schema("rows", read);
      var evaluator = plan.evaluator(all, kind, file == null ? List.of() : file.metrics());
      Measured measured = measure(registry, evaluator, kind, candidate, champion, data);
      List<EvaluationReport> stored = store(handle, candidate, champion, measured);
      writePage(measured.candidate().toReport().toHtml());
      return EvaluateAnswer.of(candidate.version(), champion, measured, stored);
    }
  }

  /** What came out for the candidate, and for the champion on the same rows. */
  record Measured(EvaluationReport candidate, Optional<EvaluationReport> champion) {}

  private @Nullable Entrant champion(
      RegisteredModel<Map<String, ?>, Double> handle, Entrant candidate) {
    Optional<RegisteredVersion<Map<String, ?>, Double>> champion = handle.champion();
    return alone || champion.isEmpty() || champion.get().number() == candidate.version().number()
        ? null
        : new Entrant(champion.get(), null);
  }

  private Label label(Plan plan, Task kind) {
    Optional<String> column = Optional.ofNullable(label).or(plan::label);
    if (column.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "Which column is the truth? Add --label COLUMN, or \"label\" to the policy's evaluation.");
    }
    String yes = positive != null ? positive : plan.positive().orElse(null);
    return new Label(column.get(), yes, kind == Task.BINARY);
  }

  private static Measured measure(
      ModelRegistry registry,
      Evaluator<Map<String, ?>> evaluator,
      Task kind,
      Entrant candidate,
      @Nullable Entrant champion,
      LabeledDataset<Map<String, ?>> data) {
    // The wall clock of this run; everything else in a report depends on rows and models only.
    Instant now = Instant.now();
    try (Model<Map<String, ?>, Double> model = candidate.load(registry, kind)) {
      if (champion == null) {
        return new Measured(
            evaluator.evaluate(candidate.contender(model), data, now), Optional.empty());
      }
      try (Model<Map<String, ?>, Double> other = champion.load(registry, kind)) {
        return new Measured(
            evaluator.compare(candidate.contender(model), champion.contender(other), data, now),
            Optional.of(evaluator.evaluate(champion.contender(other), data, now)));
      }
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    } catch (CliException | io.mlops4j.registry.IntegrityException e) {
      throw e;
    } catch (MlopsException e) {
      throw new CliException(ExitCode.INPUT, String.valueOf(e.getMessage()), e);
    }
  }

  /** Stores what is new; a report that is there already is not stored a second time. */
  private static List<EvaluationReport> store(
      RegisteredModel<Map<String, ?>, Double> handle,
      Entrant candidate,
      @Nullable Entrant champion,
      Measured measured) {
    Map<Integer, EvaluationReport> reports = new LinkedHashMap<>();
    if (champion != null && !hasChampions(champion.version(), measured.champion().orElseThrow())) {
      reports.put(champion.version().number(), measured.champion().orElseThrow());
    }
    if (candidate.version().evaluations().stream()
        .noneMatch(old -> same(old, measured.candidate()))) {
      reports.put(candidate.version().number(), measured.candidate());
    }
    reports.forEach(handle::recordEvaluation);
    return new ArrayList<>(reports.values());
  }

  /** Any report of the champion will do that has the same numbers; it may hold comparisons. */
  private static boolean hasChampions(RegisteredVersion<?, ?> version, EvaluationReport report) {
    return version.evaluations().stream()
        .anyMatch(
            old ->
                old.whyNotComparable(report).isEmpty()
                    && old.metrics().equals(report.metrics())
                    && old.details().configDigest().equals(report.details().configDigest()));
  }

  private static boolean same(EvaluationReport old, EvaluationReport report) {
    return at(old, report.evaluatedAt()).digest().equals(report.digest());
  }

  private static EvaluationReport at(EvaluationReport report, Instant when) {
    return new EvaluationReport(
        report.modelVersion(),
        report.datasetName(),
        report.datasetDigest(),
        report.rows(),
        report.positives(),
        report.metrics(),
        report.evaluator(),
        report.evaluatorVersion(),
        when,
        report.details());
  }

  /** Called once without content at the start: a page that cannot be written is found out first. */
  private void writePage(String page) {
    if (html == null) {
      return;
    }
    try {
      Files.write(html, page.getBytes(UTF_8));
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, "--html: " + html + " cannot be written (" + e + ").", e);
    }
  }
}
