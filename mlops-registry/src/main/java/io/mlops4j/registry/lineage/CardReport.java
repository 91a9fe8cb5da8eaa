package io.mlops4j.registry.lineage;

import io.mlops4j.core.Baseline;
import io.mlops4j.core.FeatureCells;
import io.mlops4j.core.ModelArtifact;
import io.mlops4j.evaluation.EvaluationReport;
import io.mlops4j.registry.Environment;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.RegisteredVersion;
import io.mlops4j.report.Block;
import io.mlops4j.report.Callout;
import io.mlops4j.report.Cell;
import io.mlops4j.report.KeyValues;
import io.mlops4j.report.Report;
import io.mlops4j.report.Section;
import io.mlops4j.report.Table;
import io.mlops4j.report.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A model card's sections, in the order they are read. */
final class CardReport {
  private static final int MOST_REPORTS = 5;
  private static final int SHORT = 16;

  private final ModelCard card;
  private final RegisteredVersion<?, ?> version;
  private final Lineage lineage;

  private CardReport(ModelCard card) {
    this.card = card;
    this.version = card.version();
    this.lineage = version.lineage();
  }

  static Report of(ModelCard card) {
    return new CardReport(card).report();
  }

  private Report report() {
    Report report =
        Report.titled("Model card: " + version.version())
            .subtitle("Stage " + version.stage() + ", format " + version.artifact().format());
    if (lineage.createdAt().isPresent()) {
      report = report.at(lineage.createdAt().get());
    }
    return report
        .add(about(), use())
        .add(evaluations(), CardEvidence.checks(version), CardEvidence.latencies(version))
        .add(data(), training(), environment(), files());
  }

  private KeyValues about() {
    KeyValues facts =
        KeyValues.of("Model", version.version().model())
            .and("Version", version.number())
            .and("Registered by", known(lineage.createdBy()))
            .and("Model licence", known(lineage.licences().model()))
            .and("Data licence", known(lineage.licences().data()));
    if (!lineage.parents().isEmpty()) {
      facts = facts.and("Made from", join(lineage.parents()));
    }
    if (version.origin().isPresent()) {
      facts = facts.and("Imported, was", version.origin().get().version().toString());
    }
    return card.contact().isBlank() ? facts : facts.and("Contact", card.contact());
  }

  private Section use() {
    Section section = Section.titled("Use");
    section =
        section.add(
            card.purpose().isBlank()
                ? Callout.warning("Its author does not say what it is for.")
                : Text.of(card.purpose()));
    section = section.add(list("Not for", card.notFor(), "Its author names no use to avoid."));
    section = section.add(list("Limits", card.limits(), "Its author names no limits."));
    List<String> missing = lineage.missing();
    return section.add(
        missing.isEmpty()
            ? Callout.pass("Its lineage is complete.")
            : Callout.warning("Nobody knows its " + String.join(", ", missing) + "."));
  }

  private static Block list(String heading, List<String> sentences, String none) {
    if (sentences.isEmpty()) {
      return Callout.warning(none);
    }
    Table table = Table.of(heading);
    for (String sentence : sentences) {
      table = table.row(sentence);
    }
    return table;
  }

  private Section evaluations() {
    List<EvaluationReport> reports = version.evaluations();
    List<EvaluationReport> elsewhere = version.evaluationsAtOrigin();
    Section section = Section.titled("Evaluation");
    if (reports.isEmpty() && elsewhere.isEmpty()) {
      section = section.add(Callout.noData("It was never evaluated."));
    }
    for (EvaluationReport report : last(reports)) {
      section = section.add(evaluation("On ", report));
    }
    for (EvaluationReport report : last(elsewhere)) {
      section = section.add(evaluation("Before it was imported, on ", report));
    }
    Table said =
        Table.of("Metric", "Value", "Data", "Digest").caption("What training says of itself");
    for (var metric : lineage.metrics().entrySet()) {
      said = said.row(metric.getKey(), metric.getValue(), null, null);
    }
    for (Lineage.Measurement measured : lineage.measurements()) {
      said =
          said.row(
              measured.metric(),
              measured.value(),
              measured.dataset(),
              shortened(measured.digest()));
    }
    return said.rows().isEmpty() ? section : section.add(said);
  }

  private static List<EvaluationReport> last(List<EvaluationReport> reports) {
    return reports.subList(Math.max(0, reports.size() - MOST_REPORTS), reports.size());
  }

  private static Section evaluation(String lead, EvaluationReport report) {
    Section section =
        Section.titled(lead + report.datasetName())
            .add(Text.of(report.rows() + " rows, digest " + shortened(report.datasetDigest())));
    return section.add(report.toReport().blocks().toArray(Block[]::new));
  }

  private Section data() {
    Lineage.Data data = lineage.data();
    KeyValues facts =
        KeyValues.of("Name", known(data.name()))
            .and("Rows", data.rows().isPresent() ? data.rows().getAsLong() : null)
            .and("From", data.period().map(period -> period.from()).orElse(null))
            .and("To", data.period().map(period -> period.to()).orElse(null))
            .and("Digest", known(shortened(data.digest())))
            .and("Schema", known(shortened(data.schema())))
            .and("Snapshot", known(shortened(data.snapshot())));
    Section section = Section.titled("Training data").add(facts);
    Optional<Baseline> baseline = version.artifact().baseline();
    if (baseline.isEmpty()) {
      return section.add(Callout.noData("No profile of it was stored."));
    }
    Table table = Table.of("Feature", "Kind", "Missing", "Sensitive");
    for (FeatureCells cells : baseline.get().features()) {
      long[] counts = cells.reference();
      long rows = Arrays.stream(counts).sum();
      Cell missing =
          rows == 0 ? Cell.of(null) : Cell.percent((double) counts[cells.missing()] / rows);
      table =
          table.row(
              cells.feature(), cells.kind().name(), missing, cells.sensitive() ? "yes" : "no");
    }
    return section.add(table);
  }

  private Section training() {
    Table table = Table.of("Hyperparameter", "Value");
    for (var parameter : lineage.hyperparameters().entrySet()) {
      table = table.row(parameter.getKey(), parameter.getValue());
    }
    Lineage.Code code = lineage.code();
    KeyValues facts =
        KeyValues.of("Commit", known(shortened(code.commit())))
            .and("Work tree", known(code.workTree().name()))
            .and("Changes", code.diff().map(CardReport::shortened).orElse(null))
            .and("Artifact", known(code.artifact()))
            .and("Run", known(lineage.run()));
    return Section.titled("Training").add(facts, table);
  }

  private Section environment() {
    Environment environment = lineage.environment();
    KeyValues facts =
        KeyValues.of("Runtime", known(environment.jvm()))
            .and("Operating system", known(environment.os()));
    for (var setting : environment.settings().entrySet()) {
      facts = facts.and(setting.getKey(), known(setting.getValue()));
    }
    Section section = Section.titled("Environment").add(facts);
    if (!environment.natives().isEmpty()) {
      Table natives = Table.of("Native library", "From");
      for (Environment.NativeLibrary library : environment.natives()) {
        natives = natives.row(library.name(), library.from());
      }
      section = section.add(natives);
    }
    Table libraries = Table.of("Library", "Coordinates", "SHA-256");
    for (Environment.Artifact artifact : environment.artifacts()) {
      libraries =
          libraries.row(
              artifact.name(), known(artifact.coordinates()), known(shortened(artifact.digest())));
    }
    if (environment.artifacts().isEmpty()) {
      for (String name : environment.dependencies()) {
        libraries = libraries.row(name, null, null);
      }
    }
    return libraries.rows().isEmpty() ? section : section.add(libraries);
  }

  private Section files() {
    Table table = Table.of("File", "SHA-256");
    for (var file : version.digests().entrySet()) {
      table = table.row(file.getKey(), file.getValue());
    }
    ModelArtifact artifact = version.artifact();
    KeyValues facts =
        KeyValues.of("Signature", artifact.signature().map(CardReport::shortened).orElse(null))
            .and("Encoding", artifact.encoding().isPresent() ? "stored" : null)
            .and(
                "Golden rows",
                artifact.goldenRows().map(golden -> golden.rows().size()).orElse(null));
    return Section.titled("Files").add(table, facts);
  }

  private static @org.jspecify.annotations.Nullable String known(String text) {
    return text.equals(Lineage.UNKNOWN) ? null : text;
  }

  static String shortened(String digest) {
    return digest.length() <= SHORT ? digest : digest.substring(0, SHORT) + "…";
  }

  private static String join(List<?> values) {
    return String.join(", ", values.stream().map(String::valueOf).toList());
  }
}
