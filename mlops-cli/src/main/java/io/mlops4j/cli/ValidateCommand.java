package io.mlops4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.cli.TrainingRows.Recorded;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Check;
import io.mlops4j.core.Json;
import io.mlops4j.core.MlopsException;
import io.mlops4j.core.Schema;
import io.mlops4j.data.Dataset;
import io.mlops4j.data.expect.Expectation;
import io.mlops4j.data.expect.Expectations;
import io.mlops4j.data.expect.Validation;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks rows what a suite expects of them. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "Asks rows of a CSV file what a suite of expectations says. Needs no registry.",
      "With MODEL, VERSION and --registry, what comes out is stored as evidence about that version,"
          + " for the gate dataValidated, if the rows are what it was trained on.",
      "Exits with 0 if all errors hold, 10 if one does not, 11 if there are too few rows, or nothing"
          + " to compare with, to tell."
    })
final class ValidateCommand extends Operation {
  @Mixin final TrainingRows training = new TrainingRows();

  @ArgGroup(exclusive = false)
  @Nullable Target target;

  @Option(names = "--rows", required = true, paramLabel = "CSV", description = "The rows.")
  Path rows = Path.of("");

  @Option(names = "--suite", required = true, paramLabel = "FILE", description = "The suite.")
  Path suite = Path.of("");

  @Option(names = "--serving", description = "Take the rows for serving rows, not training rows.")
  boolean serving;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description = "What distributions are compared with: a version's baseline.json.")
  @Nullable Path baseline;

  @Option(
      names = "--previous",
      paramLabel = "FILE",
      description = "The --result of the snapshot before.")
  @Nullable Path previous;

  @Option(names = "--first", description = "There is no snapshot before.")
  boolean first;

  @Option(
      names = "--reference",
      paramLabel = "NAME=CSV#COLUMN",
      description = "The values that a knownTo expectation asks for. May be repeated.")
  Map<String, String> references = new LinkedHashMap<>();

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "Rows shown of each: 5 unless said.")
  int examples = 5;

  @Option(
      names = "--result",
      paramLabel = "FILE",
      description = "Write the result there as JSON: for --previous, or to keep.")
  @Nullable Path resultFile;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page there.")
  @Nullable Path html;

  @Override
  Outcome run() {
    if (!training.asked(target, serving)) {
      ValidationResult result = validated();
      return new Outcome(code(result.evaluate()), json(result), result.report());
    }
    Target where = Objects.requireNonNull(target);
    try (ModelRegistry registry = where.writing()) {
      RegisteredModel<Map<String, ?>, Double> handle = training.handle(where, registry);
      var version = training.version(handle);
      requireRows();
      String before = TrainingRows.digest(rows);
      ValidationResult result = validated();
      Recorded recorded = training.record(handle, version, rows, before, result);
      return recorded(result, recorded);
    }
  }

  private static Outcome recorded(ValidationResult result, Recorded recorded) {
    ObjectNode json = json(result);
    json.put("version", recorded.version().version().toString());
    json.put("evidence", recorded.evidence().digest());
    json.put("stored", recorded.isNew());
    Report page =
        result
            .report()
            .add(
                KeyValues.of("Training data of", recorded.version().version().toString())
                    .and(
                        "Evidence",
                        recorded.isNew()
                            ? EvaluateAnswer.shortened(recorded.evidence().digest())
                            : "the same as before; not stored again"));
    return new Outcome(code(result.evaluate()), json, page);
  }

  private static ObjectNode json(ValidationResult result) {
    ObjectNode json = Json.parse(result.toJson(), "result");
    json.remove("kind");
    json.put("sentence", result.evaluate().sentence());
    return json;
  }

  private void requireRows() {
    if (!Files.isRegularFile(rows)) {
      throw new CliException(
          ExitCode.INPUT,
          "Rows " + rows + (Files.exists(rows) ? " are not a file." : ": no such file."));
    }
  }

  private ValidationResult validated() {
    byte[] document = bytes(suite);
    List<Column> columns =
        JsonAt.read(suite)
            .keys("format", "features", "expectations")
            .get("features")
            .list()
            .stream()
            .map(Column::of)
            .toList();
    Schema<Map<String, ?>> schema = SuiteRows.schema(columns);
    Validation<Map<String, ?>> validation = usage(() -> configured(schema, document));
    requireRows();
    Rows.refuseOtherDelimiter(rows);
    ValidationResult result = validation.run(Dataset.csv(rows, schema));
    write("--result", resultFile, result.toJson());
    write("--html", html, result.report().toHtml().getBytes(UTF_8));
    return result;
  }

  private Validation<Map<String, ?>> configured(Schema<Map<String, ?>> schema, byte[] document) {
    Validation<Map<String, ?>> validation =
        Expectations.fromJson(schema, document).validation().examples(examples);
    if (serving) {
      validation.environment(Expectation.Environment.SERVING);
    }
    if (baseline != null) {
      validation.baseline(Baseline.fromJson(bytes(baseline)));
    }
    if (previous != null) {
      validation.previous(ValidationResult.fromJson(bytes(previous)));
    }
    if (first) {
      validation.firstSnapshot();
    }
    references.forEach((name, where) -> reference(validation, name, where));
    return validation;
  }

  private static void reference(Validation<Map<String, ?>> validation, String name, String where) {
    int at = where.lastIndexOf('#');
    if (at < 1 || at == where.length() - 1) {
      throw new CliException(ExitCode.USAGE, "--reference " + name + ": expected NAME=CSV#COLUMN.");
    }
    String column = where.substring(at + 1);
    Schema<Map<String, ?>> schema = Schema.ofMap(name).categorical(column).build();
    validation.reference(name, Dataset.csv(Path.of(where.substring(0, at)), schema), column);
  }

  /** A suite, baseline or result that is wrong is the caller's mistake, not the rows'. */
  private static <V> V usage(java.util.function.Supplier<V> made) {
    try {
      return made.get();
    } catch (io.mlops4j.data.DataException | CliException e) {
      throw e;
    } catch (MlopsException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, "File " + file + " cannot be read (" + JsonAt.reason(e) + ").", e);
    }
  }

  private static void write(String option, @Nullable Path file, byte[] content) {
    if (file == null) {
      return;
    }
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE, option + ": " + file + " cannot be written (" + e + ").", e);
    }
  }

  private static ExitCode code(Check.Outcome outcome) {
    return outcome instanceof Check.Pass
        ? ExitCode.PASSED
        : outcome instanceof Check.Fail ? ExitCode.FAILED : ExitCode.INCONCLUSIVE;
  }
}
