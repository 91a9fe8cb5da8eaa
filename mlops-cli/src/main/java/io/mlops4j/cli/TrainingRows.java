package io.mlops4j.cli;

import io.mlops4j.cli.Rows.Label;
import io.mlops4j.core.Digests;
import io.mlops4j.data.expect.ValidationResult;
import io.mlops4j.evaluation.CheckEvidence;
import io.mlops4j.registry.Lineage;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegisteredModel;
import io.mlops4j.registry.RegisteredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Rows that are validated as the training data of a version, and the evidence of it. A version says
 * by a digest what it was trained on: of the columns of the suite, or, as training in Python and
 * {@code LabeledDataset} have it, of its own features and the label. Rows with neither digest are
 * not that data, and nothing is recorded.
 */
final class TrainingRows {
  @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The model.")
  @Nullable String model;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VERSION",
      description = "The version that was trained on the rows: a number, latest or champion.")
  @Nullable String which;

  @Option(
      names = "--label",
      paramLabel = "COLUMN",
      description = "The column of the truth, if the version's digest of its data has labels.")
  @Nullable String label;

  @Option(
      names = "--positive",
      paramLabel = "TEXT",
      description = "The label that is 1, if labels are texts.")
  @Nullable String positive;

  @Option(
      names = "--schema",
      paramLabel = "FILE",
      description = "What the version's rows are, if it does not store it (signature.json).")
  @Nullable Path schema;

  /** What was recorded about whom. */
  record Recorded(RegisteredVersion<?, ?> version, CheckEvidence evidence, boolean isNew) {}

  /** Whether evidence is asked for; half a question is the caller's mistake. */
  boolean asked(@Nullable Target target, boolean serving) {
    if (model == null && target == null && label == null && positive == null && schema == null) {
      return false;
    }
    if (model == null || which == null || target == null) {
      throw new CliException(
          ExitCode.USAGE,
          "To record what comes out, name MODEL and VERSION, --registry and --as. Without them,"
              + " nothing is recorded, and --label, --positive and --schema mean nothing.");
    }
    if (serving) {
      throw new CliException(
          ExitCode.USAGE,
          "--serving asks less of rows than training does: what comes out is no evidence about"
              + " training data. Leave it out, or do not name a version.");
    }
    return true;
  }

  /** Looks for the version before rows are read, and returns it. */
  RegisteredVersion<Map<String, ?>, Double> version(
      RegisteredModel<Map<String, ?>, Double> handle) {
    RegisteredVersion<Map<String, ?>, Double> version = Target.version(handle, named(which));
    if (version.lineage().data().digest().equals(Lineage.UNKNOWN)) {
      throw new CliException(
          ExitCode.REFUSED,
          "What "
              + version.version()
              + " was trained on is not known: its lineage has no digest of the data. Nothing was"
              + " recorded. Register it with --data-digest.");
    }
    return version;
  }

  RegisteredModel<Map<String, ?>, Double> handle(Target target, ModelRegistry registry) {
    return target.model(registry, named(model));
  }

  /** Records what came out, if the rows are what the version was trained on. */
  Recorded record(
      RegisteredModel<Map<String, ?>, Double> handle,
      RegisteredVersion<Map<String, ?>, Double> version,
      Path rows,
      String fileBefore,
      ValidationResult result) {
    String trainedOn = version.lineage().data().digest();
    String said = " It came to: " + result.evaluate().sentence();
    if (result.digest().isEmpty()) {
      throw new CliException(
          ExitCode.REFUSED,
          "Some rows of "
              + result.data()
              + " cannot be read, so whether they are what "
              + version.version()
              + " was trained on is not known. Nothing was recorded."
              + said);
    }
    CheckEvidence evidence = result.evidence(version.version().toString());
    if (!result.digest().get().equals(trainedOn)) {
      Optional<String> labeled = labeled(version, rows);
      if (!labeled.equals(Optional.of(trainedOn))) {
        throw notTrainedOn(version, result, labeled, said);
      }
      evidence = evidence.onData(trainedOn);
    }
    if (!fileBefore.equals(digest(rows))) {
      throw new CliException(
          ExitCode.REFUSED,
          rows + " was changed while it was read. Nothing was recorded. Validate it again.");
    }
    boolean isNew = !sameAsNewest(version, evidence);
    if (isNew) {
      handle.recordCheck(version.number(), evidence);
    }
    return new Recorded(version, evidence, isNew);
  }

  /** The digest of the rows as the version's features with the label, if a label is named. */
  private Optional<String> labeled(RegisteredVersion<?, ?> version, Path rows) {
    if (label == null) {
      return Optional.empty();
    }
    List<Column> features = Columns.of(version.version().toString(), version.artifact(), schema);
    return Optional.of(
        Rows.labeled(rows, features, features, new Label(label, positive, false)).digest());
  }

  private CliException notTrainedOn(
      RegisteredVersion<?, ?> version,
      ValidationResult result,
      Optional<String> labeled,
      String said) {
    return new CliException(
        ExitCode.REFUSED,
        result.data()
            + " is not what "
            + version.version()
            + " was trained on: the digest of its rows is "
            + EvaluateAnswer.shortened(result.digest().orElseThrow())
            + labeled
                .map(digest -> ", with the label " + EvaluateAnswer.shortened(digest))
                .orElse("")
            + ", that of the training data "
            + EvaluateAnswer.shortened(version.lineage().data().digest())
            + ". Nothing was recorded."
            + (label == null ? " If that digest has labels, add --label COLUMN." : "")
            + said);
  }

  /** Only the newest counts for a gate: what is older may be the same again. */
  private static boolean sameAsNewest(RegisteredVersion<?, ?> version, CheckEvidence evidence) {
    return version.checks().stream()
        .filter(check -> check.name().equals(evidence.name()))
        .reduce((older, newer) -> newer)
        .filter(
            newest ->
                newest.data().equals(evidence.data())
                    && newest.suite().equals(evidence.suite())
                    && newest.outcome() == evidence.outcome()
                    && newest.sentence().equals(evidence.sentence())
                    && newest.numbers().equals(evidence.numbers()))
        .isPresent();
  }

  /** The digest of the file itself: two passes over it must have seen the same. */
  static String digest(Path rows) {
    try (var in = Files.newInputStream(rows)) {
      var digest = Digests.sha256();
      byte[] part = new byte[1 << 16];
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        digest.update(part, 0, n);
      }
      return Digests.hex(digest.digest());
    } catch (IOException e) {
      throw new CliException(
          ExitCode.INPUT, "Rows " + rows + " cannot be read (" + JsonAt.reason(e) + ").", e);
    }
  }

  private static String named(@Nullable String name) {
    return java.util.Objects.requireNonNull(name);
  }
}
