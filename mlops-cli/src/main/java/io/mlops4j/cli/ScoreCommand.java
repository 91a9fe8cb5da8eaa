package io.mlops4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.cli.Plan.Task;
import io.mlops4j.core.Baseline;
import io.mlops4j.core.Json;
import io.mlops4j.core.Model;
import io.mlops4j.core.Progress;
import io.mlops4j.core.Time;
import io.mlops4j.drift.DriftCounts;
import io.mlops4j.pipeline.batch.AnswerColumns;
import io.mlops4j.pipeline.batch.BadRows;
import io.mlops4j.pipeline.batch.BatchException;
import io.mlops4j.pipeline.batch.BatchResult;
import io.mlops4j.pipeline.batch.BatchScoring;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores a file or table with a stored version. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Scores all rows of a file or table with a version, each exactly once.",
      "A job that was killed goes on where it was when the same command is run again; one that was"
          + " complete does nothing and exits with 0. Another input, version or option is refused"
          + " (12)."
    })
final class ScoreCommand extends Operation {
  @Mixin final Target target = new Target();
  @Mixin final ScoreFiles files = new ScoreFiles();
  @Spec @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  String model = "";

  @Parameters(
      index = "1",
      paramLabel = "VERSION",
      description = "A version's number, latest or champion.")
  String which = "";

  @Option(
      names = "--score",
      paramLabel = "COLUMN",
      description = "What the column of the answers is called; score unless given.")
  String score = "score";

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description =
          "List rows that cannot be scored here, and go on. Without it the first ends the job.")
  @Nullable Path rejects;

  @Option(
      names = "--max-rejects",
      paramLabel = "N",
      description = "End the job if there are more; 1000 unless given.")
  long maxRejects = 1_000;

  @Option(names = "--rows-per-second", paramLabel = "N", description = "Be no faster than this.")
  @Nullable Double rowsPerSecond;

  @Option(
      names = "--chunk-rows",
      paramLabel = "N",
      description = "How many rows the model is asked at once; 1024 unless given.")
  @Nullable Integer chunkRows;

  @Option(
      names = "--checkpoint-seconds",
      paramLabel = "N",
      description = "How much work a crash may cost; 2 unless given.")
  @Nullable Integer checkpointSeconds;

  @Option(
      names = "--profile",
      description = "Compare the rows with the version's baseline: PSI of each feature.")
  boolean profile;

  @Option(
      names = "--restart",
      description = "Forget an earlier attempt and begin again. A table must be emptied before.")
  boolean restart;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "binary or regression; binary unless given.")
  Task task = Task.BINARY;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "What the version's rows are, if it does not store it (signature.json).")
  @Nullable Path schema;

  @Option(
      names = "--progress",
      paramLabel = "SECONDS",
      description = "Say how far it is on standard error so often; 10 unless given, 0 never.")
  int progress = 10;

  @Override
  Outcome run() {
    try (ModelRegistry registry = target.reading()) {
      Entrant entrant = new Entrant(Target.version(target.model(registry, model), which), schema);
      Baseline baseline = profile ? baseline(entrant) : null;
      try (Model<Map<String, ?>, Double> loaded = entrant.load(registry, task)) {
        BatchResult result = job(entrant, loaded, baseline).run();
        return answer(result, baseline);
      }
    }
  }

  private static Baseline baseline(Entrant entrant) {
    return entrant
        .baseline()
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.INPUT,
                    entrant.version().version()
                        + " stores no baseline to compare with. Leave out --profile."));
  }

  private BatchScoring<Map<String, ?>, Double> job(
      Entrant entrant, Model<Map<String, ?>, Double> loaded, @Nullable Baseline baseline) {
    BatchScoring<Map<String, ?>, Double> job =
        BatchScoring.with(entrant.version().version(), entrant.digest(), loaded)
            .from(files.source(ScoreRows.schema(entrant.columns())))
            .keep(files.keep.toArray(String[]::new))
            .answers(AnswerColumns.score(score))
            .to(files.sink(model));
    if (rejects != null) {
      job.badRows(BadRows.skipTo(rejects, maxRejects));
    }
    if (rowsPerSecond != null) {
      job.rowsPerSecond(rowsPerSecond);
    }
    if (chunkRows != null) {
      job.chunkRows(chunkRows);
    }
    if (checkpointSeconds != null) {
      job.checkpointEvery(Duration.ofSeconds(checkpointSeconds));
    }
    if (baseline != null) {
      job.profile(baseline);
    }
    if (restart) {
      job.restart();
    }
    if (progress > 0 && spec != null) {
      PrintWriter err = spec.commandLine().getErr();
      job.progress(
          Progress.estimates(
              line -> {
                err.println("mlops: " + line);
                err.flush();
              },
              Duration.ofSeconds(progress),
              Time.system()));
    }
    return job;
  }

  static ExitCode code(BatchException e) {
    return switch (e.side()) {
      case INPUT -> ExitCode.INPUT;
      case STATE -> ExitCode.REFUSED;
      case OUTPUT -> ExitCode.INTERNAL;
    };
  }

  private Outcome answer(BatchResult result, @Nullable Baseline baseline) {
    ObjectNode json = Json.object();
    json.put("version", result.version().toString());
    json.put("output", files.to);
    json.put("records", result.records());
    json.put("scored", result.scored());
    json.put("rejected", result.rejected());
    json.put("resumedAt", result.resumedAt());
    json.put("alreadyComplete", result.alreadyComplete());
    json.put("seconds", result.took().toMillis() / 1_000.0);
    ObjectNode identity = json.putObject("identity");
    result.identity().forEach(identity::put);
    KeyValues facts =
        KeyValues.of("Version", result.version().toString())
            .and("Rows", result.records())
            .and("Scored", result.scored())
            .and("Rejected", result.rejected());
    if (result.alreadyComplete()) {
      facts = facts.and("Done before", "nothing was left to do");
    } else if (result.resumedAt() > 0) {
      facts = facts.and("Went on after", result.resumedAt());
    }
    Report report = Report.titled("Scored into " + files.shown()).add(facts);
    DriftCounts counts = result.profile().orElse(null);
    if (baseline != null && counts != null) {
      report = report.add(BatchProfile.table(baseline, counts, json.putObject("psi")));
    }
    return Outcome.passed(json, report);
  }
}
